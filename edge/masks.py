"""Parts of a camera's picture that are never seen, and parts whose motion means nothing."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.cameras.protocol import Frame, Image

Corners = Sequence[tuple[float, float]]
"""A polygon in shares of the picture."""


class Masks:
    """One camera's."""

    def __init__(self, *, privacy: Sequence[Corners] = (), motion: Sequence[Corners] = ()) -> None:
        self._privacy = tuple(privacy)
        self._motion = tuple(motion)
        self._cells: NDArray[np.bool_] = np.zeros((0, 0), np.bool_)

    def hidden(self, frame: Frame) -> Frame:
        """The frame with its private parts black; itself, not looked at in colour yet, where there are none."""
        return frame._replace(pixels=self.hide(frame.image)) if self._privacy else frame

    def hide(self, image: Image) -> Image:
        """The picture with its private parts black; itself where there are none."""
        if not self._privacy:
            return image
        hidden = image.copy()
        cv2.fillPoly(hidden, [_corners_px(zone, image.shape) for zone in self._privacy], (0, 0, 0))
        return hidden

    def still_cells(self, shape: tuple[int, ...]) -> NDArray[np.bool_] | None:
        """(h, w) bool of the small grey picture: where motion means nothing; None where it counts everywhere."""
        if not self._motion:
            return None
        if self._cells.shape != shape:
            cells = np.zeros(shape, np.uint8)
            cv2.fillPoly(cells, [_corners_px(zone, shape) for zone in self._motion], (1,))
            self._cells = cells.astype(np.bool_)
        return self._cells


def _corners_px(zone: Corners, shape: tuple[int, ...]) -> NDArray[np.int32]:
    height, width = shape[:2]
    return np.array([(x * (width - 1), y * (height - 1)) for x, y in zone]).round().astype(np.int32)
