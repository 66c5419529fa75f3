"""Backdrops for the fire network's training pictures: CC0 panoramas seen through a random lens, and freely licensed photographs.

Folders of `.exr` panoramas (the npm package `@pmndrs/assets` carries 18, CC0) and of `.jpg`/`.png`/`.webp` photographs (Debian's
mate-backgrounds, lomiri-wallpapers; scikit-image's own) are handed in; nothing is fetched here.
"""

import base64
import re
import tempfile
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.build.fire_scenes import SIDE_PX

Floats = NDArray[np.float32]


def read_panorama(path: Path) -> Floats:
    """(h, w, 3) linear BGR; from an .exr, or from a script that holds one in base64."""
    import OpenEXR

    found = re.search(rb"base64,([A-Za-z0-9+/=]+)", path.read_bytes()) if path.suffix == ".js" else None
    with tempfile.NamedTemporaryFile(suffix=".exr") as file:
        file.write(path.read_bytes() if found is None else base64.b64decode(found[1]))
        file.flush()
        with OpenEXR.File(file.name) as opened:
            image = opened.channels()["RGB"].pixels[..., ::-1]
    values = np.nan_to_num(np.asarray(image[..., :3], np.float32), posinf=60.0)
    return np.asarray(np.clip(values / max(1e-4, 2.5 * float(np.median(values))), 0, 60), np.float32)


def read_photograph(path: Path) -> Floats:
    """(h, w, 3) linear BGR about 0..1, at most 1600 px wide."""
    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if image is None:
        raise ValueError(f"{path}: cannot be decoded")
    scale = min(1.0, 1600 / image.shape[1])
    image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(-np.log(1 - np.clip(image / 255.0, 0, 0.995) ** 2.2), np.float32)


def through_a_lens(panorama: Floats, rng: np.random.Generator) -> Floats:
    """(SIDE, SIDE, 3) of the panorama in a random direction, as a camera of 30 to 100 degrees sees it."""
    half = np.tan(np.radians(rng.uniform(30, 100)) / 2)
    across, down = np.meshgrid(np.linspace(-half, half, SIDE_PX), np.linspace(-half, half, SIDE_PX))
    pitch, yaw = np.radians(rng.normal(8, 14)), rng.uniform(0, 2 * np.pi)
    y = down * np.cos(pitch) + np.sin(pitch)
    z = np.cos(pitch) - down * np.sin(pitch)
    longitude = (np.arctan2(across, z) + yaw) / (2 * np.pi) % 1.0
    latitude = np.arctan2(y, np.hypot(across, z)) / np.pi + 0.5
    height, width = panorama.shape[:2]
    seen = cv2.remap(
        panorama,
        (longitude * (width - 1)).astype(np.float32),
        (latitude * (height - 1)).astype(np.float32),
        cv2.INTER_LINEAR,
    )
    return np.asarray(seen, np.float32)


def cut(photograph: Floats, rng: np.random.Generator) -> Floats:
    """(SIDE, SIDE, 3) of the photograph: a random square of it."""
    height, width = photograph.shape[:2]
    side = int(min(height, width) * rng.uniform(0.35, 1.0))
    x, y = int(rng.integers(0, width - side + 1)), int(rng.integers(0, height - side + 1))
    part = photograph[y : y + side, x : x + side]
    part = part[:, ::-1] if rng.random() < 0.5 else part
    return np.asarray(cv2.resize(part, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA), np.float32)


class Backdrops:
    """All of them; panoramas and photographs take turns at random."""

    def __init__(self, panoramas: list[Path], photographs: list[Path]) -> None:
        self._panoramas = [read_panorama(path) for path in panoramas]
        self._photographs = [read_photograph(path) for path in photographs]

    def one(self, rng: np.random.Generator) -> Floats:
        """(SIDE, SIDE, 3) linear BGR."""
        if self._panoramas and (rng.random() < 0.4 or not self._photographs):
            return through_a_lens(self._panoramas[rng.integers(len(self._panoramas))], rng)
        return cut(self._photographs[rng.integers(len(self._photographs))], rng)
