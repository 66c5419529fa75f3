"""The small grey picture by which motion and background are judged: cheap to make, a few thousand cells."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.cameras.protocol import Image

WIDTH: Final = 160
_GREEN: Final = 1
"""The green plane carries .587 of luma (ITU-R BT.601) and costs no conversion; an infrared picture has the same in every plane."""

Luma = NDArray[np.float32]
"""(height, 160) float32, 0..255."""


def shrink(image: Image) -> Luma:
    """The picture at 160 cells a row, each the mean of four points or more."""
    height = max(1, round(image.shape[0] * WIDTH / image.shape[1]))
    thinned = cv2.resize(image, (2 * WIDTH, 2 * height), interpolation=cv2.INTER_NEAREST)
    small = cv2.resize(cv2.extractChannel(thinned, _GREEN), (WIDTH, height), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32)
