"""From the raise of a condition to a clip that is kept, told of, and sent when somebody asks: beside the cameras' own threads."""

import threading
from collections import deque
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

import msgspec

from edge.evidence.footage import Clip, Footage
from edge.evidence.kept import KeptClips, Tidied
from edge.evidence.sealed import read_public
from edge.evidence.sending import SEND_CLIP, Sending
from edge.evidence.settings import EvidenceSettings
from edge.evidence.tapes import Polygons, Taped
from edge.evidence.worker import Job, Workshop
from edge.levels import Levels
from edge.rules.protocol import Level
from lamplighter.contract.errors import Unavailable
from lamplighter.contract.records import DECODERS, ClipNote, Command, Condition, EvidenceNumber
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.logs import logger

_TICK_S: Final = 0.2
_SETTLE_S: Final = 1.5
"""So long after a clip's last picture the boxes around it are known."""
_LONGER_S: Final = 4.0
"""So much longer than asked for may a clip become for conditions that share it; a tape holds no more."""
_MOST_WAITING: Final = 16
_MOST_WAITING_BYTES: Final = 64_000_000
"""Footage waiting to be made into clips, of which each holds its packets in memory: no more than either."""
_MOST_PENDING: Final = 32
_TIDY_S: Final = 60.0
_REPORTED_S: Final = 86_400.0
"""So long after a clip was deleted before its time the policy counts as not met."""
_STOP_S: Final = 3.0


class Recorded(NamedTuple):
    """What is on tape of one camera, and the polygons nobody may see."""

    tape: Taped
    privacy: Polygons


class _Raise:
    """A clip to come; conditions raised while it lasts share it."""

    def __init__(self, condition: Condition, *, now_s: float, after_s: float) -> None:
        self.camera = condition.source
        self.at_ms = condition.at_ms
        self.raised = [(condition.id, condition.since_ms)]
        self.after_s = self._asked_s = after_s
        self._begun_s = now_s

    @property
    def due_s(self) -> float:
        """When all that it shows is on tape."""
        return self._begun_s + self.after_s + _SETTLE_S

    def takes(self, condition: Condition) -> bool:
        """Let a condition share the clip, which lasts for half of what was asked for after it; False where that is too long."""
        since_s = (condition.at_ms - self.at_ms) / 1000
        after_s = max(self.after_s, since_s + self._asked_s / 2)
        if condition.source != self.camera or since_s < -self._asked_s / 2 or after_s > self._asked_s + _LONGER_S:
            return False
        self.after_s = after_s
        self.raised.append((condition.id, condition.since_ms))
        return True


class _Cut(NamedTuple):
    wanted: _Raise
    footage: Footage

    @property
    def bytes(self) -> int:
        """Of its packets."""
        return sum(len(packet.data) for reel in self.footage.reels for packet in reel.packets)

    def shows(self, camera: str, at_ms: int, *, before_s: float) -> bool:
        """Whether that moment is in it."""
        return self.wanted.camera == camera and -before_s <= (at_ms - self.wanted.at_ms) / 1000 <= self.wanted.after_s


