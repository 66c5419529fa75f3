"""Which boxes are things: a sign, a cone or a coat that is found as a person all day, and in which nothing ever stirs."""

from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np

from edge.detectors.boxes import overlaps_of
from edge.motion import Seen
from edge.rules.protocol import Track

_JUDGED_S: Final = 10.0
_REMEMBERED_S: Final = 30.0
_STIRS_SHARE: Final = 0.01
"""Of the last half minute. People who stood or walked stirred in every picture, a sign in the background in none of a minute's."""
_LONGEST_LOOK_S: Final = 1.0
"""What happened between two pictures further apart than this nobody saw."""


class _Rest(NamedTuple):
    known_s: float
    share: float
    seen_s: float

    def with_look(self, passed_s: float, *, stirs: bool) -> "_Rest":
        """One more look: the mean of all, and from half a minute on of about the last half minute."""
        known_s = self.known_s + passed_s
        weight = passed_s / min(known_s, _REMEMBERED_S)
        return self._replace(known_s=known_s, share=self.share + (stirs - self.share) * weight)

    @property
    def is_thing(self) -> bool:
        return self.known_s >= _JUDGED_S and self.share < _STIRS_SHARE


class Things:
    """One camera's memory of how often something stirs in each track.

    What stirs in a box while another box lies over it may be that other's, and says nothing; nor does a change of the light.
    """

    def __init__(self) -> None:
        self._rests: dict[int, _Rest] = {}
        self._at_s = float("-inf")

    def among(self, tracks: tuple[Track, ...], seen: Seen, at_s: float, size_px: tuple[int, int]) -> frozenset[int]:
        """Ids of the tracks of this picture of (width, height) that are things."""
        passed_s, self._at_s = min(at_s - self._at_s, _LONGEST_LOOK_S), at_s
        for track in tracks:
            rest = self._rests.get(track.id, _Rest(0.0, 0.0, at_s))._replace(seen_s=at_s)
            if seen.cells is not None and not _covered(track, tracks):
                rest = rest.with_look(passed_s, stirs=_stirs(track, seen.cells, size_px))
            self._rests[track.id] = rest
        self._rests = {number: rest for number, rest in self._rests.items() if at_s - rest.seen_s <= _REMEMBERED_S}
        return frozenset(track.id for track in tracks if self._rests[track.id].is_thing)


def _covered(track: Track, tracks: Iterable[Track]) -> bool:
    others = [other.xyxy_px for other in tracks if other.id != track.id]
    return bool(others) and bool(overlaps_of(np.array([track.xyxy_px], np.float32), np.array(others, np.float32)).any())


def _stirs(track: Track, cells: np.typing.NDArray[np.bool_], size_px: tuple[int, int]) -> bool:
    across, down = cells.shape[1] / size_px[0], cells.shape[0] / size_px[1]
    left, top, right, bottom = track.xyxy_px
    part = cells[max(0, int(top * down)) : int(np.ceil(bottom * down)), max(0, int(left * across)) : int(np.ceil(right * across))]
    return bool(part.any())
