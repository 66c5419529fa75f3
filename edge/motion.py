"""Whether anything moves, and where: each cell of the small grey picture against its own running average and its own noise."""

from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.luma import Luma

_FLOOR: Final = 7.0
"""Grey levels that count as motion in a cell without noise; a coder's rounding stays below."""
_NOISE_TIMES: Final = 5.0
_MOST_NOISE: Final = 8.0
"""However restless a cell is (leaves, water), five times this is motion in it."""
_STILL_S: Final = 1.5
"""Time constant with which a cell at rest is followed: daylight, warming sensors."""
_MOVED_S: Final = 6.0
"""And one in which something moved: what came to stay is background after a while, for its track is carried."""
_NOISE_S: Final = 60.0
_SHAKE_CELLS: Final = 0.1
"""A pole in the wind, a coder's key frames: edges wander by this share of a cell and nothing moves."""
_JUDGED_S: Final = 2.0
_CHANGED_SHARE: Final = 0.6
"""So much of the picture never moves at once: the light changed."""
_EXPOSURE_STEP: Final = 25.0
_SMALLEST_CELLS: Final = 16
"""Of a moving area after growing by a cell on each side: a person 5 cells high is 28, two noisy neighbours are 12."""

_FEWEST_CELLS: Final = 4
"""Fewer cells never grow into an area large enough, however they lie: spares the search for areas in a quiet picture."""

Boxes = NDArray[np.float32]
Mask = NDArray[np.bool_]

_NEIGHBOURS: Final = np.ones((3, 3), np.uint8)


class Seen(NamedTuple):
    """What moved: (n, 4) float32 xyxy in shares of the picture, or `changed`: the whole picture did, and nothing can be told.

    `cells`: (h, w) bool, each single cell that moved, however small; None where nothing can be told.
    """

    boxes: Boxes
    changed: bool
    cells: Mask | None = None


class Motion:
    """One camera's gate."""

    def __init__(self) -> None:
        self._mean: Luma = np.zeros((0, 0), np.float32)
        self._noise: Luma = np.zeros((0, 0), np.float32)
        self._limit: Luma = np.zeros((0, 0), np.float32)
        self._judged_s = 0.0
        self._at_s = 0.0

    def see(self, luma: Luma, at_s: float, ignored: NDArray[np.bool_] | None = None) -> Seen:
        """Take the next picture, small and grey; cells `ignored` ((h, w) bool: a clock, a screen) never move."""
        passed_s, self._at_s = at_s - self._at_s, at_s
        if luma.shape != self._mean.shape:
            self._noise = np.ones_like(luma)
            self._begin_with(luma)
            return Seen(_NOTHING, changed=True)
        difference = np.asarray(cv2.subtract(luma, self._mean), np.float32)
        shift = _middle(difference[::4, ::4])
        difference -= np.float32(shift)
        np.abs(difference, out=difference)
        moved = difference > self._limit
        if ignored is not None:
            moved &= ~ignored
        if cv2.countNonZero(moved.view(np.uint8)) > _CHANGED_SHARE * moved.size or abs(shift) > _EXPOSURE_STEP:
            self._begin_with(luma)
            return Seen(_NOTHING, changed=True)
        self._follow(luma, difference, moved, passed_s)
        return Seen(_areas(moved), changed=False, cells=moved)

    def _begin_with(self, luma: Luma) -> None:
        self._mean = luma.copy()
        self._judge_cells()

    def _judge_cells(self) -> None:
        """From which difference on each cell moves: above its noise, and above what a shake does to an edge through it."""
        contrast = cv2.dilate(self._mean, _NEIGHBOURS) - cv2.erode(self._mean, _NEIGHBOURS)
        self._limit = np.maximum(_FLOOR, _NOISE_TIMES * self._noise) + np.float32(_SHAKE_CELLS) * contrast
        self._judged_s = self._at_s

    def _follow(self, luma: Luma, difference: Luma, moved: Mask, passed_s: float) -> None:
        still, slow, noise = (float(1 - np.exp(-passed_s / time_s)) for time_s in (_STILL_S, _MOVED_S, _NOISE_S))
        if moved.any():
            cv2.accumulateWeighted(luma, self._mean, still, mask=(~moved).view(np.uint8))
            cv2.accumulateWeighted(luma, self._mean, slow, mask=moved.view(np.uint8))
        else:  # a mask costs more than the sum
            cv2.accumulateWeighted(luma, self._mean, still)
        cv2.accumulateWeighted(np.minimum(difference, _MOST_NOISE), self._noise, noise)
        if self._at_s - self._judged_s >= _JUDGED_S:
            self._judge_cells()


_NOTHING: Final = np.zeros((0, 4), np.float32)


def _middle(values: Luma) -> float:
    """The median, without the care for odd cases that costs as much as all the rest of the gate."""
    return float(np.partition(values, values.size // 2, axis=None)[values.size // 2])


def _areas(moved: Mask) -> Boxes:
    """Boxes in shares of the picture round connected cells that moved."""
    if cv2.countNonZero(moved.view(np.uint8)) < _FEWEST_CELLS:
        return _NOTHING
    grown = cv2.dilate(moved.view(np.uint8), _NEIGHBOURS)
    found = cv2.connectedComponentsWithStats(grown)[2][1:]
    large = found[found[:, cv2.CC_STAT_AREA] >= _SMALLEST_CELLS].astype(np.float32)
    left, top = large[:, cv2.CC_STAT_LEFT], large[:, cv2.CC_STAT_TOP]
    right, bottom = left + large[:, cv2.CC_STAT_WIDTH], top + large[:, cv2.CC_STAT_HEIGHT]
    height, width = moved.shape
    return np.stack([left / width, top / height, right / width, bottom / height], axis=1).astype(np.float32)
