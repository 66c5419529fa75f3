"""Who has moved: a poster, a mannequin or a portrait is found as a person in every frame and never leaves its place."""

from typing import Final, NamedTuple

import numpy as np

from edge.detectors.boxes import overlaps_of
from edge.rules.protocol import Track

_MOVED_SHARE: Final = 0.12
"""A box whose centre or foot has shifted by so much of its own size has moved; a detector's own jitter is a few hundredths."""
_INHERITS: Final = 0.3
_REMEMBERED_S: Final = 30.0

Box = tuple[float, float, float, float]


class _Mover(NamedTuple):
    xyxy_px: Box
    seen_s: float


class Movers:
    """One rule's memory of who moved; survives broken track ids, since a new track on a mover's place is that mover."""

    def __init__(self) -> None:
        self._first: dict[int, _Mover] = {}
        self._moved: dict[int, _Mover] = {}

    def of(self, tracks: tuple[Track, ...], at_s: float) -> list[Track]:
        """The tracks that have moved since they were first found; an unsure box, which may be half of one, tells no way."""
        self._forget(at_s)
        for track in tracks:
            first = self._first.setdefault(track.id, _Mover(track.first_px or track.xyxy_px, at_s))
            self._first[track.id] = first._replace(seen_s=at_s)
            if track.id in self._moved or (track.sure and _shifted(first.xyxy_px, track.xyxy_px)) or self._takes_over(track):
                self._moved[track.id] = _Mover(track.xyxy_px, at_s)
        return [track for track in tracks if track.id in self._moved]

    def _takes_over(self, track: Track) -> bool:
        if not self._moved:
            return False
        places = np.array([mover.xyxy_px for mover in self._moved.values()], np.float32)
        return float(overlaps_of(np.array([track.xyxy_px], np.float32), places).max()) >= _INHERITS

    def _forget(self, at_s: float) -> None:
        for memory in (self._first, self._moved):
            for old in [key for key, mover in memory.items() if at_s - mover.seen_s > _REMEMBERED_S]:
                del memory[old]


def _shifted(first: Box, now: Box) -> bool:
    """Whether centre or foot moved by a share of the box's size (the root of its area)."""
    size_px = max(1.0, ((first[2] - first[0]) * (first[3] - first[1])) ** 0.5)
    across = abs((now[0] + now[2]) - (first[0] + first[2])) / 2
    foot, middle = abs(now[3] - first[3]), abs((now[1] + now[3]) - (first[1] + first[3])) / 2
    return bool(max(across, foot, middle) >= _MOVED_SHARE * size_px)
