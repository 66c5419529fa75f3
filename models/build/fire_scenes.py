"""Pictures to train the fire network on: flames and smoke set into photographs and panoramas, and much that only looks like fire.

Everything is light in linear units until the camera's curve at the end: flames add light (red, then yellow, then white where the
sensor saturates), light their surroundings and rise in tongues; smoke takes light away and gives grey back.
"""

from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
SIDE_PX = 320
CELL_PX = 32


class Scene(NamedTuple):
    """A picture (SIDE, SIDE, 3) uint8 BGR, and what share of each cell shows flame and smoke, (cells, cells) float32."""

    picture: NDArray[np.uint8]
    flame: Floats
    smoke: Floats


def clouds(
    rng: np.random.Generator, *, width: int = SIDE_PX, height: int = SIDE_PX, roughness: float = 0.55, first: int = 2
) -> Floats:
    """(height, width) noise of many scales, about 0..1."""
    total, weight, scale = np.zeros((height, width), np.float32), 0.0, 1.0
    cells = first
    while cells < min(width, height):
        grid = rng.random((cells + 1, cells + 1), np.float32)
        total += scale * cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC)
        weight, scale, cells = weight + scale, scale * roughness, cells * 2
    return np.asarray(np.clip((total / weight - 0.5) * 1.8 + 0.5, 0, 1), np.float32)


