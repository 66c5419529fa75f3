"""Where a picture has the colour of flames and flickers as they do.

A flame shines (its core is at the sensor's upper end, yellow, with red about it), stays where it burns and changes at random from
picture to picture. Lamps are steady; what is worn or carried moves on, and changes one way while it passes.
"""

from collections import deque
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.cameras.protocol import Image

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

_WIDTH: Final = 320
_FRAMES: Final = 9
_FEWEST: Final = 5
_WARM_RED: Final = 150
_RED_OVER_BLUE: Final = 60
_CORE_RED: Final = 225
_CORE_GREEN: Final = 120
_TREMBLES: Final = 10.0
"""Mean change from picture to picture in grey levels; noise after shrinking is about 1."""
_TURNS: Final = 0.4
"""Share of the pictures at which brightening turns to dimming or back: two thirds in pure chance, none in what passes by."""
_SMALLEST_PX: Final = 8
_MARGIN: Final = 0.9
"""The part shown to the network reaches so much of the flame's size beyond it on each side: flames are known by what burns."""
_LEAST_SHARE: Final = 0.2


class Spot(NamedTuple):
    """A place that may burn."""

    region: tuple[int, int, int, int]
    """Square about it (left, top, right, bottom) in pixels of the picture."""
    restless: bool
    """It shines, stays and changes at random: a flame's way, which no network need confirm."""


class Flicker:
    """The last pictures, shrunken, of one camera."""

    def __init__(self) -> None:
        self._luma: deque[Floats] = deque(maxlen=_FRAMES)
        self._warm: deque[Bools] = deque(maxlen=_FRAMES)
        self._core: deque[Bools] = deque(maxlen=_FRAMES)

    def see(self, image: Image) -> None:
        """Take a picture; a change of size begins anew."""
        height = max(1, round(image.shape[0] * _WIDTH / image.shape[1]))
        small = np.asarray(cv2.resize(image, (_WIDTH, height), interpolation=cv2.INTER_AREA), np.int16)
        blue, green, red = small[..., 0], small[..., 1], small[..., 2]
        if self._luma and self._luma[-1].shape != red.shape:
            for kept in (self._luma, self._warm, self._core):
                kept.clear()
        warm = (red >= _WARM_RED) & (red >= green) & (green >= blue) & (red - blue >= _RED_OVER_BLUE)
        self._luma.append(((red + green) / 2).astype(np.float32))
        self._warm.append(warm)
        self._core.append(warm & (red >= _CORE_RED) & (green >= _CORE_GREEN))

    @property
    def luma(self) -> Floats:
        """(rows, 320) the last picture's brightness, 0..255."""
        return self._luma[-1]

    def spots(self, shape: tuple[int, ...], *, most: int = 3) -> list[Spot]:
        """Up to `most` places of a picture of this shape that flicker in a flame's colours, largest first."""
        if len(self._luma) < _FEWEST:
            return []
        # Where nothing is warm, and in most pictures little is, nothing else need be known.
        warm = _share_of(self._warm) >= 0.3
        if cv2.countNonZero(warm.view(np.uint8)) < _SMALLEST_PX:
            return []
        steps = np.diff(np.stack([luma[warm] for luma in self._luma]), axis=0)
        trembles = np.asarray(np.abs(steps).mean(axis=0) >= _TREMBLES)
        turning = ((steps[1:] * steps[:-1] < 0) & (np.minimum(np.abs(steps[1:]), np.abs(steps[:-1])) > 2)).mean(axis=0)
        spot = np.zeros(warm.shape, np.uint8)
        spot[warm] = trembles & (turning >= _TURNS)
        if cv2.countNonZero(spot) < _SMALLEST_PX:
            return []
        core = _share_of(self._core) >= 0.2
        joined = cv2.dilate(spot, np.ones((5, 5), np.uint8))
        count, labels, stats, _centres = cv2.connectedComponentsWithStats(joined)
        sizes = [int(spot[labels == index].sum()) for index in range(1, count)]
        order = sorted(range(1, count), key=lambda index: -sizes[index - 1])
        scale = shape[1] / _WIDTH
        return [
            Spot(_around(stats[index][:4] * scale, shape), bool(core[labels == index].sum() >= _SMALLEST_PX // 2))
            for index in order[:most]
            if sizes[index - 1] >= _SMALLEST_PX
        ]


def _share_of(pictures: deque[Bools]) -> NDArray[np.float64]:
    """In how many of the pictures each place is so."""
    return np.asarray(np.stack(pictures).sum(axis=0, dtype=np.uint8) / len(pictures), np.float64)


def _around(found: NDArray[np.floating], shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """A square about the spot with its surroundings, moved into the picture."""
    x, y, wide, high = (float(value) for value in found)
    height, width = shape[:2]
    side = min(max(max(wide, high) * (1 + 2 * _MARGIN), _LEAST_SHARE * width), width, height)
    left = min(max(0.0, x + wide / 2 - side / 2), width - side)
    top = min(max(0.0, y + high / 2 - side / 2), height - side)
    return int(left), int(top), int(left + side), int(top + side)
