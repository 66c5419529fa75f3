"""Joints of a person by SimCC: for each joint a distribution over the columns and one over the rows of the crop.

Li et al., "SimCC: a Simple Coordinate Classification Perspective for Human Pose Estimation", 2022; as in RTMPose's exports: input
(1, 3, H, W) RGB with the mean and deviation of ImageNet, outputs (1, joints, 2W) and (1, joints, 2H), best bin over two = pixel.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.cameras.protocol import Image
from edge.detectors.session import Session
from lamplighter.contract.errors import SettingsError

Floats = NDArray[np.float32]

BINS_PER_PIXEL: Final = 2
_ROOM: Final = 1.25
"""The crop against the box: raised arms and feet often lie outside."""
_MEAN_RGB: Final = np.array([123.675, 116.28, 103.53], np.float32)
_DEVIATION_RGB: Final = np.array([58.395, 57.12, 57.375], np.float32)


class SimccPose:
    """A loaded pose network; raises SettingsError unless its outputs fit its input."""

    def __init__(self, session: Session) -> None:
        self._session = session
        axes = [axis if isinstance(axis, int) else 0 for axis in session.input.axes]
        ends = [into.axes[-1] for into in session.outputs]
        if len(axes) != 4 or ends != [BINS_PER_PIXEL * axes[3], BINS_PER_PIXEL * axes[2]]:
            shapes = f"{session.input} -> {' + '.join(str(into) for into in session.outputs)}"
            raise SettingsError(f"model {session.path.name}: {shapes} is no SimCC pose network; give an RTMPose export")
        self._size_px = axes[3], axes[2]

    def joints(self, image: Image, xyxy_px: tuple[float, float, float, float]) -> Floats:
        """(joints, 3) float32: x and y in pixels of `image`, and the smaller of the two best bins' values as the score."""
        to_crop = _to_crop(xyxy_px, self._size_px)
        crop = cv2.warpAffine(image, to_crop, self._size_px, flags=cv2.INTER_LINEAR)
        values = (np.asarray(crop[:, :, ::-1], np.float32) - _MEAN_RGB) / _DEVIATION_RGB
        across, down = self._session.run_all(np.ascontiguousarray(values.transpose(2, 0, 1)[None]))
        at_px = np.stack([across[0].argmax(axis=1), down[0].argmax(axis=1)], axis=1) / BINS_PER_PIXEL
        score = np.minimum(across[0].max(axis=1), down[0].max(axis=1))
        back = cv2.invertAffineTransform(to_crop)
        return np.concatenate([at_px @ back[:, :2].T + back[:, 2], score[:, None]], axis=1).astype(np.float32)


def _to_crop(xyxy_px: tuple[float, float, float, float], size_px: tuple[int, int]) -> NDArray[np.float64]:
    """(2, 3) from the picture to the crop: the box's centre in its middle, the box and some room within it, nothing stretched."""
    left, top, right, bottom = xyxy_px
    scale = min(size_px[0] / max(right - left, 1.0), size_px[1] / max(bottom - top, 1.0)) / _ROOM
    middle_x, middle_y = (left + right) / 2, (top + bottom) / 2
    return np.array([[scale, 0, size_px[0] / 2 - scale * middle_x], [0, scale, size_px[1] / 2 - scale * middle_y]])
