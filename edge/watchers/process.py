"""A process that watches cameras: `python -m edge.watchers.process FD`, of which the gateway holds the pipe's other end."""

import os
import queue
import signal
import sys
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, Final, NamedTuple, NoReturn

from edge.evidence.tapes import Tapes
from edge.rules.protocol import Level
from edge.senses import Senses
from edge.watchers.build import Post, posts_of, tapes_of
from edge.watchers.messages import Alive, Answer, Ask, Begin, Ended, Message, Ready, Said
from lamplighter.contract.errors import Unavailable
from lamplighter.runtime.clock import Clock, SystemClock
from lamplighter.runtime.crash import end_on_thread_failure
from lamplighter.runtime.interpreter import take_quick_turns
from lamplighter.runtime.logs import configure_logs

ALIVE_S: Final = 5.0
"""A word at least this often."""
_REFRESH_S: Final = 1.0
"""Of a level that holds new evidence is told once in this time."""


class Saying:
    """Takes every level the rules publish and hands on what the gateway has not heard.

    Levels of one name come from one thread at a time.
    """

    def __init__(self, put: Callable[[Message], None], clock: Clock) -> None:
        self._put = put
        self._clock = clock
        self._said: dict[tuple[str, str, str], tuple[Level, float]] = {}

    def __call__(self, level: Level, *, still: Callable[[], bytes] | None = None) -> None:
        """Take a level; the still of a raise is made here, before the next picture comes."""
        key, now_s = (level.kind, level.source, level.name), self._clock.monotonic()
        was, said_at_s = self._said.get(key, (None, 0.0))
        changed = was is None or was.active != level.active
        if not changed and (not level.active or now_s - said_at_s < _REFRESH_S):
            return
        self._said[key] = (level, now_s)
        self._put(Said(level, still() if changed and level.active and still is not None else None))


class _Desk(NamedTuple):
    """What can be asked of a camera."""

    post: Post
    tapes: Tapes

    def call(self, what: str, arguments: Any) -> Any:
        """The answer; raises Unavailable."""
        watch = self.post.watch
        calls: dict[str, Callable[..., Any]] = {
            "stop": self.post.stop,
            "health": watch.health,
            "clock_asked": watch.clock_asked,
            "clock_ahead_s": watch.clock_ahead_s,
            "inference_ms": watch.inference_ms,
            "moments": watch.moments,
            "snapshot": lambda within_s: watch.snapshot(within_s=within_s),
            "cut": lambda at_ms, before_s, after_s, privacy: self.tapes.cut(
                at_ms, before_s=before_s, after_s=after_s, privacy=privacy
            ),
        }
        return calls[what](*arguments)


def watch(connection: "Connection[Any, Any]") -> NoReturn:
    """Watch what the first message says until the other end of the pipe is closed."""
    begin: Begin = connection.recv()
    os.sched_setaffinity(0, begin.cores)
    saying: queue.SimpleQueue[Message] = queue.SimpleQueue()
    threading.Thread(target=_say_all, args=(connection, saying), name="saying", daemon=True).start()
    clock, senses = SystemClock(), Senses(begin.settings.spaces)
    tapes = tapes_of(begin.settings, begin.cameras)
    publish = Saying(saying.put, clock)
    posts = list(posts_of(begin.settings, tapes, senses=senses, publish=publish, clock=clock, losses=begin.losses))
    desks = {post.watch.camera.id: _Desk(post, tapes[post.watch.camera.id]) for post in posts}
    for post in posts:
        post.start()
    saying.put(Ready())
    while True:
        try:
            ask: Ask = connection.recv()
        except (EOFError, OSError):
            os._exit(0)  # the gateway is gone: nothing here outlives it
        if ask.what == "senses":
            senses.take(*ask.arguments)
        elif ask.what == "end":
            saying.put(Ended())
        else:
            # A thread each: a snapshot waits for a picture, and a camera that stops for its time-outs.
            threading.Thread(target=_answer, args=(desks[ask.camera], ask, saying), name=ask.what, daemon=True).start()


def _answer(desk: _Desk, ask: Ask, saying: "queue.SimpleQueue[Message]") -> None:
    try:
        answer = Answer(ask.number, desk.call(ask.what, ask.arguments))
    except Unavailable as error:
        answer = Answer(ask.number, fault=str(error))
    if ask.number:
        saying.put(answer)


def _say_all(connection: "Connection[Any, Any]", saying: "queue.SimpleQueue[Message]") -> None:
    """One thread writes, so that no camera waits for the gateway to read."""
    while True:
        try:
            message: Message = saying.get(timeout=ALIVE_S)
        except queue.Empty:
            message = Alive()
        try:
            connection.send(message)
        except OSError:
            os._exit(0)
        if isinstance(message, Ended):
            os._exit(0)


def main() -> None:
    """Until the gateway says so, or is gone: signals to the whole group are the gateway's to answer."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    configure_logs()
    end_on_thread_failure()
    take_quick_turns()
    watch(Connection(int(sys.argv[1])))


if __name__ == "__main__":
    main()
