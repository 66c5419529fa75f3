"""A camera's large stream, kept on tape beside the small one that is looked at: a thread of its own that decodes nothing."""

import threading
from collections.abc import Callable
from typing import Final, Protocol

from edge.cameras.pacing import pause_unless, wait_after
from edge.cameras.protocol import CodedStream
from edge.evidence.large import LargeTape
from edge.link import SILENT_S, Link
from lamplighter.contract.errors import SettingsError, Unavailable
from lamplighter.runtime.backoff import Backoff
from lamplighter.runtime.clock import Clock

DETAIL: Final = "evidence_stream"
"""Of the condition camera_offline that this stream is lost, and the level's name, so that it is not taken for the camera's own."""
_TICK_S: Final = 0.5
_STOP_S: Final = 1.5


class Watched(Protocol):
    """The small stream of the same camera."""

    @property
    def online(self) -> bool:
        """Whether its pictures come."""

    def line_s(self) -> float:
        """Where this moment stands on the camera's line of media time."""


class EvidenceStream:
    """Connects only while the small stream is there, so that a camera that refuses the password is not asked twice as often.

    `link` is told that it is lost once that has lasted for `SILENT_S` while the small stream works.
    """

    def __init__(
        self,
        name: str,
        connect: Callable[[], CodedStream],
        *,
        tape: LargeTape,
        watch: Watched,
        link: Link,
        clock: Clock,
        backoff: Backoff | None = None,
    ) -> None:
        self._connect = connect
        self._tape = tape
        self._watch = watch
        self._link = link
        self._clock = clock
        self._backoff = backoff or Backoff()
        self._stream: CodedStream | None = None
        self._reason = ""
        self._well_s = clock.monotonic()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """End within 2 s; a connection that hangs is left behind: its thread ends with the read, or with the process."""
        self._stopped.set()
        stream = self._stream
        if stream is not None:
            stream.close()
        if self._thread.is_alive():
            self._thread.join(_STOP_S)

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._rest(self._keep() if self._watch.online else _TICK_S)

    def _keep(self) -> float:
        """One connection from its opening to its end; returns how long to wait before the next."""
        opened_s = self._clock.monotonic()
        try:
            stream = self._stream = self._connect()
            self._tape.begin(stream.codec)
            for packet, own_s in stream.pieces():
                if self._stopped.is_set():
                    break
                self._tape.packet(packet, own_s=own_s, came_s=self._watch.line_s())
                self._well_s = self._clock.monotonic()
                self._link.found()
        except (Unavailable, SettingsError) as error:
            self._reason = str(error)
            return wait_after(error, self._backoff, lasted_s=self._clock.monotonic() - opened_s)
        return 0.0

    def _rest(self, seconds: float) -> None:
        until_s = self._clock.monotonic() + seconds
        while not self._stopped.is_set() and (left_s := until_s - self._clock.monotonic()) > 0:
            self._judge()
            pause_unless(self._clock, min(_TICK_S, left_s), self._stopped)

    def _judge(self) -> None:
        if not self._watch.online:
            self._well_s = self._clock.monotonic()
        elif self._clock.monotonic() - self._well_s > SILENT_S:
            self._link.lost(self._reason)