class Clips:
    """Owns two threads: one cuts tapes in time, one makes clips, tidies and sends."""

    def __init__(
        self,
        settings: EvidenceSettings,
        cameras: Mapping[str, Recorded],
        kept: KeptClips,
        *,
        sending: Sending,
        gateway: str,
        clock: Clock,
        workshop: Workshop | None = None,
    ) -> None:
        self._settings = settings
        self._cameras = cameras
        self._kept = kept
        self._sending = sending
        self._gateway = gateway
        self._clock = clock
        self._workshop = workshop or Workshop(clock)
        self._seal_to = b"" if settings.seal_to is None else read_public(settings.seal_to).public_bytes_raw()
        self._levels: Levels | None = None
        self._lock = threading.Lock()
        self._pending: list[_Raise] = []
        self._commands: deque[Command] = deque(maxlen=64)
        self._cuts: deque[_Cut] = deque()
        self._stopped = threading.Event()
        self._tidy_at_s = clock.monotonic()
        self._early_at_s: float | None = None
        self._log = logger(gateway=gateway)
        works: tuple[Callable[[], None], ...] = (self._cut_due, self._work)
        self._threads = [
            threading.Thread(target=self._repeat, args=(work,), name=f"clips {work.__name__}", daemon=True) for work in works
        ]

    def start(self, levels: Levels) -> None:
        """Begin; `levels` hears of finished clips and of a policy that is not met."""
        self._levels = levels
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End within seconds; a clip that is being made is lost, one that is being sent goes on after the next start."""
        self._stopped.set()
        self._workshop.close()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(_STOP_S)

    def raised(self, condition: Condition) -> None:
        """A camera raised a condition: its clip is due once what follows is on tape. Returns at once."""
        if condition.source not in self._cameras:
            return
        with self._lock:
            if any(one.takes(condition) for one in self._pending):
                return
            if len(self._pending) >= _MOST_PENDING:
                self._log.error("clip_not_made", camera=condition.source, reason=f"{_MOST_PENDING} clips wait already")
                return
            self._pending.append(_Raise(condition, now_s=self._clock.monotonic(), after_s=self._settings.after_s))

    def hear(self, payload: bytes) -> bool:
        """Take a command as it came, if it asks for a clip; returns at once whether it does."""
        try:
            command: Command = DECODERS["command"].decode(payload)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return False
        if command.kind != SEND_CLIP:
            return False
        self._commands.append(command)
        return True

    def _repeat(self, work: Callable[[], None]) -> None:
        while not self._stopped.wait(_TICK_S):
            work()

    def _cut_due(self) -> None:
        """Cut what is due before the tape forgets it."""
        now_s = self._clock.monotonic()
        with self._lock:
            due = [one for one in self._pending if one.due_s <= now_s]
            self._pending = [one for one in self._pending if one.due_s > now_s]
        for one in due:
            tape, privacy = self._cameras[one.camera]
            found = tape.cut(one.at_ms, before_s=self._settings.before_s, after_s=one.after_s, privacy=privacy)
            if not found:
                self._log.warning("clip_not_made", camera=one.camera, reason="nothing of it is on tape")
            elif not any(self._wait(_Cut(one, footage)) for footage in found):
                self._log.error("clip_not_made", camera=one.camera, reason=f"{len(self._cuts)} clips wait to be made")

    def _wait(self, cut: _Cut) -> bool:
        """Put a cut in line; where the line is full its conditions share a clip in it that shows the moment, or False."""
        with self._lock:
            full = len(self._cuts) >= _MOST_WAITING or sum(one.bytes for one in (*self._cuts, cut)) > _MOST_WAITING_BYTES
            if not self._cuts or not full:
                self._cuts.append(cut)
                return True
            for one in reversed(self._cuts):
                if one.shows(cut.wanted.camera, cut.wanted.at_ms, before_s=self._settings.before_s):
                    one.wanted.raised += cut.wanted.raised
                    return True
            return False

    def _work(self) -> None:
        try:
            while self._commands:
                self._sending.ask(self._commands.popleft())
            self._sending.feed()
            if self._clock.monotonic() >= self._tidy_at_s:
                self._tidy()
        except Unavailable as error:
            self._log.error("evidence_disk_refuses", reason=str(error))
        if not self._cuts:
            self._workshop.rest()
            return
        cut = self._cuts[0]
        try:
            self._make(cut)
        except Unavailable as error:
            self._log.error("clip_not_made", camera=cut.wanted.camera, reason=str(error))

    def _make(self, cut: _Cut) -> None:
        """Make it, then take it out of the line: until then others may share it."""
        try:
            clip = self._made(cut)
        finally:
            with self._lock:
                self._cuts.popleft()
        if clip is not None:
            self._keep(cut, clip)

    def _made(self, cut: _Cut) -> Clip | None:
        wanted = cut.wanted
        self._tidy()
        if not self._kept.has_room():
            self._log.error("clip_not_made", camera=wanted.camera, reason="the room for clips is full of clips of open conditions")
            return None
        clip = self._workshop.make(Job(cut.footage, self._settings.fps, self._seal_to))
        if not clip.film:
            self._log.warning("clip_not_made", camera=wanted.camera, reason="no picture of it can be decoded")
            return None
        return clip

    def _keep(self, cut: _Cut, clip: Clip) -> None:
        """Keep a finished clip and tell it with each condition that shares it."""
        wanted = cut.wanted
        row = self._kept.add(clip.film, clip.original, camera=wanted.camera, raised=wanted.raised)
        first_ms = wanted.at_ms - round(1000 * (cut.footage.begin_s + self._settings.before_s))
        for condition_id, raised_ms in wanted.raised:
            note = ClipNote(
                sha256=row.sha256,
                bytes=len(clip.film),
                raised_ms=raised_ms,
                begin_ms=first_ms + round(1000 * clip.begin_s),
                end_ms=first_ms + round(1000 * clip.end_s),
                sealed_sha256=row.sealed_sha256,
            )
            if self._levels is not None:
                self._levels.tell_clip(condition_id, note)
        large = cut.footage.large
        self._log.info("clip_kept", camera=wanted.camera, bytes=row.bytes, frames=clip.frames, whole=clip.whole, large=large)

    def _tidy(self) -> None:
        """Keep to the policy and say whether it could be met."""
        levels = self._levels
        if levels is None:
            return
        now_s = self._clock.monotonic()
        self._tidy_at_s = now_s + _TIDY_S
        tidied = self._kept.tidy(levels.holds)
        if tidied.early:
            self._early_at_s = now_s
        early = self._early_at_s is not None and now_s - self._early_at_s < _REPORTED_S
        levels(self._level(tidied, active=early or not self._kept.has_room() or bool(tidied.overdue and self._has_ceiling)))

    @property
    def _has_ceiling(self) -> bool:
        return self._settings.law.ceiling_days is not None

    def _level(self, tidied: Tidied, *, active: bool) -> Level:
        law = self._settings.law
        evidence: dict[str, EvidenceNumber] = {
            "jurisdiction": law.name,
            "floor_days": law.floor_days,
            "room_mb": self._settings.most_mb,
            "deleted_early": tidied.early,
            "overdue": tidied.overdue,
        }
        return Level("evidence_retention", "evidence_retention", self._gateway, active, self._clock.now_ms(), evidence)
