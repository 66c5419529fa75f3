"""A detector whose network takes one square-ish picture: what all families share round their own arithmetic."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from edge.cameras.protocol import Image
from edge.detectors.boxes import cut_out, gather, inside, put_back, suppress
from edge.detectors.protocol import Detections, Scores
from edge.detectors.session import Session
from edge.regions import Region

Floats = NDArray[np.float32]
OVERLAP = 0.5


class Raw(NamedTuple):
    """What a family reads out of its network: n boxes in pixels of the network's input, the score of every class for each."""

    xyxy_px: Floats
    """(n, 4)"""
    classes: Floats
    """(n, classes), 0..1"""


class Family(Protocol):
    """One way of filling a network and reading it."""

    suppresses: bool
    """Whether it gives several boxes a thing, so that the best must be chosen."""

    def fill(self, image: Image, size_px: tuple[int, int]) -> tuple[Floats, tuple[float, float]]:
        """The (1, 3, H, W) float32 input for a picture, and its scales across and down."""

    def read(self, outputs: Sequence[Floats], size_px: tuple[int, int]) -> Raw:
        """Boxes and scores of every candidate."""


class NetworkDetector:
    """Things of the classes in `labels`, in the order of the network's columns; columns without a label are passed over."""

    def __init__(self, name: str, session: Session, *, family: Family, scores: Scores, labels: tuple[str, ...]) -> None:
        self.name = name
        self.sure_score = scores.sure
        self._session = session
        self._family = family
        self._min_score = scores.given
        self._labels = labels
        height, width = session.input.axes[2:]
        self._size_px = int(width), int(height)
        self.least_px = max(self._size_px)

    def detect(self, image: Image) -> Detections:
        """Boxes in pixels of `image`, best first."""
        values, (across, down) = self._family.fill(image, self._size_px)
        raw = self._family.read(self._session.run_all(values), self._size_px)
        kind = np.asarray(np.argmax(raw.classes, axis=1), np.int64)
        score = raw.classes[np.arange(len(kind)), kind]
        sure = (score >= self._min_score) & np.array([bool(label) for label in self._labels], np.bool_)[kind]
        kind, score = kind[sure], np.asarray(score[sure], np.float32)
        back = np.asarray(raw.xyxy_px[sure] / np.array([across, down] * 2, np.float32), np.float32)
        xyxy = inside(back, width_px=image.shape[1], height_px=image.shape[0])
        kept = suppress(xyxy, score, kind, overlap=OVERLAP if self._family.suppresses else 1.0)
        return gather(xyxy, score, tuple(self._labels[k] for k in kind), kept)

    def detect_part(self, image: Image, region: Region) -> Detections:
        """Boxes in pixels of `image`; the region fills the network's input, so a pass costs the same and sees closer."""
        return put_back(self.detect(cut_out(image, region)), region)


def corners(centre_and_size: Floats) -> Floats:
    """(n, 4) xyxy of (n, 4) centre x, centre y, width, height."""
    centre, half = centre_and_size[:, :2], centre_and_size[:, 2:] / 2
    return np.concatenate([centre - half, centre + half], axis=1)


def sigmoid(values: Floats) -> Floats:
    """1 / (1 + exp(-x)) without overflow."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * values)), np.float32)
