"""The YOLOv8 family (v8, v9, 11, 12 and others of its head): boxes decoded in the graph, one column a candidate, no objectness.

Output (1, 4 + classes, n): centre x, centre y, width, height in pixels of the input, then each class's score 0..1. Input RGB 0..1.
"""

from collections.abc import Sequence

import numpy as np

from edge.cameras.protocol import Image
from edge.detectors.network import Floats, Raw, corners
from edge.detectors.yolox import letterbox

STRIDES_PX = (8, 16, 32)
CORNER_ROWS = 4


class YoloV8:
    """How its head is filled and read."""

    suppresses = True

    def fill(self, image: Image, size_px: tuple[int, int]) -> tuple[Floats, tuple[float, float]]:
        """RGB 0..1, the picture in the top left corner and grey beside it."""
        values, scale = letterbox(image, size_px)
        return values[:, ::-1] / np.float32(255), (scale, scale)

    def read(self, outputs: Sequence[Floats], _size_px: tuple[int, int]) -> Raw:
        """Each column is a candidate."""
        rows = outputs[0][0].T
        return Raw(corners(rows[:, :CORNER_ROWS]), rows[:, CORNER_ROWS:])


def candidates(size_px: tuple[int, int]) -> int:
    """How many there are for an input of (width, height): one for each cell of the three grids."""
    return sum((size_px[0] // stride) * (size_px[1] // stride) for stride in STRIDES_PX)
