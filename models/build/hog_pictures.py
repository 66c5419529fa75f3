"""Pictures drawn from a seed in whole numbers, the same on every machine: input of the golden values."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]


def noise(rng: np.random.Generator) -> Picture:
    """Every pixel and channel on its own: all orientations, all channels win."""
    return rng.integers(0, 256, (176, 120, 3), dtype=np.uint8)


def clouds(rng: np.random.Generator) -> Picture:
    """Noise averaged over 15x15 pixels and stretched: slow slopes, in which equal gradients of two channels are frequent."""
    wide = rng.integers(0, 256, (190 + 14, 130 + 14, 3))
    summed = np.cumsum(np.cumsum(np.pad(wide, ((1, 0), (1, 0), (0, 0))), axis=0), axis=1)
    mean = (summed[15:, 15:] - summed[:-15, 15:] - summed[15:, :-15] + summed[:-15, :-15]) // 225
    return np.asarray(np.clip((mean - 127) * 6 + 127, 0, 255), np.uint8)


def figure(rng: np.random.Generator) -> Picture:
    """A dark standing figure before a light wall, in the middle of an exact window."""
    row, column = np.indices((128, 64))
    shade = np.full((128, 64), 190) + rng.integers(-4, 5, (128, 64))
    head = (row - 22) ** 2 + (column - 32) ** 2 <= 49
    chest = (np.abs(column - 32) <= 13) & (row > 32) & (row <= 66)
    legs = (np.abs(np.abs(column - 32) - 4) <= 3) & (row > 66) & (row <= 111)
    shade[head | chest | legs] = 110
    return np.repeat(np.clip(shade, 0, 255).astype(np.uint8)[:, :, None], 3, axis=2)


def edges(_rng: np.random.Generator) -> Picture:
    """Flat areas, one-pixel lines, black and white to the border, a pure colour each: no gradient, and the greatest one."""
    picture = np.zeros((144, 96, 3), np.uint8)
    picture[:, 48:] = 255
    picture[40:60, 10:40, 0] = 255
    picture[70:90, 10:40, 1] = 255
    picture[100:120, 10:40, 2] = 255
    picture[20] = 128
    picture[np.arange(96), np.arange(96)] = (0, 255, 255)
    return picture


PICTURES: dict[str, Callable[[np.random.Generator], Picture]] = {"noise": noise, "clouds": clouds, "figure": figure, "edges": edges}


def draw(name: str) -> Picture:
    """(H, W, 3) uint8 BGR; the same name gives the same picture."""
    return PICTURES[name](np.random.default_rng(20050625))
