"""What every detector gives: one struct of parallel arrays."""

from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from edge.cameras.protocol import Image
from edge.regions import Region


class Detections(NamedTuple):
    """`n` boxes of one picture, best score first."""

    xyxy_px: NDArray[np.float32]
    """(n, 4) float32 [left, top, right, bottom] in pixels of the picture handed in."""
    score: NDArray[np.float32]
    """(n,) float32, 0..1."""
    label: tuple[str, ...]
    """n labels, such as "person"."""

    def only(self, label: str) -> "Detections":
        """Those with this label."""
        keep = np.array([name == label for name in self.label], dtype=bool)
        return Detections(self.xyxy_px[keep], self.score[keep], tuple(name for name in self.label if name == label))


class Scores(NamedTuple):
    """From which score on a box is `given` at all, and from which on it is `sure`: to be believed by itself."""

    given: float
    sure: float


class Detector(Protocol):
    """A loaded network; a box below `sure_score` is a hint, good for hiding people and for holding on to them."""

    name: str
    sure_score: float

    def detect(self, image: Image) -> Detections:
        """Boxes in pixels of `image`."""


@runtime_checkable
class PartDetector(Detector, Protocol):
    """A detector that can look at a part of a picture for less, or closer, than at the whole."""

    least_px: int
    """Side of the smallest region worth a pass, in pixels of the picture."""

    def detect_part(self, image: Image, region: Region) -> Detections:
        """Boxes in pixels of `image` of what is in the region."""


def nothing() -> Detections:
    """No boxes."""
    return Detections(np.zeros((0, 4), np.float32), np.zeros((0,), np.float32), ())
