"""The bundled person detector: a pyramid of the picture through the HOG + SVM network, then one box a person.

The network finds people about 96 px high in windows of 64x128 (the proportions of its training set: INRIA persons with a
margin of 16 px all round; Dalal and Triggs, CVPR 2005). So the picture is enlarged until the smallest person wanted is that
high, then shrunk step by step until only a person as high as the picture still fits. Cost goes with the square of 1 / share.
"""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.cameras.protocol import Image
from edge.detectors.boxes import cut_out, gather, inside, put_back, suppress
from edge.detectors.protocol import Detections, Scores, nothing
from edge.detectors.session import Session
from edge.regions import Region

Floats = NDArray[np.float32]

WINDOW_PX = (64, 128)
PERSON_PX = (39, 96)
"""Width and height of the person in a window: 96 px as in the training set, width .41 of it (Dollar et al., PAMI 2012)."""
STRIDE_PX = 8
BORDER_PX = 16
"""The window's margin, added round the picture by repeating its edge, so that people at the border still fit a window."""
STEP = 1.2
"""Each level of the pyramid is smaller by this."""
OVERLAP = 0.4
STEEPNESS = 4.0
"""Score = 1 / (1 + exp(-STEEPNESS * margin)): .5 on the SVM's plane, .05 at a margin of -.74; a rank, not a probability."""


class HogDetector:
    """People standing upright, found by their outline."""

    least_px = 2 * WINDOW_PX[1]
    """Below it the pyramid has too few levels to be worth the seam."""

    def __init__(self, name: str, session: Session, *, scores: Scores, smallest_person_share: float) -> None:
        self.name = name
        self._session = session
        self.sure_score = scores.sure
        self._min_margin = float(np.log(scores.given / (1 - scores.given)) / STEEPNESS)
        self._share = smallest_person_share

    def detect(self, image: Image) -> Detections:
        """People, in pixels of `image`; score is a rank from 0 to 1, best first."""
        return self._detect(image, self._share)

    def detect_part(self, image: Image, region: Region) -> Detections:
        """People in the region, in pixels of `image`, at the same sizes as in the whole; costs as its area."""
        share = min(1.0, self._share * image.shape[0] / region.height)
        return put_back(self._detect(cut_out(image, region), share), region)

    def _detect(self, image: Image, share: float) -> Detections:
        height_px, width_px = image.shape[:2]
        found = [self._level(image, zoom) for zoom in zooms(height_px, width_px, smallest_person_share=share)]
        if not found:
            return nothing()
        xyxy = inside(np.concatenate([box for box, _margin in found]), width_px=width_px, height_px=height_px)
        margin = np.concatenate([margin for _box, margin in found])
        score = np.asarray(1 / (1 + np.exp(-STEEPNESS * margin)), np.float32)
        kept = suppress(xyxy, score, np.zeros(len(score), np.int64), overlap=OVERLAP)
        return gather(xyxy, score, ("person",) * len(score), kept)

    def _level(self, image: Image, zoom: float) -> tuple[Floats, Floats]:
        """(n, 4) boxes in pixels of `image` and (n,) margins at one size of the picture."""
        margin = self._session.run(level(image, zoom)[None])[0, 0]
        row, column = np.nonzero(margin >= self._min_margin)
        corner = np.stack([column, row], axis=1) * STRIDE_PX - BORDER_PX
        first = corner + (np.array(WINDOW_PX) - PERSON_PX) / 2
        scale = np.array([image.shape[1] / round(image.shape[1] * zoom), image.shape[0] / round(image.shape[0] * zoom)])
        xyxy = np.concatenate([first * scale, (first + PERSON_PX) * scale], axis=1)
        return xyxy.astype(np.float32), margin[row, column]


def zooms(height_px: int, width_px: int, *, smallest_person_share: float) -> Iterator[float]:
    """Sizes of the pyramid's levels, largest first, as factors of the picture's; none where no window fits."""
    zoom = PERSON_PX[1] / (smallest_person_share * height_px)
    smallest = max((WINDOW_PX[1] - 2 * BORDER_PX) / height_px, (WINDOW_PX[0] - 2 * BORDER_PX) / width_px)
    while zoom >= smallest * 0.999:
        yield zoom
        zoom /= STEP


def level(image: Image, zoom: float) -> Image:
    """The picture at `zoom`, its edge repeated all round."""
    size = (round(image.shape[1] * zoom), round(image.shape[0] * zoom))
    resized = cv2.resize(image, size, interpolation=cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR)
    bordered = cv2.copyMakeBorder(resized, BORDER_PX, BORDER_PX, BORDER_PX, BORDER_PX, cv2.BORDER_REPLICATE)
    return np.asarray(bordered, np.uint8)
