"""The NanoDet family: for each of three grids class scores, and for each side of a box a distribution over its distance.

Li et al., "Generalized Focal Loss", 2020. Six outputs, first the scores (1, cells, classes) of strides 8, 16, 32, then the
distributions (1, cells, 4 x bins) in the same order; a distance is the mean bin times the stride, from the middle of the cell.
"""

from collections.abc import Sequence

import numpy as np

from edge.cameras.protocol import Image
from edge.detectors.network import Floats, Raw
from edge.detectors.yolox import letterbox

STRIDES_PX = (8, 16, 32)
_MEAN_BGR = np.array([103.53, 116.28, 123.675], np.float32)
_DEVIATION_BGR = np.array([57.375, 57.12, 58.395], np.float32)


class NanoDet:
    """How it is filled and read."""

    suppresses = True

    def fill(self, image: Image, size_px: tuple[int, int]) -> tuple[Floats, tuple[float, float]]:
        """BGR less its mean, by its deviation; the picture in the top left corner."""
        values, scale = letterbox(image, size_px)
        return (values - _MEAN_BGR[:, None, None]) / _DEVIATION_BGR[:, None, None], (scale, scale)

    def read(self, outputs: Sequence[Floats], size_px: tuple[int, int]) -> Raw:
        """Every cell is a candidate."""
        levels = len(STRIDES_PX)
        boxes = [_boxes(sides[0], stride, size_px[0] // stride) for sides, stride in zip(outputs[levels:], STRIDES_PX, strict=True)]
        return Raw(np.concatenate(boxes), np.concatenate([scores[0] for scores in outputs[:levels]]))


def cells(size_px: tuple[int, int]) -> list[int]:
    """Cells of each grid for an input of (width, height)."""
    return [(size_px[0] // stride) * (size_px[1] // stride) for stride in STRIDES_PX]


def _boxes(sides: Floats, stride: int, columns: int) -> Floats:
    """(cells, 4) xyxy in pixels of the input from (cells, 4 x bins) logits: left, top, right, bottom."""
    logits = sides.reshape(len(sides), 4, -1)
    weights = np.exp(logits - logits.max(axis=2, keepdims=True))
    bins = np.arange(logits.shape[2], dtype=np.float32)
    away = (weights @ bins) / weights.sum(axis=2) * stride
    row, column = np.divmod(np.arange(len(sides)), columns)
    middle = (np.stack([column, row], axis=1) + np.float32(0.5)) * stride
    return np.concatenate([middle - away[:, :2], middle + away[:, 2:]], axis=1).astype(np.float32)
