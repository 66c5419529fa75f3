"""How somebody is dressed, coarsely: twelve mean colours of a box, enough to tell two who pass each other, never to know one by."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.cameras.protocol import Image

_CELLS = (2, 6)
"""Across and down: head, chest, hips, thighs, calves, feet."""
_MARGIN = 0.25
"""Share of the box's width left out on each side, where the background shows."""

Boxes = NDArray[np.float32]
Looks = NDArray[np.float32]
"""(n, 36) float32 BGR, 0..255."""


def describe(image: Image, boxes_px: Boxes) -> Looks:
    """The looks of what is in each of the (n, 4) xyxy boxes."""
    looks = [cv2.resize(_middle(image, box), _CELLS, interpolation=cv2.INTER_AREA) for box in boxes_px.tolist()]
    return np.array(looks, np.float32).reshape(-1, 3 * _CELLS[0] * _CELLS[1])


def unlike(first: Looks, second: Looks) -> NDArray[np.float32]:
    """(n, m) float32 mean difference in grey levels."""
    return np.asarray(np.abs(first[:, None] - second[None]).mean(axis=2), np.float32)


def _middle(image: Image, box: Sequence[float]) -> Image:
    height, width = image.shape[:2]
    left, top, right, bottom = box
    aside = (right - left) * _MARGIN
    first, upper = min(max(0, int(left + aside)), width - 1), min(max(0, int(top)), height - 1)
    last, lower = max(first + 1, int(right - aside)), max(upper + 1, int(bottom))
    return image[upper:lower, first:last]
