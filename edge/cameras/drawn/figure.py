"""A walking person, drawn: limbs as tapered shapes around joints that swing with the gait.

Proportions follow a standing adult (head about 1/7 of the height, hips at half of it, shoulders at 0.82), measured in shares of the
body height upwards from the ground, so that a person detector trained on photographs finds the outline it expects.
"""

import math
from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.cameras.protocol import Image

Bgr = tuple[int, int, int]
Point = tuple[float, float]

_FINER = 3
"""Figures are drawn this much larger and shrunk, which softens their edges as a lens does."""
_MARGIN = 0.08
_ANKLE = 0.04
"""Height of the ankle of a foot on the ground."""


class Clothing(NamedTuple):
    """Colours of one visitor, BGR."""

    jacket: Bgr
    trousers: Bgr
    skin: Bgr
    hair: Bgr


class Pose(NamedTuple):
    """How the visitor stands: `phase_rad` of the gait, `stride` 0 (standing) to 1 (walking), `facing` -1 left or 1 right."""

    phase_rad: float
    stride: float
    facing: int


class Sprite(NamedTuple):
    """A drawn figure: picture, cover (0..1) and the pixel in it where the visitor touches the ground."""

    image: NDArray[np.float32]
    cover: NDArray[np.float32]
    foot_px: tuple[int, int]


def draw_figure(height_px: int, pose: Pose, clothing: Clothing) -> Sprite:
    """The figure `height_px` high from sole to crown."""
    canvas = _Canvas(height_px)
    swing = pose.stride * math.sin(pose.phase_rad)
    far, near = _legs(pose, -swing), _legs(pose, swing)
    canvas.limb(_arm(pose, swing, -1), (0.038, 0.034, 0.026), _shade(clothing.jacket, 0.72))
    canvas.limb(far, (0.062, 0.046, 0.032), _shade(clothing.trousers, 0.78))
    canvas.shoe(far[2], pose.facing, (26, 24, 24))
    canvas.limb(near, (0.064, 0.048, 0.033), clothing.trousers)
    canvas.shoe(near[2], pose.facing, (34, 32, 32))
    canvas.torso(clothing.jacket)
    canvas.limb(_arm(pose, -swing, 1), (0.040, 0.036, 0.027), _shade(clothing.jacket, 1.12))
    canvas.head(pose.facing, clothing)
    # A long step lowers the body: the figure is set down on its lower foot.
    return canvas.sprite(above_ground=min(far[2][1], near[2][1]) - _ANKLE)


