"""What one camera shows when nobody is there, learned as it looks, so that what moves can be told from it."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.luma import Luma

_LEARNED_FRAMES: Final = 12
_FAST: Final = 0.12
_SLOW: Final = 0.01
_DIFFERENT: Final = 14.0
"""Grey levels from the background at which a cell counts as moving; sensor noise after shrinking is about 2."""
_RELEARN_SHARE: Final = 0.8
"""When so much of the picture differs, the light changed: what was learned is void."""

_NEIGHBOURS: Final = np.ones((5, 5), np.uint8)

Mask = NDArray[np.bool_]


def moving(luma: Luma, mean: Luma, known: Mask) -> Mask:
    """(h, w) bool, shrunken: cells that differ from the background `mean` or are not `known`, and their neighbours.

    Every cell where so much differs that the light must have changed: nothing can be told then.
    """
    different = _different(luma, mean, known)
    return np.ones_like(known) if different is None else _grown(different | ~known)


def _different(luma: Luma, mean: Luma, known: Mask) -> Mask | None:
    """(h, w) bool, shrunken: known cells that differ from the background; None where so many do that the light has changed."""
    different = np.asarray((cv2.absdiff(luma, mean) > _DIFFERENT) & known, np.bool_)
    most, known_cells = cv2.countNonZero(different.view(np.uint8)), cv2.countNonZero(known.view(np.uint8))
    return None if most > _RELEARN_SHARE * known_cells else different


def _grown(mask: Mask) -> Mask:
    return np.asarray(cv2.dilate(mask.view(np.uint8), _NEIGHBOURS), np.bool_)


class Background:
    """A running average of the shrunken grey picture, kept per cell; cells under people are not learned from."""

    def __init__(self) -> None:
        self._mean = np.zeros((0, 0), np.float32)
        self._looks = np.zeros((0, 0), np.float32)
        self._known: Mask = np.zeros((0, 0), np.bool_)
        self._moving: Mask = np.zeros((0, 0), np.bool_)

    @property
    def learned(self) -> bool:
        """Whether most of the picture has been seen without people often enough to judge by it."""
        return cv2.countNonZero(self._known.view(np.uint8)) > 0.5 * self._known.size

    def update(self, shape: tuple[int, ...], people_xyxy_px: NDArray[np.float32], grey: Luma) -> None:
        """Take the next analysed picture of (height, width, 3), shrunk; (n, 4) float32 boxes of all that may be a person in it."""
        if grey.shape != self._mean.shape:
            self._begin_with(grey)
        different = _different(grey, self._mean, self._known)
        if different is None:
            self._begin_with(grey)
            different = np.zeros_like(self._known)
        # A cell not yet learned counts as moving, since somebody may have stood there from the start.
        self._moving = different | ~self._known
        if not len(people_xyxy_px) and self._known.all() and not different.any():  # an empty room, most of the day
            cv2.accumulateWeighted(grey, self._mean, _FAST)
            return
        free = _free(grey.shape, shape, people_xyxy_px)
        cv2.accumulateWeighted(grey, self._mean, _SLOW, mask=(free & different).view(np.uint8))
        cv2.accumulateWeighted(grey, self._mean, _FAST, mask=(free & ~different).view(np.uint8))
        self._looks += free
        self._known = self._looks >= _LEARNED_FRAMES

    def _begin_with(self, grey: Luma) -> None:
        self._mean, self._looks = grey.copy(), np.zeros(grey.shape, np.float32)
        self._known = np.zeros(grey.shape, np.bool_)

    def moving(self) -> Mask:
        """(h, w) bool, shrunken: cells of the last picture that differ or are not known yet, and their neighbours."""
        return _grown(self._moving)

    def snapshot(self) -> tuple[Luma, Mask]:
        """(h, w) float32 grey and bool, shrunken: the background as it is now, and where it is known."""
        return self._mean, self._known


def _free(small: tuple[int, ...], full: tuple[int, ...], xyxy_px: NDArray[np.float32]) -> Mask:
    """(h, w) bool: outside of every box."""
    mask = np.ones(small, np.bool_)
    scale = np.array([small[1] / full[1], small[0] / full[0]] * 2, np.float32)
    for left, top, right, bottom in xyxy_px * scale:
        mask[max(0, int(top)) : max(0, int(np.ceil(bottom))), max(0, int(left)) : max(0, int(np.ceil(right)))] = False
    return mask
