"""Arithmetic on boxes: overlap, and one box a thing."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from edge.cameras.protocol import Image
from edge.detectors.protocol import Detections, nothing
from edge.regions import Region

Floats = NDArray[np.float32]
_AT_ONCE: Final = 256
"""Boxes compared with all others at a time: thousands against thousands would take gigabytes."""
_TINY: Final = np.finfo(np.float32).tiny


def iou(one: Floats, many: Floats) -> Floats:
    """(n,) float32 intersection over union of `one` (4,) with each of `many` (n, 4), xyxy; 0 where either has no area."""
    return np.asarray(overlaps_of(one[None], many)[0], np.float32)


def overlaps_of(first: Floats, second: Floats) -> Floats:
    """(n, m) float32 intersection over union of (n, 4) and (m, 4) xyxy boxes; 0 where either has no area."""
    common = _shared(first, second)
    return np.asarray(common / np.maximum(areas(first)[:, None] + areas(second) - common, _TINY), np.float32)


def contained(first: Floats, second: Floats) -> Floats:
    """(n, m) float32 intersection over the smaller box's area of (n, 4) and (m, 4) xyxy boxes."""
    return np.asarray(_shared(first, second) / np.maximum(np.minimum(areas(first)[:, None], areas(second)), _TINY), np.float32)


def _shared(first: Floats, second: Floats) -> Floats:
    """(n, m) float32 area that (n, 4) and (m, 4) xyxy boxes have in common: side by side, since rows of four are slow."""
    (left, top, right, bottom), (lefts, tops, rights, bottoms) = first.T[:, :, None], np.ascontiguousarray(second.T)
    across = np.minimum(right, rights) - np.maximum(left, lefts)
    down = np.minimum(bottom, bottoms) - np.maximum(top, tops)
    return np.asarray(np.maximum(across, 0) * np.maximum(down, 0), np.float32)


def areas(boxes: Floats) -> Floats:
    """(n,) float32 of (n, 4) xyxy boxes."""
    return np.asarray((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]), np.float32)


def suppress(xyxy: Floats, score: Floats, group: NDArray[np.int64], *, overlap: float) -> NDArray[np.int64]:
    """(k,) indices that survive greedy non-maximum suppression, best score first.

    A box goes when a better one of the same `group` (n,) overlaps it by more than `overlap`. Equal scores keep their order.
    """
    order = np.argsort(-score, kind="stable")
    boxes, groups = xyxy[order], group[order]
    gone, kept = np.zeros(len(order), np.bool_), []
    for start in range(0, len(order), _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        covers = (overlaps_of(boxes[some], boxes) > overlap) & (groups[some, None] == groups)
        for place, covered in enumerate(covers, start):
            if not gone[place]:
                kept.append(place)
                gone |= covered
    return np.asarray(order[kept], np.int64)


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