class _Canvas:
    """A picture with a figure's own coordinates: x to the right, y up from the ground, both in body heights."""

    def __init__(self, height_px: int) -> None:
        self._scale = height_px * _FINER
        self._width = round(self._scale * 0.72)
        self._height = round(self._scale * (1 + 2 * _MARGIN))
        self._image = np.zeros((self._height, self._width, 3), np.uint8)
        self._cover = np.zeros((self._height, self._width), np.uint8)

    def limb(self, joints: tuple[Point, Point, Point], radii: tuple[float, float, float], colour: Bgr) -> None:
        """Two tapered bones and the joints between."""
        for (start, end), (thick, thin) in zip(pairwise(joints), pairwise(radii), strict=True):
            self._fill(_tapered(start, end, thick, thin), colour)
        for joint, radius in zip(joints, radii, strict=True):
            self._fill(_ellipse(joint, radius, radius), colour)

    def torso(self, colour: Bgr) -> None:
        """Shoulders, chest, waist and hips, darker towards one side."""
        outline = (
            (-0.122, 0.80),
            (-0.085, 0.833),
            (0.085, 0.833),
            (0.122, 0.80),
            (0.105, 0.66),
            (0.097, 0.47),
            (-0.097, 0.47),
            (-0.105, 0.66),
        )
        self._fill(list(outline), colour)
        self._fill([(0.03, 0.82), (0.085, 0.833), (0.122, 0.80), (0.105, 0.66), (0.097, 0.47), (0.05, 0.47)], _shade(colour, 0.86))

    def head(self, facing: int, clothing: Clothing) -> None:
        """Neck, face and hair; no features."""
        self._fill(_tapered((0, 0.82), (0, 0.88), 0.034, 0.032), _shade(clothing.skin, 0.85))
        self._fill(_ellipse((0.006 * facing, 0.925), 0.054, 0.075), clothing.skin)
        self._fill(_ellipse((-0.010 * facing, 0.950), 0.058, 0.054), clothing.hair)

    def shoe(self, ankle: Point, facing: int, colour: Bgr) -> None:
        """A flat shape that points where the visitor goes."""
        x, y = ankle
        self._fill(_ellipse((x + 0.022 * facing, y - 0.018), 0.052, 0.022), colour)

    def sprite(self, above_ground: float) -> Sprite:
        """Shrunk to size; `above_ground` is how far over the ground the lower foot was drawn."""
        size = (self._width // _FINER, self._height // _FINER)
        cover = cv2.resize(self._cover, size, interpolation=cv2.INTER_AREA).astype(np.float32) / np.float32(255)
        image = cv2.resize(self._image, size, interpolation=cv2.INTER_AREA).astype(np.float32)
        return Sprite(image, cover, (size[0] // 2, round(self._scale * (1 + _MARGIN - above_ground) / _FINER)))

    def _fill(self, outline: list[Point], colour: Bgr) -> None:
        points = np.array(
            [(self._width / 2 + x * self._scale, self._scale * (1 + _MARGIN) - y * self._scale) for x, y in outline], np.float32
        ).astype(np.int32)
        cv2.fillPoly(self._image, [points], colour)
        cv2.fillPoly(self._cover, [points], 255)


def _legs(pose: Pose, swing: float) -> tuple[Point, Point, Point]:
    """Hip, knee and ankle; the leg that comes forward lifts its foot."""
    hip = (0.045 if swing >= 0 else -0.045, 0.50)
    forward = swing * 0.46
    lift = 0.10 * max(0.0, math.cos(pose.phase_rad) * (1 if swing > 0 else -1)) * pose.stride
    knee = (hip[0] + pose.facing * math.sin(forward + lift) * 0.235, hip[1] - math.cos(forward) * 0.235)
    ankle = (
        knee[0] + pose.facing * math.sin(forward - lift * 2) * 0.225,
        max(_ANKLE, knee[1] - math.cos(forward - lift * 2) * 0.225),
    )
    return hip, knee, ankle


def _arm(pose: Pose, swing: float, side: int) -> tuple[Point, Point, Point]:
    shoulder = (0.108 * side, 0.792)
    angle = swing * 0.42 * pose.facing + 0.07 * side
    elbow = (shoulder[0] + math.sin(angle) * 0.165, shoulder[1] - math.cos(angle) * 0.165)
    bent = angle + 0.18 * pose.facing * pose.stride
    return shoulder, elbow, (elbow[0] + math.sin(bent) * 0.150, elbow[1] - math.cos(bent) * 0.150)


def _tapered(start: Point, end: Point, thick: float, thin: float) -> list[Point]:
    along = (end[0] - start[0], end[1] - start[1])
    length = math.hypot(*along) or 1.0
    across = (-along[1] / length, along[0] / length)
    return [
        (start[0] + across[0] * thick, start[1] + across[1] * thick),
        (end[0] + across[0] * thin, end[1] + across[1] * thin),
        (end[0] - across[0] * thin, end[1] - across[1] * thin),
        (start[0] - across[0] * thick, start[1] - across[1] * thick),
    ]


def _ellipse(centre: Point, half_width: float, half_height: float) -> list[Point]:
    turn = (2 * math.pi * step / 20 for step in range(20))
    return [(centre[0] + half_width * math.cos(a), centre[1] + half_height * math.sin(a)) for a in turn]


def _shade(colour: Bgr, factor: float) -> Bgr:
    blue, green, red = (min(255, round(part * factor)) for part in colour)
    return blue, green, red


def place(picture: Image, sprite: Sprite, foot_px: tuple[int, int]) -> None:
    """Blend the figure into `picture`, standing on `foot_px`; what lies outside the picture is left out."""
    height, width = sprite.cover.shape
    left, top = foot_px[0] - sprite.foot_px[0], foot_px[1] - sprite.foot_px[1]
    x0, y0 = max(0, left), max(0, top)
    x1, y1 = min(picture.shape[1], left + width), min(picture.shape[0], top + height)
    if x0 >= x1 or y0 >= y1:
        return
    part = slice(y0 - top, y1 - top), slice(x0 - left, x1 - left)
    cover = sprite.cover[part][..., None]
    under = picture[y0:y1, x0:x1]
    # The shrunk picture is already darkened by its own cover at the edges, so it is added, not weighted again.
    under[:] = (under * (1 - cover) + sprite.image[part]).astype(np.uint8)


def shade_ground(picture: Image, foot_px: tuple[int, int], height_px: int) -> None:
    """A soft dark patch where the figure meets the ground."""
    half_w, half_h = round(height_px * 0.24), max(2, round(height_px * 0.045))
    x, y = foot_px
    x0, y0, x1, y1 = max(0, x - half_w), max(0, y - half_h), min(picture.shape[1], x + half_w), min(picture.shape[0], y + half_h)
    if x0 >= x1 or y0 >= y1:
        return
    down, across = np.mgrid[y0:y1, x0:x1].astype(np.float32)
    near = np.clip(1 - ((across - x) / half_w) ** 2 - ((down - y) / half_h) ** 2, 0, 1)[..., None]
    under = picture[y0:y1, x0:x1]
    under[:] = (under * (1 - 0.45 * near)).astype(np.uint8)
