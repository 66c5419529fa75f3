"""Arithmetic on boxes: overlap, and one box a thing."""

import numpy as np
from numpy.typing import NDArray

from edge.cameras.protocol import Image
from edge.detectors.protocol import Detections, nothing
from edge.regions import Region

Floats = NDArray[np.float32]


def iou(one: Floats, many: Floats) -> Floats:
    """(n,) float32 intersection over union of `one` (4,) with each of `many` (n, 4), xyxy; 0 where either has no area."""
    low, high = np.maximum(one[:2], many[:, :2]), np.minimum(one[2:], many[:, 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=1)
    area = np.prod(one[2:] - one[:2]) + np.prod(many[:, 2:] - many[:, :2], axis=1)
    return np.asarray(shared / np.maximum(area - shared, np.finfo(np.float32).tiny), np.float32)


def suppress(xyxy: Floats, score: Floats, group: NDArray[np.int64], *, overlap: float) -> NDArray[np.int64]:
    """(k,) indices that survive greedy non-maximum suppression, best score first.

    A box goes when a better one of the same `group` (n,) overlaps it by more than `overlap`. Equal scores keep their order.
    """
    left = np.argsort(-score, kind="stable")
    kept: list[int] = []
    while left.size:
        best, rest = left[0], left[1:]
        kept.append(int(best))
        covered = (iou(xyxy[best], xyxy[rest]) > overlap) & (group[rest] == group[best])
        left = rest[~covered]
    return np.array(kept, np.int64)


def inside(xyxy: Floats, *, width_px: int, height_px: int) -> Floats:
    """The boxes cut at the borders of the picture."""
    limit = np.array([width_px, height_px, width_px, height_px], np.float32)
    return np.asarray(np.clip(xyxy, 0, limit), np.float32)


def gather(xyxy: Floats, score: Floats, label: tuple[str, ...], kept: NDArray[np.int64]) -> Detections:
    """The kept ones as detections, in that order."""
    return Detections(xyxy[kept], score[kept], tuple(label[i] for i in kept))


def cut_out(image: Image, region: Region) -> Image:
    """The region's pixels, not copied."""
    return image[region.top : region.bottom, region.left : region.right]


def put_back(found: Detections, region: Region) -> Detections:
    """Boxes of a cut-out, in pixels of the picture it was cut from."""
    if not len(found.score):
        return nothing()
    offset = np.array([region.left, region.top] * 2, np.float32)
    return Detections(found.xyxy_px + offset, found.score, found.label)
