"""Encoded pieces of a stream in memory, in stretches from one key frame to the next: the oldest goes first."""

from collections import deque
from collections.abc import Sequence
from itertools import groupby

from edge.cameras.protocol import Codec, Packet


class Stretch:
    """A key frame and what follows it up to the next one; `times` are (ticks, s) of what was shown meanwhile.

    `came_s` tells when each of these came, for a stream whose own times stand on no line of ours.
    """

    def __init__(self, stream: int, codec: Codec, at_s: float) -> None:
        self.stream = stream
        self.codec = codec
        self.at_s = at_s
        self.packets: list[Packet] = []
        self.times: list[tuple[int, float]] = []
        self.came_s: list[float] = []
        self.bytes = 0


class Stretches:
    """At most `most_bytes` of packets, and none older than a clip may need, which is `span_s`. Whoever owns it locks it."""

    def __init__(self, *, span_s: float, most_bytes: int) -> None:
        self._span_s = span_s
        self._most_bytes = most_bytes
        self._kept: deque[Stretch] = deque()
        self._stream = 0
        self.codec: Codec | None = None
        self.latest_s = float("-inf")
        self.bytes = 0

    def begin(self, codec: Codec) -> None:
        """Another stream; nothing of it can be decoded before its first key frame."""
        self.codec = codec
        self._stream += 1
        self._kept.append(Stretch(self._stream, codec, self.latest_s))

    def add(self, packet: Packet) -> None:
        """The next piece, dropped where no key frame came yet or no stream has begun."""
        if self.codec is None:
            return
        if packet.key:
            self._kept.append(Stretch(self._stream, self.codec, self.latest_s))
        last = self.last
        if last is None or (not last.packets and not packet.key):
            return
        last.packets.append(packet)
        last.bytes += len(packet.data)
        self.bytes += len(packet.data)
        while self._kept and (self.bytes > self._most_bytes or self._is_past()):
            self.bytes -= self._kept.popleft().bytes

    @property
    def last(self) -> Stretch | None:
        """The one that grows."""
        return self._kept[-1] if self._kept else None

    def within(self, begin_s: float, end_s: float) -> list[list[Stretch]]:
        """The stretches that overlap the span, together where they are of one stream."""
        ends_s = [one.at_s for one in list(self._kept)[1:]] + [float("inf")]
        found = [
            one for one, until_s in zip(self._kept, ends_s, strict=True) if one.packets and until_s >= begin_s and one.at_s <= end_s
        ]
        return [list(group) for _stream, group in groupby(found, key=lambda one: one.stream)]

    def _is_past(self) -> bool:
        """Whether the second stretch begins early enough for any clip still to come."""
        return len(self._kept) > 1 and self._kept[1].at_s < self.latest_s - self._span_s


def packets_of(stretches: Sequence[Stretch]) -> list[Packet]:
    """All of them, in the order they came."""
    return [packet for one in stretches for packet in one.packets]
