"""What happens at the drawn gate, again and again: a pure function of media time, told in seconds of one round.

One walks through the gate, one waits too long, five come together, something covers the lens, something burns.
"""

import math
from typing import Final, NamedTuple

from edge.cameras.drawn.backdrop import WIDTH_PX
from edge.cameras.drawn.figure import Pose
from edge.cameras.drawn.visits import CLOTHES, STEPS_PER_PX, WALK_PX_S, Figure, standing

ROUND_S: Final = 180.0
OUTSIDE_PX: Final = 70
COVERED_S: Final = (112.0, 124.0)
FIRE_S: Final = (138.0, 166.0)
FIRE_FOOT_PX: Final = (455, 338)


class Walk(NamedTuple):
    """A way across the picture, from outside one edge to outside the other, with a rest at `rest_px`."""

    start_s: float
    facing: int
    rest_px: int
    rest_s: float
    foot_y_px: int
    height_px: int
    clothes: int

    def at(self, second: float) -> Figure | None:
        """Who shows at this second of the round."""
        before_px = self.rest_px + OUTSIDE_PX if self.facing > 0 else WIDTH_PX + OUTSIDE_PX - self.rest_px
        since_s, arrive_s = second - self.start_s, before_px / WALK_PX_S
        if since_s < 0:
            return None
        walked_px = (min(since_s, arrive_s) + max(0.0, since_s - arrive_s - self.rest_s)) * WALK_PX_S
        if walked_px > WIDTH_PX + 2 * OUTSIDE_PX:
            return None
        stride = standing(min(since_s - arrive_s, arrive_s + self.rest_s - since_s)) if self.rest_s else 1.0
        x_px = walked_px - OUTSIDE_PX if self.facing > 0 else WIDTH_PX + OUTSIDE_PX - walked_px
        pose = Pose(walked_px * STEPS_PER_PX % (2 * math.pi), stride, self.facing)
        return Figure(pose, CLOTHES[self.clothes % len(CLOTHES)], self.height_px, (round(x_px), self.foot_y_px))


WALKS: Final = (
    Walk(6, 1, 320, 0, 330, 160, 0),
    Walk(24, -1, 230, 26, 334, 164, 1),
    *(
        Walk(72 + 1.35 * place, 1, 520 - 105 * place, 14 - 1.35 * place, foot_y, height, place)
        for place, (foot_y, height) in enumerate(((334, 165), (326, 155), (336, 160), (324, 150), (332, 168)))
    ),
)


def people_at(media_s: float) -> list[Figure]:
    """Everybody in the picture, farthest first."""
    second = media_s % ROUND_S
    found = [figure for walk in WALKS if (figure := walk.at(second)) is not None]
    return sorted(found, key=lambda figure: figure.foot_px[1])


def covered_share(media_s: float) -> float:
    """How much of the lens is covered, 0..1; a cloth needs half a second to fall and to be drawn away."""
    second = media_s % ROUND_S
    return max(0.0, min(1.0, (second - COVERED_S[0]) * 2, (COVERED_S[1] - second) * 2))


def burns(media_s: float) -> bool:
    """Whether the fire burns."""
    return FIRE_S[0] <= media_s % ROUND_S < FIRE_S[1]
