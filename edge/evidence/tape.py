"""The last seconds of one camera, as encoded pieces in memory only, with what the analysis knew of them."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

import cv2

from edge.cameras.protocol import Codec, Image, Packet
from edge.evidence.footage import Footage, Look, Reel
from edge.evidence.stretches import Stretch, Stretches, packets_of

SPARE_S: Final = 6.0
"""Kept beyond a clip's own length: clips wait for their end, and masks look a little to both sides."""
_LOOKS_ASIDE_S: Final = 2.0
_JPEG_QUALITY: Final = 90


class Tape:
    """Fed by the capturing and the analysing thread, cut by a third.

    Holds at most `most_bytes` of packets; drops whole stretches from one key frame to the next, the oldest first.
    """

    def __init__(self, *, length_s: float, most_bytes: int, most_fps: float) -> None:
        self._span_s = length_s + SPARE_S
        self._step_s = 0.9 / most_fps
        self._lock = threading.Lock()
        self._stretches = Stretches(span_s=self._span_s, most_bytes=most_bytes)
        self._looks: deque[Look] = deque()
        self._resume_at_s: Callable[[], float] | None = None
        self._offset_s = 0.0
        self._begin_s = 0.0
        self._drawn_s = float("-inf")
        self._drawn = 0

    def opened(self, resume_at_s: Callable[[], float]) -> None:
        """The camera was opened anew; `resume_at_s` tells, once its first picture is there, where on our line that belongs."""
        with self._lock:
            self._resume_at_s = resume_at_s
            self._stretches.codec = None
            self._drawn_s = float("-inf")

    def begin(self, codec: Codec, *, at_s: float) -> None:
        """A stream begins; nothing of it can be decoded before its first key frame."""
        with self._lock:
            self._begin_s = at_s
            self._stretches.begin(codec)

    def packet(self, packet: Packet) -> None:
        """The next piece of the stream."""
        with self._lock:
            self._stretches.add(packet)

    def shown(self, ticks: int | None, media_s: float) -> None:
        """A picture of the stream was shown at that time since it began."""
        with self._lock:
            self._date(ticks, self._on_line(self._begin_s + media_s))

    def drawn(self, image: Image, media_s: float) -> None:
        """A picture of a camera without a stream: each is kept as a JPEG, no more a second than a clip shows."""
        if media_s - self._drawn_s < self._step_s:
            return
        data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])[1].tobytes()
        with self._lock:
            self._drawn_s, self._drawn = media_s, self._drawn + 1
            self._stretches.codec = self._stretches.codec or Codec("mjpeg", drawn=True)
            self._stretches.latest_s = at_s = self._on_line(media_s)
            self._stretches.add(Packet(data, self._drawn, self._drawn, key=True))
            self._date(self._drawn, at_s)

    def looked(self, look: Look) -> None:
        """What the analysis knew of a picture."""
        with self._lock:
            self._looks.append(look)
            while self._looks[0].media_s < look.media_s - self._span_s - _LOOKS_ASIDE_S:
                self._looks.popleft()

    @property
    def bytes(self) -> int:
        """Size of the packets held."""
        return self._stretches.bytes

    def cut(
        self, at_ms: int, *, before_s: float, after_s: float, privacy: Sequence[Sequence[tuple[float, float]]]
    ) -> Footage | None:
        """The footage around the picture captured at `at_ms`; None where nothing of it is there any more."""
        with self._lock:
            if not self._looks:
                return None
            raised = min(self._looks, key=lambda look: abs(look.at_ms - at_ms))
            begin_s, end_s = raised.media_s - before_s, raised.media_s + after_s
            reels = [_reel(group) for group in self._stretches.within(begin_s, end_s)]
            aside = (begin_s - _LOOKS_ASIDE_S, end_s + _LOOKS_ASIDE_S)
            looks = [look for look in self._looks if aside[0] <= look.media_s <= aside[1]]
        corners = [[(x, y) for x, y in zone] for zone in privacy]
        return Footage(reels, looks, begin_s, end_s, corners) if reels else None

    def _on_line(self, own_s: float) -> float:
        """A time of the open capture on the camera's line, which goes on over reconnections."""
        if self._resume_at_s is not None:
            self._offset_s = self._resume_at_s() - own_s
            self._resume_at_s = None
        return self._offset_s + own_s

    def _date(self, ticks: int | None, at_s: float) -> None:
        self._stretches.latest_s = at_s
        last = self._stretches.last
        if ticks is not None and last is not None:
            last.times.append((ticks, at_s))


def _reel(stretches: Sequence[Stretch]) -> Reel:
    return Reel(stretches[0].codec, packets_of(stretches), {ticks: at_s for one in stretches for ticks, at_s in one.times})
