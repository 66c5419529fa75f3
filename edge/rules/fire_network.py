"""The bundled fire network: how surely a picture, or a part of it, shows flame or smoke."""

from typing import Final, NamedTuple

import cv2
import numpy as np

from edge.cameras.protocol import Image
from edge.detectors.catalog import place_of, read_catalog
from edge.detectors.load import check_file, check_shapes
from edge.detectors.session import Session

NAME: Final = "fire_smoke"
SIDE_PX: Final = 320


class FireScores(NamedTuple):
    """The strongest cell of each kind, 0..1; .5 is the threshold the network was calibrated to."""

    flame: float
    smoke: float

    @property
    def either(self) -> float:
        """The stronger of the two."""
        return max(self.flame, self.smoke)


class FireNetwork:
    """One loaded network; a look costs about 20 ms of one core."""

    def __init__(self) -> None:
        """Raises SettingsError where the file is not the catalogue's."""
        model = read_catalog().named(NAME)
        check_file(model, place_of(model))
        self._session = Session(place_of(model))
        check_shapes(model, self._session)
        self.threshold = model.min_score

    def look(self, image: Image) -> FireScores:
        """Scores of the picture, which is squeezed into the network's square."""
        square = cv2.resize(image, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA)
        cells = self._session.run(np.ascontiguousarray(square[None], np.uint8))[0]
        return FireScores(float(cells[0].max()), float(cells[1].max()))
