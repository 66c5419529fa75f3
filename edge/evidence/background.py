"""What one camera shows when nobody is there, learned as it looks, so that what moves can be told from it."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.cameras.protocol import Image
from edge.luma import Luma, shrink

_LEARNED_FRAMES: Final = 12
_FAST: Final = 0.12
_SLOW: Final = 0.01
_DIFFERENT: Final = 14.0
"""Grey levels from the background at which a cell counts as moving; sensor noise after shrinking is about 2."""
_RELEARN_SHARE: Final = 0.8
"""When so much of the picture differs, the light changed: what was learned is void."""

Mask = NDArray[np.bool_]


class Background:
    """A running average of the shrunken grey picture, kept per cell; cells under people are not learned from."""

    def __init__(self) -> None:
        self._mean = np.zeros((0, 0), np.float32)
        self._looks = np.zeros((0, 0), np.int32)
        self._moving: Mask = np.zeros((0, 0), np.bool_)

    @property
    def learned(self) -> bool:
        """Whether most of the picture has been seen without people often enough to judge by it."""
        return self._looks.size > 0 and float((self._looks >= _LEARNED_FRAMES).mean()) > 0.5

    def update(self, image: Image, people_xyxy_px: NDArray[np.float32], luma: Luma | None = None) -> None:
        """Take the next analysed picture; (n, 4) float32 boxes of everything that may be a person; `luma` where it is made already."""
        grey = shrink(image) if luma is None else luma
        if grey.shape != self._mean.shape:
            self._mean, self._looks = grey.copy(), np.zeros(grey.shape, np.int32)
        known = self._looks >= _LEARNED_FRAMES
        different = np.abs(grey - self._mean) > _DIFFERENT
        if known.any() and float(different[known].mean()) > _RELEARN_SHARE:
            self._mean, self._looks = grey.copy(), np.zeros(grey.shape, np.int32)
            different = np.zeros_like(different)
        # A cell not yet learned counts as moving, since somebody may have stood there from the start.
        self._moving = different | (self._looks < _LEARNED_FRAMES)
        free = ~_covered(grey.shape, image.shape, people_xyxy_px)
        rate = np.where(different & known, _SLOW, _FAST)
        self._mean[free] += (rate * (grey - self._mean))[free]
        self._looks[free] += 1

    def moving(self) -> Mask:
        """(h, w) bool, shrunken: cells of the last picture that differ or are not known yet, and their neighbours."""
        grown = cv2.dilate(self._moving.astype(np.uint8), np.ones((5, 5), np.uint8))
        return np.asarray(grown, np.bool_)


def _covered(small: tuple[int, ...], full: tuple[int, ...], xyxy_px: NDArray[np.float32]) -> Mask:
    mask = np.zeros(small, np.bool_)
    scale = np.array([small[1] / full[1], small[0] / full[0]] * 2, np.float32)
    for left, top, right, bottom in xyxy_px * scale:
        mask[max(0, int(top)) : max(0, int(np.ceil(bottom))), max(0, int(left)) : max(0, int(np.ceil(right)))] = True
    return mask
