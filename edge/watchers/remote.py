"""The gateway's end of a process that watches cameras: starts it, asks it, and starts it again when it ends."""

import itertools
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any, Final, Literal

import msgspec

from edge.cameras.kinds import CameraSettings
from edge.cameras.pacing import pause_unless
from edge.drivers.protocol import Sample
from edge.evidence.footage import Footage
from edge.evidence.still import Snapshot
from edge.evidence.tapes import Polygons
from edge.recent import Moment
from edge.rules.protocol import Level, Publish
from edge.settings import GatewaySettings
from edge.watchers.build import any_armed, rules_of
from edge.watchers.messages import Answer, Ask, Begin, Message, Ready, Said
from edge.watchers.process import ALIVE_S
from edge.watchers.shares import Share
from lamplighter.contract.errors import Unavailable
from lamplighter.contract.records import CameraHealth, EvidenceNumber
from lamplighter.runtime.backoff import Backoff
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.logs import logger

ANSWER_S: Final = 5.0
_LONG_ANSWER_S: Final = 15.0
_SILENT_S: Final = 12 * ALIVE_S
"""A process that says nothing for so long hangs and is ended."""
_STEADY_S: Final = 60.0
_STOP_S: Final = 2.0
_COUNTS: Final = ("frames", "analysed", "skipped", "undecoded", "inferences", "armed_s", "watched_s")


class RemoteWatch:
    """One camera that another process watches."""

    def __init__(self, camera: CameraSettings, process: "WatchProcess", armed: Callable[[int], bool], clock: Clock) -> None:
        self.camera = camera
        self._process = process
        self._armed = armed
        self._clock = clock
        self._before = self._latest = CameraHealth(id=camera.id, state="connecting")
        self._lost_s: float | None = None

    def start(self) -> None:
        """Begin; returns at once."""
        self._process.start()

    def stop(self) -> None:
        """End within 2 s where the process answers."""
        with suppress(Unavailable):
            self._process.ask(self.camera.id, "stop")

    def health(self) -> CameraHealth:
        """How the camera does now; counts go on over processes, and time without one is armed and not watched."""
        try:
            self._latest = self._process.ask(self.camera.id, "health")
        except Unavailable as error:
            state: Literal["connecting", "offline"] = "connecting" if self._lost_s is None else "offline"
            self._latest = msgspec.structs.replace(self._latest, state=state, fps=0.0, reason=str(error))
        sums = {key: getattr(self._before, key) + getattr(self._latest, key) for key in _COUNTS}
        return msgspec.structs.replace(self._latest, **sums | {"armed_s": round(sums["armed_s"] + self._unwatched_s(), 1)})

    def lost(self) -> None:
        """The process ended; what it counted is kept."""
        self._before = msgspec.structs.replace(
            self._before, **{key: getattr(self._before, key) + getattr(self._latest, key) for key in _COUNTS}
        )
        self._latest = CameraHealth(id=self.camera.id, state="offline")
        self._lost_s = self._lost_s or self._clock.monotonic()

    def back(self) -> None:
        """A process watches again."""
        self._before = msgspec.structs.replace(self._before, armed_s=self._before.armed_s + self._unwatched_s())
        self._lost_s = None

    def clock_asked(self, ahead_s: float) -> None:
        """ONVIF has told how far the camera's clock is ahead."""
        with suppress(Unavailable):
            self._process.ask(self.camera.id, "clock_asked", ahead_s)

    def clock_ahead_s(self) -> float | None:
        """How far the camera's clock is ahead; None where it tells no time, or nobody watches it now."""
        try:
            ahead_s: float | None = self._process.ask(self.camera.id, "clock_ahead_s")
        except Unavailable:
            return None
        return ahead_s

    def inference_ms(self) -> list[float]:
        """Milliseconds of each inference of the process at work."""
        try:
            times_ms: list[float] = self._process.ask(self.camera.id, "inference_ms")
        except Unavailable:
            return []
        return times_ms

    def moments(self) -> Sequence[Moment]:
        """The boxes of the last minutes; raises Unavailable."""
        moments: Sequence[Moment] = self._process.ask(self.camera.id, "moments", within_s=_LONG_ANSWER_S)
        return moments

    def snapshot(self, *, within_s: float) -> Snapshot:
        """The next analysed picture, pixelated as a whole; raises Unavailable when none comes in time."""
        snapshot: Snapshot = self._process.ask(self.camera.id, "snapshot", within_s, within_s=within_s + ANSWER_S)
        return snapshot

    def cut(self, at_ms: int, *, before_s: float, after_s: float, privacy: Polygons) -> Sequence[Footage]:
        """The footage around that moment, best first; empty where nothing of it is there any more, as after the process ended."""
        asked = (at_ms, before_s, after_s, privacy)
        try:
            found: Sequence[Footage] = self._process.ask(self.camera.id, "cut", *asked, within_s=_LONG_ANSWER_S)
        except Unavailable:
            return ()
        return found

    def _unwatched_s(self) -> float:
        """Armed time since the process was lost, as the rules stand now."""
        if self._lost_s is None or not self._armed(self._clock.now_ms()):
            return 0.0
        return self._clock.monotonic() - self._lost_s


