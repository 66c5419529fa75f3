"""The small grey picture by which motion and background are judged: cheap to make, a few thousand cells."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.cameras.protocol import Brightness, Frame, Image

WIDTH: Final = 160
_GREEN: Final = 1
"""The green plane carries .587 of luma (ITU-R BT.601) and costs no conversion; an infrared picture has the same in every plane."""

Luma = NDArray[np.float32]
"""(height, 160) float32, 0..255."""


def luma_of(frame: Frame) -> Luma:
    """The frame at 160 cells a row, from its luma as decoded where it has one: nothing is converted for it."""
    brightness = None if isinstance(frame.pixels, np.ndarray) else frame.pixels.brightness()
    return shrink(frame.image) if brightness is None else _stretched(brightness)


def shrink(image: Image) -> Luma:
    """The picture at 160 cells a row, each the mean of four points or more."""
    return _averaged(np.asarray(cv2.extractChannel(_thinned(image), _GREEN), np.uint8))


def _thinned(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height = max(1, round(picture.shape[0] * WIDTH / picture.shape[1]))
    return np.asarray(cv2.resize(picture, (2 * WIDTH, 2 * height), interpolation=cv2.INTER_NEAREST), np.uint8)


def _averaged(thinned: NDArray[np.uint8]) -> Luma:
    size = (thinned.shape[1] // 2, thinned.shape[0] // 2)
    return np.asarray(cv2.resize(thinned, size, interpolation=cv2.INTER_AREA), np.float32)


def _stretched(brightness: Brightness) -> Luma:
    """Black at 0 and white at 255, as in a converted picture."""
    plane, black, white = brightness
    luma = _averaged(_thinned(plane))
    luma -= np.float32(black)
    luma *= np.float32(255 / (white - black))
    return luma
