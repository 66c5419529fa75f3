"""Faults of a camera that still gives pictures: too few of them, or with a clock that is wrong."""

from collections import deque
from statistics import median
from typing import Final

from edge.rules.protocol import Level

_WINDOW_S: Final = 30.0
_LOW_SHARE: Final = 0.5
_GOOD_SHARE: Final = 0.7
_FAR_MS: Final = 5000.0
_NEAR_MS: Final = 2500.0
_REPORTS: Final = 25


class FrameRate:
    """Whether a camera gives at least half of the frames a second that are to be analysed, over half a minute."""

    def __init__(self, camera: str, *, fps: float) -> None:
        self._camera = camera
        self._fps = fps
        self._came: deque[tuple[float, int]] = deque(maxlen=4000)
        self._low = False

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
    """Whether the camera's own clock, as its RTCP sender reports tell it, agrees with the gateway's."""

    def __init__(self, camera: str) -> None:
        self._camera = camera
        self._offsets_ms: deque[float] = deque(maxlen=_REPORTS)
        self._wrong = False

    def told(self, sent_at_ms: int | None, *, at_ms: int) -> Level | None:
        """Take the camera's time of a picture captured at `at_ms` of ours; the level where it changes."""
        if sent_at_ms is None:
            return None
        self._offsets_ms.append(float(sent_at_ms - at_ms))
        if len(self._offsets_ms) < _REPORTS:
            return None
        offset_ms = median(self._offsets_ms)
        wrong = abs(offset_ms) > (_NEAR_MS if self._wrong else _FAR_MS)
        if wrong == self._wrong:
            return None
        self._wrong = wrong
        return Level("clock_offset", "clock_offset", self._camera, wrong, at_ms, {"offset_s": round(offset_ms / 1000, 1)})
