"""When visitors come, how they walk, and what the truth is at any moment: a pure function of seed and media time."""

import math
import random
from typing import Final, NamedTuple

from edge.cameras.drawn.backdrop import HEIGHT_PX, WIDTH_PX
from edge.cameras.drawn.figure import Clothing, Pose

FIRST_S: Final = 6.0
EVERY_S: Final = 27.0
"""A new visitor starts walking in at FIRST_S and every EVERY_S after, each up to LATE_S later."""
LATE_S: Final = 2.0
WALK_PX_S: Final = 88.0
REST_S: Final = 4.2
_OUTSIDE_PX: Final = 70
STEPS_PER_PX: Final = 2 * math.pi / 118

CLOTHES: Final = (
    Clothing(jacket=(58, 34, 30), trousers=(44, 38, 36), skin=(118, 148, 190), hair=(26, 24, 26)),
    Clothing(jacket=(36, 34, 96), trousers=(52, 40, 34), skin=(130, 160, 204), hair=(24, 30, 40)),
    Clothing(jacket=(40, 62, 40), trousers=(30, 30, 34), skin=(96, 126, 168), hair=(20, 20, 22)),
    Clothing(jacket=(74, 52, 28), trousers=(34, 32, 30), skin=(126, 156, 198), hair=(34, 46, 62)),
)


class Visit(NamedTuple):
    """One visitor's walk across the yard, with a rest in the middle."""

    start_s: float
    height_px: int
    foot_y_px: int
    facing: int
    clothing: Clothing
    phase_rad: float

    @property
    def walk_s(self) -> float:
        """Seconds of walking from outside one edge to the middle."""
        return (WIDTH_PX / 2 + _OUTSIDE_PX) / WALK_PX_S

    @property
    def end_s(self) -> float:
        """When the visitor has left the picture."""
        return self.start_s + 2 * self.walk_s + REST_S


class Figure(NamedTuple):
    """One person at one moment."""

    pose: Pose
    clothing: Clothing
    height_px: int
    foot_px: tuple[int, int]

    @property
    def xyxy_px(self) -> tuple[float, float, float, float]:
        """The body's box, cut at the picture's edges."""
        x, y = self.foot_px
        half = self.height_px * (0.16 + 0.10 * self.pose.stride)
        return (
            max(0.0, x - half),
            max(0.0, float(y - self.height_px)),
            min(float(WIDTH_PX), x + half),
            min(float(HEIGHT_PX), float(y)),
        )


def visit(number: int, seed: int) -> Visit:
    """The `number`-th visit, counted from 0."""
    draw = random.Random(seed * 1_000_003 + number)  # noqa: S311 - a drawing, not a secret
    late_s = draw.uniform(0, LATE_S) if number else 0.0
    return Visit(
        start_s=FIRST_S + number * EVERY_S + late_s,
        height_px=draw.randint(148, 172),
        foot_y_px=draw.randint(318, 336),
        facing=draw.choice((-1, 1)),
        clothing=CLOTHES[draw.randrange(len(CLOTHES))],
        phase_rad=draw.uniform(0, 2 * math.pi),
    )


def figure_at(media_s: float, seed: int) -> Figure | None:
    """Who is there at this moment, if anybody shows in the picture."""
    number = math.floor((media_s - FIRST_S) / EVERY_S)
    if number < 0:
        return None
    walker = visit(number, seed)
    since_s = media_s - walker.start_s
    if since_s < 0 or media_s >= walker.end_s:
        return None
    walked_s = min(since_s, walker.walk_s) + max(0.0, since_s - walker.walk_s - REST_S)
    resting_s = min(since_s - walker.walk_s, walker.walk_s + REST_S - since_s)
    stride = standing(resting_s)
    walked_px = walked_s * WALK_PX_S
    x_px = walked_px - _OUTSIDE_PX if walker.facing > 0 else WIDTH_PX + _OUTSIDE_PX - walked_px
    pose = Pose(walker.phase_rad + walked_px * STEPS_PER_PX, stride, walker.facing)
    shown = Figure(pose, walker.clothing, walker.height_px, (round(x_px), walker.foot_y_px))
    left, _top, right, _bottom = shown.xyxy_px
    return shown if left < right else None


def standing(resting_s: float) -> float:
    """The stride of somebody who rests since, or for, so long, whichever is less; below 0 they walk.

    Slows to a stand within a third of a second, so that the legs do not jump.
    """
    return 1.0 - min(1.0, max(0.0, (resting_s + 0.15) / 0.3)) * 0.93
