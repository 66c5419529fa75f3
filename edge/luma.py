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
    brightness = _brightness(frame)
    return shrink(frame.image) if brightness is None else _stretched(_averaged(_thinned(brightness.plane)), brightness)


def luma_in_rows(frame: Frame, rows: int) -> Luma:
    """The frame at so many rows of 160 cells, each the mean of all its points: what a smaller picture of the same view shows."""
    brightness, size = _brightness(frame), (WIDTH, rows)
    if brightness is None:
        green = cv2.extractChannel(frame.image, _GREEN)
        return np.asarray(cv2.resize(green, size, interpolation=cv2.INTER_AREA), np.float32)
    return _stretched(np.asarray(cv2.resize(brightness.plane, size, interpolation=cv2.INTER_AREA), np.float32), brightness)


def _brightness(frame: Frame) -> Brightness | None:
    return None if isinstance(frame.pixels, np.ndarray) else frame.pixels.brightness()


def shrink(image: Image) -> Luma:
    """The picture at 160 cells a row, each the mean of four points or more."""
    return _averaged(np.asarray(cv2.extractChannel(_thinned(image), _GREEN), np.uint8))


def _thinned(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height = max(1, round(picture.shape[0] * WIDTH / picture.shape[1]))
    return np.asarray(cv2.resize(picture, (2 * WIDTH, 2 * height), interpolation=cv2.INTER_NEAREST), np.uint8)


def _averaged(thinned: NDArray[np.uint8]) -> Luma:
    size = (thinned.shape[1] // 2, thinned.shape[0] // 2)
    return np.asarray(cv2.resize(thinned, size, interpolation=cv2.INTER_AREA), np.float32)


def _stretched(luma: Luma, brightness: Brightness) -> Luma:
    """Black at 0 and white at 255, as in a converted picture; in place."""
    luma -= np.float32(brightness.black)
    luma *= np.float32(255 / (brightness.white - brightness.black))
    return luma
