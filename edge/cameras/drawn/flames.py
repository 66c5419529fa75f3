"""A drawn fire: tongues of light that change at random from picture to picture, added to the scene's light as a sensor adds it."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.cameras.protocol import Image

Floats = NDArray[np.float32]

WIDE_PX: Final = 200
HIGH_PX: Final = 190
_SHAPES: Final = 12
_HUE_BGR: Final = np.array([0.06, 0.36, 1.0], np.float32)
_GAIN: Final = 3.0
_GLOW_PX: Final = 18.0
_MARGIN_PX: Final = 60
"""So far about itself a fire lights what is near."""
_CURVE: Final = 2.2


class Fire:
    """One fire, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        noise = np.random.default_rng(seed)
        self._light = [_light(_heat(noise)) for _ in range(_SHAPES)]

    def burn(self, picture: Image, foot_px: tuple[int, int], number: int) -> None:
        """Set the fire into `picture`, its foot in the middle of its lower edge; another `number`, another shape."""
        light = self._light[number * 5 % _SHAPES]
        height, width = light.shape[:2]
        left, top = foot_px[0] - width // 2, foot_px[1] - height + _MARGIN_PX
        y0, y1, x0, x1 = max(0, top), min(picture.shape[0], top + height), max(0, left), min(picture.shape[1], left + width)
        under = picture[y0:y1, x0:x1]
        linear = (under.astype(np.float32) / 255) ** _CURVE + light[y0 - top : y1 - top, x0 - left : x1 - left]
        under[:] = (np.clip(linear, 0, 1) ** (1 / _CURVE) * 255).astype(np.uint8)


def _heat(noise: np.random.Generator) -> Floats:
    """(HIGH_PX, WIDE_PX) 0..1: some tongues from one foot, torn by turbulence."""
    rows, columns = np.indices((HIGH_PX, WIDE_PX), np.float32)
    up, across = 1 - rows / HIGH_PX, columns / WIDE_PX - 0.5
    heat = np.zeros_like(up)
    for _tongue in range(7):
        high, wide, middle = noise.uniform(0.4, 0.95), noise.uniform(0.07, 0.15), noise.normal(0, 0.14)
        risen = np.clip(up / high, 0, 1)
        narrow = wide * (0.3 + np.sqrt(1 - risen))
        heat = np.maximum(heat, np.exp(-(((across - middle - noise.normal(0, 0.1) * risen) / narrow) ** 2)) * (1.1 - risen))
    by_x, by_y = ((_clouds(noise, 5) - 0.5) * reach for reach in (24, 34))
    heat *= np.clip(up * 9 - _clouds(noise, 9) * 1.2, 0, 1)  # the foot is ragged
    torn = cv2.remap(heat.astype(np.float32), columns + by_x, rows + by_y, cv2.INTER_LINEAR, borderValue=0)
    return np.asarray(np.clip(torn * 1.5 - _clouds(noise, 8) * 0.6, 0, 1), np.float32)


def _clouds(noise: np.random.Generator, cells: int) -> Floats:
    grid = noise.random((cells, cells), np.float32)
    return np.asarray(cv2.resize(grid, (WIDE_PX, HIGH_PX), interpolation=cv2.INTER_CUBIC), np.float32)


def _light(heat: Floats) -> Floats:
    """(height, width, 3) linear light of the fire and of its glow, with a margin all round."""
    framed = cv2.copyMakeBorder(heat, _MARGIN_PX, _MARGIN_PX, _MARGIN_PX, _MARGIN_PX, cv2.BORDER_CONSTANT)
    emitted = (framed[..., None] ** 1.4) * _HUE_BGR * _GAIN
    return np.asarray(emitted + cv2.GaussianBlur(emitted, (0, 0), _GLOW_PX) * 0.25, np.float32)
