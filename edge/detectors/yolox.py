"""The YOLOX family: one forward pass over the picture fitted into the network's square.

Ge et al., "YOLOX: Exceeding YOLO Series in 2021", arXiv 2107.08430; exports whose grid is not decoded in the graph.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.cameras.protocol import Image
from edge.detectors.boxes import cut_out, gather, inside, put_back, suppress
from edge.detectors.protocol import Detections, Scores
from edge.detectors.session import Session
from edge.regions import Region

Floats = NDArray[np.float32]

STRIDES_PX = (8, 16, 32)
GREY = 114
OVERLAP = 0.5
CORNER_COLUMNS = 5
"""Centre x, centre y, width, height, objectness; then one column a class."""


class YoloxDetector:
    """Things of the classes in `labels`, in the order of the network's columns. Looks at one picture at a time."""

    def __init__(self, name: str, session: Session, *, scores: Scores, labels: tuple[str, ...]) -> None:
        self.name = name
        self._session = session
        self.sure_score = scores.sure
        self._min_score = scores.given
        self._labels = labels
        height, width = session.input.axes[2:]
        self._size_px = int(width), int(height)
        self._cells: dict[tuple[int, int], Floats] = {}
        self._values: Floats = np.empty((1, 3, 0, 0), np.float32)
        self._fits = _set_free(session, self._size_px)
        self.least_px = max(self._size_px)

    def detect(self, image: Image) -> Detections:
        """Boxes in pixels of `image`, best first; score = objectness x class."""
        size_px = least_size_px(image, self._size_px) if self._fits else self._size_px
        if self._values.shape[2:] != size_px[::-1]:
            self._values = np.empty((1, 3, *size_px[::-1]), np.float32)
        values, scale = letterbox(image, size_px, self._values)
        raw = self._session.run(values)[0]
        promising = raw[:, 4] >= self._min_score
        raw, cell_px = raw[promising], self._cells_of(size_px)[promising]
        classes = raw[:, CORNER_COLUMNS:]
        kind = np.asarray(np.argmax(classes, axis=1), np.int64)
        score = raw[:, 4] * classes[np.arange(len(raw)), kind]
        sure = score >= self._min_score
        xyxy = inside(corners(raw[sure], cell_px[sure]) / scale, width_px=image.shape[1], height_px=image.shape[0])
        kept = suppress(xyxy, score[sure], kind[sure], overlap=OVERLAP)
        return gather(xyxy, score[sure], tuple(self._labels[k] for k in kind[sure]), kept)

    def detect_part(self, image: Image, region: Region) -> Detections:
        """Boxes in pixels of `image`; the region fills the network's square, so a pass costs the same and sees closer."""
        return put_back(self.detect(cut_out(image, region)), region)

    def _cells_of(self, size_px: tuple[int, int]) -> Floats:
        if size_px not in self._cells:
            self._cells[size_px] = cells(size_px)
        return self._cells[size_px]


def _set_free(session: Session, size_px: tuple[int, int]) -> bool:
    """Whether the network takes less than its whole square, as published exports do; tried once on grey of half the height."""
    width, height = size_px[0], _whole_strides(size_px[1] // 2)
    return session.set_free(np.full((1, 3, height, width), GREY, np.float32), len(cells((width, height))))


def letterbox(image: Image, size_px: tuple[int, int], into: Floats | None = None) -> tuple[Floats, float]:
    """(1, 3, H, W) float32 BGR 0..255 with the picture in the top left corner and grey beside it, and its scale.

    `into` is an array of that shape to fill: a new one of megabytes costs as much as filling it.
    """
    (width, height), scale = _fitted(image, size_px)
    small = cv2.resize(image, (width, height), interpolation=cv2.INTER_LINEAR)
    values = np.empty((1, 3, size_px[1], size_px[0]), np.float32) if into is None else into
    values[0, :, height:], values[0, :, :height, width:] = GREY, GREY
    for plane, pixels in zip(values[0], cv2.split(small), strict=True):
        plane[:height, :width] = pixels
    return values, scale


def least_size_px(image: Image, size_px: tuple[int, int]) -> tuple[int, int]:
    """(width, height) of as much of the network's square as the picture fills at the same scale: grey costs as much as pixels."""
    (width, height), _scale = _fitted(image, size_px)
    return min(size_px[0], _whole_strides(width)), min(size_px[1], _whole_strides(height))


def _whole_strides(length_px: int) -> int:
    return -(-length_px // STRIDES_PX[-1]) * STRIDES_PX[-1]


def _fitted(image: Image, size_px: tuple[int, int]) -> tuple[tuple[int, int], float]:
    height_px, width_px = image.shape[:2]
    scale = min(size_px[0] / width_px, size_px[1] / height_px)
    return (max(1, int(width_px * scale)), max(1, int(height_px * scale))), scale


def cells(size_px: tuple[int, int]) -> Floats:
    """(n, 3) column, row and stride of each output row: every cell of the three grids, row by row, finest first."""
    grids = []
    for stride_px in STRIDES_PX:
        row, column = np.indices((size_px[1] // stride_px, size_px[0] // stride_px)).reshape(2, -1)
        grids.append(np.stack([column, row, np.full(row.size, stride_px)], axis=1))
    return np.concatenate(grids).astype(np.float32)


def corners(raw: Floats, cell_px: Floats) -> Floats:
    """(n, 4) xyxy in the network's pixels: centre = (raw + cell) * stride, size = exp(raw) * stride."""
    stride_px = cell_px[:, 2:]
    centre = (raw[:, :2] + cell_px[:, :2]) * stride_px
    half = np.exp(raw[:, 2:4]) * stride_px / 2
    return np.concatenate([centre - half, centre + half], axis=1)
