"""Which part of a picture to look at: one square round all that matters, or the whole where a square would save nothing."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float32]

_GROWN: Final = 1.5
"""A region's side against the extent of what it is for: a network wants to see what stands round a body."""
_WORTH: Final = 0.75
"""A region of at least this share of the picture's longer side is not worth the seam: look at everything."""


class Region(NamedTuple):
    """A part of a picture, whole pixels, right and bottom excluded."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """In pixels."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """In pixels."""
        return self.bottom - self.top


def whole(size_px: tuple[int, int]) -> Region:
    """All of a picture of (width, height)."""
    return Region(0, 0, *size_px)


def region_round(boxes_px: Boxes, size_px: tuple[int, int], *, least_px: int) -> Region:
    """The region that holds the (n, 4) boxes, n >= 1, with room about them; at least `least_px` a side, inside the picture.

    A second region would cost a second pass of the network, and the whole picture costs one: so there is one region or the whole.
    """
    width, height = size_px
    low, high = boxes_px[:, :2].min(axis=0), boxes_px[:, 2:].max(axis=0)
    side = max(float((high - low).max()) * _GROWN, float(least_px))
    if side >= _WORTH * max(size_px):
        return whole(size_px)
    left, right = _span((float(low[0]) + float(high[0])) / 2, side, width)
    top, bottom = _span((float(low[1]) + float(high[1])) / 2, side, height)
    return Region(left, top, right, bottom)


def _span(middle: float, side: float, limit: int) -> tuple[int, int]:
    length = min(round(side), limit)
    start = min(max(0, round(middle - side / 2)), limit - length)
    return start, start + length


def within(boxes_px: Boxes, region: Region, *, share: float = 0.7) -> NDArray[np.bool_]:
    """(n,) bool: those of which at least `share` of the area lies in the region."""
    low = np.maximum(boxes_px[:, :2], np.array([region.left, region.top], np.float32))
    high = np.minimum(boxes_px[:, 2:], np.array([region.right, region.bottom], np.float32))
    inside = np.prod(np.clip(high - low, 0, None), axis=1)
    area = np.prod(boxes_px[:, 2:] - boxes_px[:, :2], axis=1)
    return np.asarray(inside >= share * np.maximum(area, 1e-6), np.bool_)


def cut(boxes_px: Boxes, region: Region, size_px: tuple[int, int]) -> NDArray[np.bool_]:
    """(n,) bool: those that touch a border of the region which is no border of the picture, so that more of them may lie beyond."""
    width, height = size_px
    near = 2.0
    sides = [
        (boxes_px[:, 0] <= region.left + near) & (region.left > 0),
        (boxes_px[:, 1] <= region.top + near) & (region.top > 0),
        (boxes_px[:, 2] >= region.right - near) & (region.right < width),
        (boxes_px[:, 3] >= region.bottom - near) & (region.bottom < height),
    ]
    return np.asarray(np.any(sides, axis=0), np.bool_)
