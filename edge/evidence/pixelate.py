"""Hiding people: the parts of a picture that may show one are replaced by blocks too coarse to know anybody by."""

import math
from typing import Any, Final

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
    outlines = cv2.findContours(hidden.view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)[0]
    spans = np.array([cv2.boundingRect(outline)[2:] for outline in outlines], np.float32).reshape(-1, 2)
    as_boxes = np.concatenate([np.zeros_like(spans), spans], axis=1)
    return block_px(np.concatenate([people_xyxy_px, as_boxes]), hidden.shape)


def cells_of(hidden: Mask, block: int) -> Mask:
    """(rows, columns) bool: the blocks that hold a `hidden` pixel ((height, width) bool)."""
    rows, columns = (math.ceil(side / block) for side in hidden.shape)
    down, right = rows * block - hidden.shape[0], columns * block - hidden.shape[1]
    padded = cv2.copyMakeBorder(hidden.view(np.uint8), 0, down, 0, right, cv2.BORDER_CONSTANT, value=(0,))
    rows_of_cells = np.bitwise_or.reduce(padded.reshape(rows, block, columns * block), axis=1)
    return np.asarray(np.bitwise_or.reduce(rows_of_cells.reshape(rows, columns, block), axis=2)).view(np.bool_)


def covered(hidden: Mask, block: int) -> Mask:
    """(height, width) bool: the pixels of every block that holds a `hidden` one."""
    return np.asarray(_enlarged(cells_of(hidden, block), block)[: hidden.shape[0], : hidden.shape[1]], np.bool_)


def pixelate(image: Image, hidden: Mask, block: int) -> Image:
    """A copy in which every block that holds a `hidden` pixel ((height, width) bool) shows its mean colour only."""
    return in_blocks(image, cells_of(hidden, block), block)


def in_blocks(image: Image, cells: Mask, block: int) -> Image:
    """A copy of a (height, width) or (height, width, 3) picture whose `cells`, of so many pixels a side, show their mean only."""
    (height, width), (rows, columns) = image.shape[:2], cells.shape
    padded = cv2.copyMakeBorder(image, 0, rows * block - height, 0, columns * block - width, cv2.BORDER_REPLICATE)
    means = np.asarray(cv2.resize(padded, (columns, rows), interpolation=cv2.INTER_AREA), np.uint8)
    mask = np.ascontiguousarray(_enlarged(cells.view(np.uint8), block)[:height, :width])
    blocks = np.ascontiguousarray(_enlarged(means, block)[:height, :width])
    return np.asarray(cv2.copyTo(blocks, mask, image.copy()), np.uint8)


def _enlarged(cells: NDArray[Any], block: int) -> NDArray[Any]:
    """Each cell `block` times in both directions; along the rows first, while there are few."""
    return np.repeat(np.repeat(cells, block, axis=1), block, axis=0)


def box_mask(picture: tuple[int, ...], xyxy_px: NDArray[np.float32]) -> Mask:
    """(height, width) bool: true inside any of the boxes."""
    mask = np.zeros(picture[:2], np.bool_)
    low, high = np.floor(xyxy_px[:, :2]).clip(0), np.ceil(xyxy_px[:, 2:]).clip(0)
    for left, top, right, bottom in np.concatenate([low, high], axis=1).astype(np.intp).tolist():
        mask[top:bottom, left:right] = True
    return mask
