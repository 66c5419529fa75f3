"""The last seconds of one camera, as encoded pieces in memory only, with what the analysis knew of them."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

import cv2

from edge.cameras.protocol import Codec, Image, Packet
from edge.evidence.footage import Footage, Look, Reel

_SPARE_S: Final = 6.0
"""Kept beyond a clip's own length: clips wait for their end, and masks look a little to both sides."""
_LOOKS_ASIDE_S: Final = 2.0
_JPEG_QUALITY: Final = 90


class _Gop:
    """A key frame and what follows it up to the next one; `times` are (ticks, media s) of what was shown meanwhile."""

    def __init__(self, stream: int, codec: Codec, at_s: float) -> None:
        self.stream = stream
        self.codec = codec
        self.at_s = at_s
        self.packets: list[Packet] = []
        self.times: list[tuple[int, float]] = []
        self.bytes = 0


class Tape:
    """Fed by the capturing and the analysing thread, cut by a third.

    Holds at most `most_bytes` of packets; drops whole stretches from one key frame to the next, the oldest first.
    """

    def __init__(self, *, length_s: float, most_bytes: int, most_fps: float) -> None:
        self._span_s = length_s + _SPARE_S
        self._most_bytes = most_bytes
        self._step_s = 0.9 / most_fps
        self._lock = threading.Lock()
        self._gops: deque[_Gop] = deque()
        self._looks: deque[Look] = deque()
        self._bytes = 0
        self._codec: Codec | None = None
        self._resume_at_s: Callable[[], float] | None = None
        self._offset_s = 0.0
        self._begin_s = 0.0
        self._latest_s = self._drawn_s = float("-inf")
        self._drawn = self._stream = 0

    def opened(self, resume_at_s: Callable[[], float]) -> None:
        """The camera was opened anew; `resume_at_s` tells, once its first picture is there, where on our line that belongs."""
        with self._lock:
            self._resume_at_s = resume_at_s
            self._codec = None
            self._drawn_s = float("-inf")

    def begin(self, codec: Codec, *, at_s: float) -> None:
        """A stream begins; nothing of it can be decoded before its first key frame."""
        with self._lock:
            self._codec, self._begin_s = codec, at_s
            self._stream += 1
            self._gops.append(_Gop(self._stream, codec, self._latest_s))

    def packet(self, packet: Packet) -> None:
        """The next piece of the stream."""
        with self._lock:
            self._add(packet)

    def shown(self, ticks: int | None, media_s: float) -> None:
        """A picture of the stream was shown at that time since it began."""
        with self._lock:
            self._latest_s = self._on_line(self._begin_s + media_s)
            if ticks is not None and self._gops:
                self._gops[-1].times.append((ticks, self._latest_s))

    def drawn(self, image: Image, media_s: float) -> None:
        """A picture of a camera without a stream: each is kept as a JPEG, no more a second than a clip shows."""
        if media_s - self._drawn_s < self._step_s:
            return
        data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])[1].tobytes()
        with self._lock:
            self._drawn_s, self._drawn = media_s, self._drawn + 1
            self._codec = self._codec or Codec("mjpeg", drawn=True)
            self._latest_s = self._on_line(media_s)
            self._add(Packet(data, self._drawn, self._drawn, key=True))
            self._gops[-1].times.append((self._drawn, self._latest_s))

    def looked(self, look: Look) -> None:
        """What the analysis knew of a picture."""
        with self._lock:
            self._looks.append(look)
            while self._looks[0].media_s < look.media_s - self._span_s - _LOOKS_ASIDE_S:
                self._looks.popleft()

    @property
    def bytes(self) -> int:
        """Size of the packets held."""
        return self._bytes

    def cut(
        self, at_ms: int, *, before_s: float, after_s: float, privacy: Sequence[Sequence[tuple[float, float]]]
    ) -> Footage | None:
        """The footage around the picture captured at `at_ms`; None where nothing of it is there any more."""
        with self._lock:
            if not self._looks:
                return None
            raised = min(self._looks, key=lambda look: abs(look.at_ms - at_ms))
            begin_s, end_s = raised.media_s - before_s, raised.media_s + after_s
            reels = _reels(self._gops, begin_s, end_s)
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

    def _add(self, packet: Packet) -> None:
        if self._codec is None:
            return
        if packet.key:
            self._gops.append(_Gop(self._stream, self._codec, self._latest_s))
        gop = self._gops[-1] if self._gops else None
        if gop is None or (not gop.packets and not packet.key):
            return
        gop.packets.append(packet)
        gop.bytes += len(packet.data)
        self._bytes += len(packet.data)
        while self._gops and (self._bytes > self._most_bytes or self._is_past()):
            self._bytes -= self._gops.popleft().bytes

    def _is_past(self) -> bool:
        """Whether the second stretch begins early enough for any clip still to come."""
        return len(self._gops) > 1 and self._gops[1].at_s < self._latest_s - self._span_s


def _reels(gops: Sequence[_Gop], begin_s: float, end_s: float) -> list[Reel]:
    """Stretches that overlap the span, joined where they are of one stream."""
    ends_s = [gop.at_s for gop in list(gops)[1:]] + [float("inf")]
    reels: list[Reel] = []
    last: int | None = None
    for gop, until_s in zip(gops, ends_s, strict=True):
        if not gop.packets or until_s < begin_s or gop.at_s > end_s:
            continue
        if gop.stream != last:
            reels.append(Reel(gop.codec, [], {}))
            last = gop.stream
        reels[-1].packets.extend(gop.packets)
        reels[-1].times.update(gop.times)
    return reels