class WatchProcess:
    """One process and its cameras. Asked from any thread; a thread of its own hears what the process says."""

    def __init__(
        self, settings: GatewaySettings, share: Share, *, publish: Publish, clock: Clock, backoff: Backoff | None = None
    ) -> None:
        self._begin = Begin(settings, *share)
        self._publish = publish
        self._clock = clock
        self._backoff = backoff or Backoff()
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._waiting: dict[int, Future[Any]] = {}
        self._connection: Connection[Any, Any] | None = None
        self._ready = False
        self._stopped = threading.Event()
        self._log = logger(cameras=list(share.cameras))
        self._thread = threading.Thread(target=self._keep, name=f"watchers {share.cameras[0]}", daemon=True)
        cameras = [camera for camera in settings.cameras if camera.id in share.cameras]
        rooms = {camera.space for camera in cameras}
        self._devices = {device for device, space in settings.spaces.items() if space in rooms}
        self.watches = [RemoteWatch(camera, self, partial(any_armed, rules_of(settings, camera.id)), clock) for camera in cameras]
        self.pid: int | None = None

    def start(self) -> None:
        """Begin; returns at once, and does nothing where it has begun."""
        with self._lock:
            if self._thread.ident is None:
                self._thread.start()

    def ask(self, camera: str, what: str, *arguments: Any, within_s: float = ANSWER_S) -> Any:
        """What the process answers; raises Unavailable when it says so, is late, or is not there."""
        asked: Future[Any] = Future()
        with self._lock:
            number = next(self._numbers)
            self._waiting[number] = asked
            if not self._send(Ask(number, camera, what, arguments)):
                self._waiting.pop(number)
                raise Unavailable(f"camera {camera}: the process that watches it is being started")
        try:
            return asked.result(within_s)
        except TimeoutError:
            raise Unavailable(f"camera {camera}: the process that watches it gave no answer within {within_s:g} s") from None
        finally:
            with self._lock:
                self._waiting.pop(number, None)

    def sense(self, samples: Sequence[Sample]) -> None:
        """Tell the process what the sensors of its cameras' rooms say; not told while it starts, as the next ones come soon."""
        told = [row for row in samples if row.device in self._devices]
        if told:
            with self._lock:
                self._send(Ask(0, "", "senses", (told,)))

    def close(self) -> None:
        """End the process, by force where it does not end itself; what it said before is taken."""
        self._stopped.set()
        with self._lock:
            asked = self._send(Ask(0, "", "end"))
        if self._thread.ident is not None:
            self._thread.join(_STOP_S if asked else 0.0)
        if self._thread.is_alive() and self.pid is not None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            self._thread.join(_STOP_S)

    def _send(self, ask: Ask) -> bool:
        """Whether there is a process that hears it; called with the lock held."""
        if not self._ready or self._connection is None:
            return False
        try:
            self._connection.send(ask)
        except OSError:
            return False
        return True

    def _keep(self) -> None:
        """Have a process until `close`."""
        while not self._stopped.is_set():
            begun_s = self._clock.monotonic()
            reason = self._serve()
            if self._stopped.is_set():
                return
            if self._clock.monotonic() - begun_s >= _STEADY_S:
                self._backoff.reset()
                self._begin = self._begin._replace(losses=0)
            self._tell_lost(reason)
            pause_unless(self._clock, self._backoff.next_s(), self._stopped)

    def _tell_lost(self, reason: str) -> None:
        """Its cameras are offline until the next process has seen each of them for a while."""
        losses = self._begin.losses + 1
        self._begin = self._begin._replace(losses=losses)
        self._log.error("watchers_ended", reason=reason, count=losses)
        for watch in self.watches:
            watch.lost()
            evidence: dict[str, EvidenceNumber] = {"losses": losses, "reason": reason}
            self._publish(Level("camera_offline", "camera_offline", watch.camera.id, True, self._clock.now_ms(), evidence))

    def _serve(self) -> str:
        """One process from start to end; returns why it ended."""
        ours, theirs = Pipe()
        with ours:
            with theirs:
                command = [sys.executable, "-m", "edge.watchers.process", str(theirs.fileno())]
                process = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()])
            self.pid = process.pid
            if self._stopped.is_set():  # `close` came before there was a process to end
                process.kill()
            silent = False
            try:
                ours.send(self._begin)
                self._connection = ours
                while not (silent := not ours.poll(_SILENT_S)):
                    self._take(ours.recv())
            except (EOFError, OSError):
                pass
            finally:
                self._let_go()
                process.kill()
                status = process.wait()
                self.pid = None
        if silent:
            return f"the process that watches it said nothing for {_SILENT_S:g} s"
        return f"the process that watches it ended ({status})"

    def _let_go(self) -> None:
        with self._lock:
            self._connection, self._ready = None, False
            waiting, self._waiting = self._waiting, {}
        for asked in waiting.values():
            asked.set_exception(Unavailable("the process that watches the camera has ended"))

    def _take(self, message: Message) -> None:
        if isinstance(message, Answer):
            with self._lock:
                asked = self._waiting.get(message.number)
            if asked is None:
                return  # whoever asked has gone
            if message.fault is None:
                asked.set_result(message.value)
            else:
                asked.set_exception(Unavailable(message.fault))
        elif isinstance(message, Said):
            picture = message.still
            self._publish(message.level, still=None if picture is None else lambda: picture)
        elif isinstance(message, Ready):
            with self._lock:
                self._ready = True
            for watch in self.watches:
                watch.back()
