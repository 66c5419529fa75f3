"""Where commands come in: one thread takes them in order and answers each once."""

import queue
import threading
from collections import deque
from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from lamplighter.contract.errors import SettingsError, Unavailable
from lamplighter.contract.records import DECODERS, ENCODER, Answer, Command
from lamplighter.contract.topics import MAX_BYTES
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.logs import logger

MOST_WAITING: Final = 8
"""Commands beyond that are dropped: people ask, and ask again."""
STALE_MS: Final = 5 * 60_000
"""A command that lay at the broker while the gateway was away is no longer waited for."""
_REMEMBERED: Final = 64

Handler = Callable[[Command], Answer]
"""Does what a command asks for; raises SettingsError or Unavailable with the reason where it cannot."""


class Desk:
    """`answer` publishes an encoded Answer; it is called on the desk's own thread."""

    def __init__(self, handlers: Mapping[str, Handler], *, answer: Callable[[bytes], None], clock: Clock) -> None:
        self._handlers = handlers
        self._answer = answer
        self._clock = clock
        self._waiting: queue.Queue[bytes | None] = queue.Queue(MOST_WAITING)
        self._seen: deque[str] = deque(maxlen=_REMEMBERED)
        self._log = logger()
        self._thread = threading.Thread(target=self._run, name="commands", daemon=True)

    def start(self) -> None:
        """Begin answering; returns at once."""
        self._thread.start()

    def hear(self, payload: bytes) -> None:
        """Take a command as it came; returns at once."""
        try:
            self._waiting.put_nowait(payload)
        except queue.Full:
            self._log.warning("command_dropped", waiting=MOST_WAITING)

    def stop(self, *, within_s: float = 2.0) -> None:
        """Leave what waits; what is being done may take so long."""
        while not self._waiting.empty():
            self._waiting.get()
        self._waiting.put(None)
        self._thread.join(within_s)

    def _run(self) -> None:
        while (payload := self._waiting.get()) is not None:
            try:
                command: Command = DECODERS["command"].decode(payload)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
                self._log.warning("command_not_understood", reason=str(error))
                continue
            if command.id in self._seen:
                continue  # the broker brought it twice
            self._seen.append(command.id)
            self._answer(self._encoded(self._done(command)))

    def _done(self, command: Command) -> Answer:
        self._log.info("command_heard", kind=command.kind[:48], command=command.id[:64])
        handler = self._handlers.get(command.kind)
        if abs(self._clock.now_ms() - command.at_ms) > STALE_MS:
            return self._refusal(
                command, "the command is older than 5 minutes by this gateway's clock; ask again, or mend its clock"
            )
        if handler is None:
            return self._refusal(command, f"this gateway knows no command {command.kind[:60]!r}; update its software")
        try:
            return handler(command)
        except (SettingsError, Unavailable) as error:
            return self._refusal(command, str(error))

    def _refusal(self, command: Command, reason: str) -> Answer:
        return Answer(command=command.id, at_ms=self._clock.now_ms(), refused=reason)

    def _encoded(self, answer: Answer) -> bytes:
        """The answer as it travels; without the whole settings file where that makes it too large for its lane."""
        payload = ENCODER.encode(answer)
        if len(payload) > MAX_BYTES["answer"] and answer.trial is not None:
            answer = msgspec.structs.replace(answer, trial=msgspec.structs.replace(answer.trial, settings=""))
            payload = ENCODER.encode(answer)
        if len(payload) > MAX_BYTES["answer"]:
            payload = ENCODER.encode(
                Answer(command=answer.command, at_ms=answer.at_ms, refused="the answer is too large to be sent")
            )
        return payload
