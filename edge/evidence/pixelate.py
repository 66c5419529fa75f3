"""Hiding people: the parts of a picture that may show one are replaced by blocks too coarse to know anybody by."""

import math
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.cameras.protocol import Image

GROWN: Final = 0.2
"""Boxes are enlarged by this share of their size, half of it on each side."""
BLOCKS: Final = 12
"""A person's longer side spans at most so many blocks."""

Mask = NDArray[np.bool_]


def grow(xyxy_px: NDArray[np.float32], share: float = GROWN) -> NDArray[np.float32]:
    """(n, 4) float32 boxes enlarged about their centres."""
    half = (xyxy_px[:, 2:] - xyxy_px[:, :2]) * (share / 2)
    return np.concatenate([xyxy_px[:, :2] - half, xyxy_px[:, 2:] + half], axis=1)


def block_px(xyxy_px: NDArray[np.float32], picture: tuple[int, ...]) -> int:
    """The side of a block in pixels: a twelfth of the largest person's longer side, or of the picture's when nobody was found."""
    longest = float((xyxy_px[:, 2:] - xyxy_px[:, :2]).max()) if len(xyxy_px) else float(max(picture[:2]))
    return max(4, math.ceil(longest / BLOCKS))


def coarsest(people_xyxy_px: NDArray[np.float32], hidden: Mask) -> int:
    """Blocks fit for the largest person found and for the largest hidden area, which may be one that was not found."""
    areas = cv2.connectedComponentsWithStats(hidden.astype(np.uint8))[2][1:]
    spans = areas[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].astype(np.float32)
    as_boxes = np.concatenate([np.zeros_like(spans), spans], axis=1)
    return block_px(np.concatenate([people_xyxy_px, as_boxes]), hidden.shape)


def covered(hidden: Mask, block: int) -> Mask:
    """(height, width) bool: the pixels of every block that holds a `hidden` one."""
    height, width = hidden.shape
    rows, columns = math.ceil(height / block), math.ceil(width / block)
    padded = np.pad(hidden, ((0, rows * block - height), (0, columns * block - width)))
    cells = padded.reshape(rows, block, columns, block).any(axis=(1, 3))
    return np.repeat(np.repeat(cells, block, axis=0), block, axis=1)[:height, :width]


def pixelate(image: Image, hidden: Mask, block: int) -> Image:
    """A copy in which every block that holds a `hidden` pixel ((height, width) bool) shows its mean colour only."""
    height, width = hidden.shape
    rows, columns = math.ceil(height / block), math.ceil(width / block)
    down, right = rows * block - height, columns * block - width
    padded = cv2.copyMakeBorder(image, 0, down, 0, right, cv2.BORDER_REPLICATE)
    means = cv2.resize(padded, (columns, rows), interpolation=cv2.INTER_AREA)
    blocks = np.repeat(np.repeat(means, block, axis=0), block, axis=1)[:height, :width]
    return np.where(covered(hidden, block)[:, :, None], blocks, image).astype(np.uint8)


def box_mask(picture: tuple[int, ...], xyxy_px: NDArray[np.float32]) -> Mask:
    """(height, width) bool: true inside any of the boxes."""
    mask = np.zeros(picture[:2], np.bool_)
    for left, top, right, bottom in xyxy_px:
        mask[max(0, math.floor(top)) : max(0, math.ceil(bottom)), max(0, math.floor(left)) : max(0, math.ceil(right))] = True
    return mask
