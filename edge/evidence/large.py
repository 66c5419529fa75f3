"""The last seconds of a camera's large stream, as encoded pieces in memory only; nobody has seen what they show."""

import threading
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

import msgspec
import numpy as np

from edge.cameras.protocol import Codec, Packet
from edge.evidence.footage import Footage, Reel
from edge.evidence.stretches import Stretch, Stretches, packets_of
from edge.evidence.tape import SPARE_S
from lamplighter.contract.errors import Unavailable

_IN_TIME: Final = 0.2
"""A fifth of the pictures come as soon as they can; those between two that build on one another are sent after the later one."""
_MOST_UNEVEN_S: Final = 0.5
"""Where a tenth of the pictures come by so much later than another tenth nobody can tell which look belongs to which picture: boxes
are hidden for .8 s on both sides, and looks are up to .2 s apart."""
_EVENLY: Final = (0.1, 0.9)
_ASIDE_S: Final = 1.0
"""Stretches are found by when they came, which is a little after they were shown."""
_MOST_GAP_S: Final = 1.0
"""Between two pictures of a clip; a large stream that lacks more is not used."""


class LargeTape:
    """Fed by the thread that reads the stream, cut by another. Holds at most `most_bytes` of packets, as `Tape` does."""

    def __init__(self, *, length_s: float, most_bytes: int) -> None:
        self._stretches = Stretches(span_s=length_s + SPARE_S, most_bytes=most_bytes)
        self._lock = threading.Lock()

    def begin(self, codec: Codec) -> None:
        """A stream begins; nothing of it can be decoded before its first key frame."""
        with self._lock:
            self._stretches.begin(codec)

    def packet(self, packet: Packet, *, own_s: float | None, came_s: float) -> None:
        """The next piece: its picture's time by the stream's own clock, and when it came, on the camera's line."""
        with self._lock:
            self._stretches.add(packet)
            self._stretches.latest_s = came_s
            last = self._stretches.last
            if last is not None and own_s is not None and packet.pts is not None:
                last.times.append((packet.pts, own_s))
                last.came_s.append(came_s)

    @property
    def bytes(self) -> int:
        """Size of the packets held."""
        return self._stretches.bytes

    def instead_of(self, small: Footage) -> Footage:
        """The same span in the large stream's pictures; raises Unavailable where it shows less, or cannot be dated."""
        with self._lock:
            found = self._stretches.within(small.begin_s - _ASIDE_S, small.end_s + _ASIDE_S)
            reels = [_dated(group) for group in found]
        _check_whole(_times_of(reels, small), _times_of(small.reels, small))
        return msgspec.structs.replace(small, reels=reels, large=True)


def _dated(stretches: Sequence[Stretch]) -> Reel:
    """A reel on the camera's line: its own times, moved to when its pictures came; raises Unavailable where they came unevenly."""
    times = [row for one in stretches for row in one.times]
    own_s = np.array([at_s for _ticks, at_s in times])
    ahead_s = np.array([came_s for one in stretches for came_s in one.came_s]) - own_s
    if not times:
        raise Unavailable("its packets tell no times")
    first_s, last_s = np.quantile(ahead_s, _EVENLY)
    if last_s - first_s > _MOST_UNEVEN_S:
        raise Unavailable(f"its pictures came by up to {last_s - first_s:.1f} s too late; look at the network to the camera")
    shift_s = float(np.quantile(ahead_s, _IN_TIME))
    return Reel(stretches[0].codec, packets_of(stretches), {ticks: at_s + shift_s for ticks, at_s in times})


def _times_of(reels: Iterable[Reel], span: Footage) -> list[float]:
    return sorted(at_s for reel in reels for at_s in reel.times.values() if span.begin_s <= at_s <= span.end_s)


def _check_whole(times: Sequence[float], wanted: Sequence[float]) -> None:
    """Raises Unavailable where there is a hole in `times` (s, ascending) between the first and the last of those `wanted`."""
    if not times or not wanted:
        raise Unavailable("nothing of it is on tape")
    longest_s = max(later - sooner for sooner, later in pairwise([min(wanted[0], times[0]), *times, max(wanted[-1], times[-1])]))
    if longest_s > _MOST_GAP_S:
        raise Unavailable(
            f"{longest_s:.1f} s of it are not on tape: it was away, or needs a larger evidence.buffer_mb or key frames more often"
        )