def warped(values: Floats, by_x: Floats, by_y: Floats) -> Floats:
    """The values looked up at places pushed about by two fields in pixels."""
    rows, columns = np.indices(values.shape, np.float32)
    pushed = cv2.remap(values, columns + by_x, rows + by_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(pushed, np.float32)


def flame(rng: np.random.Generator) -> Floats:
    """(SIDE, SIDE) heat of one fire, 0 where there is none; its foot is at the lower edge."""
    side = SIDE_PX
    rows, columns = np.indices((side, side), np.float32) / side
    heat = np.zeros((side, side), np.float32)
    spread = rng.uniform(0.05, 0.5)
    for _tongue in range(rng.integers(1, 14)):
        middle = 0.5 + rng.normal(0, spread / 2)
        wide, high = rng.uniform(0.04, 0.16), rng.uniform(0.25, 0.9)
        up = np.clip((1 - rows) / high, 0, 1)
        lean = rng.normal(0, 0.15) * up
        narrow = wide * (0.35 + np.sqrt(np.clip(1 - up, 0, 1)))
        heat = np.maximum(heat, np.exp(-(((columns - middle - lean) / narrow) ** 2)) * np.clip(1.15 - up, 0, 1))
    strength = rng.uniform(0.03, 0.14) * side
    heat = warped(heat, (clouds(rng, first=3) - 0.5) * 2 * strength, (clouds(rng, first=3) - 0.5) * 3 * strength)
    heat *= np.clip((1 - rows) * rng.uniform(4, 12) - clouds(rng, first=6) * 1.5, 0, 1)  # the foot is ragged, never a ruled line
    torn = cv2.resize(clouds(rng, first=4, roughness=0.65), (side, side * 2))[:side]
    return np.asarray(np.clip(heat * 1.5 - torn * rng.uniform(0.4, 0.9), 0, 1), np.float32)


def placed(values: Floats, rng: np.random.Generator, *, share: float) -> Floats:
    """The values shrunk or grown to a share of the side and put somewhere in an empty picture."""
    size = max(12, round(SIDE_PX * share))
    high = max(12, round(size * rng.uniform(0.7, 1.5)))
    small = cv2.resize(values, (size, high), interpolation=cv2.INTER_AREA)
    canvas = np.zeros((SIDE_PX * 3, SIDE_PX * 3), np.float32)
    x = SIDE_PX + int(rng.uniform(-0.3 * size, SIDE_PX - 0.7 * size))
    y = SIDE_PX + int(rng.uniform(-0.3 * high, SIDE_PX - 0.6 * high))
    x, y = max(0, min(x, 3 * SIDE_PX - size)), max(0, min(y, 3 * SIDE_PX - high))
    part = small[: 3 * SIDE_PX - y, : 3 * SIDE_PX - x]
    canvas[y : y + part.shape[0], x : x + part.shape[1]] = part
    return canvas[SIDE_PX : 2 * SIDE_PX, SIDE_PX : 2 * SIDE_PX]


def add_flames(light: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """The picture's light with fire in it, and where the fire is."""
    heat = np.zeros((SIDE_PX, SIDE_PX), np.float32)
    share = float(np.exp(rng.uniform(np.log(0.14), np.log(1.7))))
    for _fire in range(rng.choice([1, 1, 1, 2, 3])):
        heat = np.maximum(heat, placed(flame(rng), rng, share=share * rng.uniform(0.6, 1.2)))
    hue = np.array([rng.uniform(0.02, 0.16), rng.uniform(0.22, 0.52), 1.0], np.float32)
    gain = float(np.exp(rng.uniform(np.log(0.9), np.log(9.0))))
    emitted = (heat[..., None] ** rng.uniform(1.0, 2.0)) * hue * gain
    glow = sum(cv2.GaussianBlur(emitted, (0, 0), SIDE_PX * s) for s in (0.03, 0.1, 0.3)) * rng.uniform(0.2, 1.2)
    lit = light * (1 + glow * 2.0) + glow * rng.uniform(0.0, 0.12)
    veil = np.clip(heat * rng.uniform(0.5, 2.0), 0, 0.9)[..., None]
    return np.asarray(lit * (1 - veil) + emitted, np.float32), heat


def add_smoke(light: Floats, rng: np.random.Generator, *, heat: Floats | None) -> tuple[Floats, Floats]:
    """The light with a plume before it, and how thick the plume is, 0..1."""
    rows, columns = np.indices((SIDE_PX, SIDE_PX), np.float32) / SIDE_PX
    middle, foot, wide = rng.uniform(0.2, 0.8), rng.uniform(0.5, 1.1), rng.uniform(0.06, 0.25)
    if heat is not None and heat.max() > 0.2:
        ys, xs = np.nonzero(heat > 0.2)
        middle, foot = float(xs.mean()) / SIDE_PX, float(ys.mean()) / SIDE_PX
    up = np.clip(foot - rows, 0, None)
    width = wide * (0.5 + 2.2 * up)
    plume = np.exp(-(((columns - middle - rng.normal(0, 0.4) * up) / width) ** 2)) * (rows < foot)
    plume = warped(plume.astype(np.float32), (clouds(rng, first=3) - 0.5) * 90, (clouds(rng, first=3) - 0.5) * 60)
    thick = np.clip(plume * (0.35 + clouds(rng, first=4, roughness=0.7)) * rng.uniform(0.7, 1.6), 0, rng.uniform(0.6, 0.98))
    grey = float(np.exp(rng.uniform(np.log(0.015), np.log(0.7))))
    shade = (0.6 + 0.8 * clouds(rng, first=5, roughness=0.7))[..., None] * grey * np.array([1.0, 1.0, rng.uniform(0.95, 1.15)])
    if heat is not None:
        near = sum(cv2.GaussianBlur(heat, (0, 0), SIDE_PX * spread) for spread in (0.05, 0.15)) * rng.uniform(0, 3.0)
        shade = shade + near[..., None] * np.array([0.04, 0.25, 1.0])  # fire shines into its own smoke
    return np.asarray(light * (1 - thick[..., None]) + shade * thick[..., None], np.float32), np.asarray(thick, np.float32)


def _lamps(light: Floats, rng: np.random.Generator) -> Floats:
    """Round or long lights with a halo: bulbs, tubes, headlights, tail lights, traffic lights, the sun."""
    warm = np.array([rng.uniform(0.05, 1.0), rng.uniform(0.3, 1.0), 1.0], np.float32)
    if rng.random() < 0.25:
        warm = np.array([(0.05, 0.05, 1.0), (0.1, 1.0, 0.2), (0.05, 0.6, 1.0)][rng.integers(3)], np.float32)
    mask = np.zeros((SIDE_PX, SIDE_PX), np.float32)
    for _lamp in range(rng.integers(1, 9)):
        size = float(np.exp(rng.uniform(np.log(3), np.log(45))))
        axes = (max(1, round(size)), max(1, round(size * rng.choice([1.0, 1.0, 0.25]))))
        at = tuple(int(v) for v in rng.integers(0, SIDE_PX, 2))
        cv2.ellipse(mask, at, axes, float(rng.uniform(0, 180)), 0, 360, 1.0, -1, cv2.LINE_AA)
    power = float(np.exp(rng.uniform(np.log(0.7), np.log(12))))
    halo = sum(cv2.GaussianBlur(mask, (0, 0), s) * k for s, k in ((2, 0.6), (10, 0.3), (40, 0.2)))
    return np.asarray(light + (cv2.GaussianBlur(mask, (0, 0), 1.0) + halo)[..., None] * warm * power, np.float32)


def _cloth(light: Floats, rng: np.random.Generator) -> Floats:
    """Red, orange and yellow things with folds and shade: clothes, balls, bottles, signs, vests, leaves."""
    out = light
    for _piece in range(rng.integers(1, 5)):
        mask = np.zeros((SIDE_PX, SIDE_PX), np.float32)
        middle, reach = rng.uniform(0, SIDE_PX, 2), float(np.exp(rng.uniform(np.log(12), np.log(150))))
        turns = np.sort(rng.uniform(0, 2 * np.pi, rng.integers(3, 10)))
        radius = reach * rng.uniform(0.5, 1.1, len(turns))
        corners = middle + radius[:, None] * np.stack([np.cos(turns), np.sin(turns)], axis=1)
        cv2.fillPoly(mask, [corners.round().astype(np.int32)], 1.0, cv2.LINE_AA)
        colour = np.array([rng.uniform(0.0, 0.12), rng.uniform(0.02, 0.55), rng.uniform(0.35, 1.0)], np.float32)
        folds = clouds(rng, first=int(rng.integers(2, 9)), roughness=rng.uniform(0.3, 0.7))
        shade = (0.25 + folds * rng.uniform(0.2, 1.2))[..., None] * colour * rng.uniform(0.4, 1.6)
        out = out * (1 - mask[..., None]) + shade * mask[..., None]
    return np.asarray(out, np.float32)


def _dusk(light: Floats, rng: np.random.Generator) -> Floats:
    """A red evening sky over a dark ground, with or without the sun and clouds."""
    rows = np.linspace(0, 1, SIDE_PX, dtype=np.float32)[:, None, None]
    top = np.array([rng.uniform(0.1, 0.6), rng.uniform(0.05, 0.3), rng.uniform(0.1, 0.6)], np.float32)
    low = np.array([rng.uniform(0.02, 0.3), rng.uniform(0.2, 0.6), 1.0], np.float32) * rng.uniform(0.6, 2.5)
    horizon = rng.uniform(0.4, 1.0)
    sky = top + (low - top) * np.clip(rows / horizon, 0, 1) ** rng.uniform(0.7, 3)
    stretched = cv2.resize(clouds(rng, first=3, roughness=0.6), (SIDE_PX * 3, SIDE_PX))[:, :SIDE_PX]
    sky = sky * (0.45 + 1.0 * stretched[..., None])
    out = np.where(rows < horizon, sky, light * 0.15 + 0.01)
    return _lamps(out.astype(np.float32), rng) if rng.random() < 0.4 else np.asarray(out, np.float32)


def _tinted(light: Floats, rng: np.random.Generator) -> Floats:
    """The whole picture in warm light: tungsten lamps, sodium lamps, evening sun."""
    return np.asarray(light * np.array([rng.uniform(0.1, 0.7), rng.uniform(0.4, 0.9), 1.2], np.float32), np.float32)


def _haze(light: Floats, rng: np.random.Generator) -> Floats:
    """Fog, glare, a dirty dome: an even veil with soft edges, which is no plume."""
    veil = cv2.GaussianBlur(clouds(rng, first=2), (0, 0), 30)[..., None] * rng.uniform(0.2, 0.9)
    return np.asarray(light * (1 - veil) + veil * rng.uniform(0.2, 0.8), np.float32)


LOOKALIKES: tuple[Callable[[Floats, np.random.Generator], Floats], ...] = (_lamps, _cloth, _dusk, _tinted, _haze)


def camera(light: Floats, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Through lens, sensor and encoder: exposure, curve, blur, noise, JPEG."""
    exposed = 1 - np.exp(-np.clip(light, 0, None) * rng.uniform(0.8, 1.8))
    image = np.clip(exposed, 0, 1) ** (1 / rng.uniform(1.7, 2.4)) * 255
    image = (image - 128) * rng.uniform(0.8, 1.2) + 128
    if rng.random() < 0.35:
        low = float(rng.uniform(0.3, 0.9))
        image = cv2.resize(cv2.resize(image, None, fx=low, fy=low, interpolation=cv2.INTER_AREA), (SIDE_PX, SIDE_PX))
    image = image + rng.normal(0, rng.uniform(0, 7), image.shape)
    data = cv2.imencode(".jpg", np.clip(image, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 96))])[1]
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def scene(rng: np.random.Generator, backdrop: Floats) -> Scene:
    """One training picture over a backdrop of linear light (SIDE, SIDE, 3) BGR about 0..1; half show fire, smoke or both."""
    light = backdrop * np.float32(np.exp(rng.uniform(np.log(0.05), np.log(1.6))))
    for change in LOOKALIKES:
        if rng.random() < 0.22:
            light = change(light, rng)
    heat = thick = np.zeros((SIDE_PX, SIDE_PX), np.float32)
    what = rng.choice(["nothing", "flame", "both", "smoke"], p=[0.5, 0.28, 0.12, 0.1])
    if what in ("flame", "both"):
        light, heat = add_flames(light, rng)
    if what in ("smoke", "both"):
        light, thick = add_smoke(light, rng, heat=heat if what == "both" else None)
    return Scene(camera(light, rng), _cells(np.clip(heat * (1 - 0.7 * thick) * 2, 0, 1)), _cells(thick))


def _cells(mask: Floats) -> Floats:
    count = SIDE_PX // CELL_PX
    return np.asarray(mask.reshape(count, CELL_PX, count, CELL_PX).mean(axis=(1, 3)), np.float32)
