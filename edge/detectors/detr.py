"""The DETR family (D-FINE, RT-DETR, RF-DETR): a set of boxes as shares of the picture, one a thing, and logits for every class.

Carion et al., "End-to-End Object Detection with Transformers", 2020; the picture fills the input, stretched. Two outputs: boxes
(1, n, 4) centre x, centre y, width, height, and logits (1, n, classes). RF-DETR numbers its classes as COCO's annotations do, 91
columns with gaps, and wants ImageNet's mean and deviation taken off; the others have 80 and want 0..1.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from edge.cameras.protocol import Image
from edge.detectors.network import Floats, Raw, corners, sigmoid

_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)
BOX_COLUMNS = 4


class Detr:
    """How it is filled and read; `normalised`: with ImageNet's mean and deviation."""

    suppresses = False

    def __init__(self, *, normalised: bool, boxes_at: int) -> None:
        self._normalised = normalised
        self._boxes_at = boxes_at

    def fill(self, image: Image, size_px: tuple[int, int]) -> tuple[Floats, tuple[float, float]]:
        """RGB, stretched over the whole input."""
        stretched = cv2.resize(image, size_px, interpolation=cv2.INTER_LINEAR)
        shares = np.asarray(stretched[:, :, ::-1], np.float32) / 255
        values = (shares - _MEAN) / _DEVIATION if self._normalised else shares
        scales = size_px[0] / image.shape[1], size_px[1] / image.shape[0]
        return np.ascontiguousarray(values.transpose(2, 0, 1)[None]), scales

    def read(self, outputs: Sequence[Floats], size_px: tuple[int, int]) -> Raw:
        """Each row is a candidate."""
        boxes, logits = outputs[self._boxes_at][0], outputs[1 - self._boxes_at][0]
        return Raw(corners(boxes) * np.array([*size_px, *size_px], np.float32), sigmoid(logits))
