"""Faults of a camera that still gives pictures: too few of them, or with a clock that is wrong."""

import threading
from collections import deque
from statistics import median
from typing import Final

from edge.rules.protocol import Level
from lamplighter.contract.records import EvidenceNumber

_WINDOW_S: Final = 30.0
_LOW_SHARE: Final = 0.5
_GOOD_SHARE: Final = 0.7
_FAR_MS: Final = 5000.0
_NEAR_MS: Final = 2500.0
_REPORTS: Final = 25
_ASKED_FOR_MS: Final = 7_200_000
"""So long ONVIF's word holds where it falls silent."""


class FrameRate:
    """Whether a camera gives at least half of the frames a second that are to be analysed, over half a minute."""

    def __init__(self, camera: str, *, fps: float) -> None:
        self._camera = camera
        self._fps = fps
        self._came: deque[tuple[float, int]] = deque(maxlen=4000)
        self._low: bool | None = None  # unknown: what an earlier start raised must still be cleared

    def begin(self) -> None:
        """A connection was opened: what came over the last one says nothing about this one."""
        self._came.clear()

    def came(self, frames: int, *, at_s: float, at_ms: int) -> Level | None:
        """Take `frames` new ones at monotonic `at_s`; the level where it changes."""
        self._came.append((at_s, frames))
        while self._came[0][0] < at_s - _WINDOW_S:
            self._came.popleft()
        span_s = at_s - self._came[0][0]
        if span_s < _WINDOW_S * 0.9:
            return None
        fps = (sum(count for _at_s, count in self._came) - self._came[0][1]) / span_s
        low = fps < self._fps * (_GOOD_SHARE if self._low else _LOW_SHARE)
        if low == self._low:
            return None
        self._low = low
        evidence = {"fps": round(fps, 2), "wanted_fps": self._fps}
        return Level("low_frame_rate", "low_frame_rate", self._camera, low, at_ms, evidence)


class CameraClock:
    """Whether the camera's own clock agrees with the gateway's: by ONVIF where it answers that, else by RTCP sender reports.

    The clock behind sender reports is often none that anybody sets, so ONVIF's word goes before it. Called from two threads.
    """

    def __init__(self, camera: str) -> None:
        self._camera = camera
        self._lock = threading.Lock()
        self._offsets_ms: deque[float] = deque(maxlen=_REPORTS)
        self._asked_ms: tuple[float, int] | None = None  # offset, when
        self._wrong: bool | None = None

    def told(self, sent_at_ms: int | None, *, at_ms: int) -> Level | None:
        """Take the camera's time of a picture captured at `at_ms` of ours; the level where it changes."""
        if sent_at_ms is None:
            return None
        with self._lock:
            self._offsets_ms.append(float(sent_at_ms - at_ms))
            if len(self._offsets_ms) < _REPORTS or self._is_asked(at_ms):
                return None
            return self._judged(median(self._offsets_ms), at_ms, by="rtcp")

    def asked(self, ahead_s: float, *, at_ms: int) -> Level | None:
        """Take what ONVIF said: how far its clock is ahead; the level where it changes."""
        with self._lock:
            self._asked_ms = (ahead_s * 1000, at_ms)
            return self._judged(ahead_s * 1000, at_ms, by="onvif")

    def ahead_s(self, *, at_ms: int) -> float | None:
        """How far its clock is ahead now, None where it tells no time."""
        with self._lock:
            if self._asked_ms is not None and self._is_asked(at_ms):
                return self._asked_ms[0] / 1000
            return median(self._offsets_ms) / 1000 if len(self._offsets_ms) == _REPORTS else None

    def _is_asked(self, at_ms: int) -> bool:
        return self._asked_ms is not None and abs(at_ms - self._asked_ms[1]) < _ASKED_FOR_MS

    def _judged(self, offset_ms: float, at_ms: int, *, by: str) -> Level | None:
        wrong = abs(offset_ms) > (_NEAR_MS if self._wrong else _FAR_MS)
        if wrong == self._wrong:
            return None
        self._wrong = wrong
        evidence: dict[str, EvidenceNumber] = {"offset_s": round(offset_ms / 1000, 1), "by": by}
        return Level("clock_offset", "clock_offset", self._camera, wrong, at_ms, evidence)
