"""Whether somebody who just stood here lies on the floor: boxes, a second look at the picture turned, and the floor itself."""

from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.cameras.protocol import Image
from edge.detectors.boxes import overlaps_of
from edge.rules.protocol import Look, Scene

Box = tuple[float, float, float, float]
Floats = NDArray[np.float32]

HINT_SCORE: Final = 0.15
TURNED_SCORE: Final = 0.35
_SQUAT: Final = 0.75
"""Width over height of a box from which it is no standing person; those measure a third to a half."""
_LOW: Final = 0.5
"""The head of somebody who lies is below the middle of where they stood; somebody on a chair keeps two thirds of their height."""
_SMALLEST: Final = 0.15
_REACH: Final = 0.9
"""A body comes to lie within its own length of where it stood."""
_CHANGED: Final = 20.0
_QUIET: Final = 10.0
_OTHER_VIEW: Final = 1 / 3
"""So much of the picture away from the person looks otherwise: the view has changed. A crowd that walks changes less."""
_WIDTH: Final = 320


class Standing(NamedTuple):
    """Where somebody stood: the box in pixels when they last stood upright."""

    box: Box

    @property
    def height_px(self) -> float:
        """The person's height."""
        return max(1.0, self.box[3] - self.box[1])

    @property
    def area_px(self) -> float:
        """The box's area."""
        return self.height_px * max(1.0, self.box[2] - self.box[0])

    def zone(self, shape: tuple[int, ...]) -> Box:
        """Where the body may come to lie, within the picture: beside and below."""
        left, top, right, bottom = self.box
        reach = _REACH * self.height_px
        return (
            max(0.0, left - reach),
            max(0.0, top + 0.3 * self.height_px),
            min(float(shape[1]), right + reach),
            min(float(shape[0]), bottom + reach),
        )

    def drop(self, box: Box) -> float:
        """How far the head of `box` is below this one's, as a share of the height."""
        return (box[1] - self.box[1]) / self.height_px

    def could_be(self, box: Box) -> bool:
        """Whether the box looks like this person on the floor: low, not upright, not tiny, within reach."""
        wide, high = box[2] - box[0], max(1.0, box[3] - box[1])
        middle = (box[0] + box[2]) / 2
        return (
            self.drop(box) >= _LOW
            and wide / high >= _SQUAT
            and _SMALLEST * self.area_px <= wide * high <= 4 * self.area_px
            and self.box[0] - _REACH * self.height_px <= middle <= self.box[2] + _REACH * self.height_px
            and box[3] <= self.box[3] + _REACH * self.height_px
        )


def lying_boxes(scene: Scene, standing: Standing, others: Floats) -> list[Box]:
    """Boxes of the person on the floor in the picture as it is, hints included; `others` (n, 4) are people who are up."""
    if scene.detections is None:
        return []
    found = scene.detections.only("person")
    return [
        box
        for values, score in zip(found.xyxy_px, found.score, strict=True)
        if score >= HINT_SCORE and standing.could_be(box := _box(values)) and not _taken(values, others)
    ]


def turned_boxes(image: Image, look: Look, standing: Standing, others: Floats) -> list[Box]:
    """The same in the part of the picture where the body may be, turned by a quarter to either side: two more passes."""
    left, top, right, bottom = (round(side) for side in standing.zone(image.shape))
    part = image[top:bottom, left:right]
    if min(part.shape[:2], default=0) < 16:
        return []
    boxes: list[Box] = []
    for code in (cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_90_COUNTERCLOCKWISE):
        found = look(np.asarray(np.ascontiguousarray(cv2.rotate(part, code)), np.uint8)).only("person")
        for values, score in zip(found.xyxy_px, found.score, strict=True):
            if score < TURNED_SCORE:
                continue
            box = _turned_back(_box(values), code, part.shape)
            box = (box[0] + left, box[1] + top, box[2] + left, box[3] + top)
            if standing.could_be(box) and not _taken(np.array(box, np.float32), others):
                boxes.append(box)
    return boxes


def _turned_back(box: Box, code: int, shape: tuple[int, ...]) -> Box:
    height, width = shape[:2]
    x0, y0, x1, y1 = box
    if code == cv2.ROTATE_90_CLOCKWISE:
        return y0, height - x1, y1, height - x0
    return width - y1, x0, width - y0, x1


def _box(values: Floats) -> Box:
    left, top, right, bottom = (float(side) for side in values)
    return left, top, right, bottom


def _taken(values: Floats, others: Floats) -> bool:
    return len(others) > 0 and float(overlaps_of(values[None], others).max()) > 0.5


class Floor:
    """Small grey pictures of the last seconds: whether something new lies still where the floor was free."""

    def __init__(self) -> None:
        self._past: list[tuple[float, Floats]] = []
        self._scale = 1.0

    def see(self, image: Image, at_s: float) -> None:
        """Take a picture; the last five seconds are kept."""
        height, self._scale = max(1, round(image.shape[0] * _WIDTH / image.shape[1])), _WIDTH / image.shape[1]
        small = cv2.cvtColor(cv2.resize(image, (_WIDTH, height), interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY)
        grey = np.asarray(cv2.GaussianBlur(small, (0, 0), 1.5), np.float32)
        self._past = [one for one in self._past if at_s - one[0] <= 5.0 and one[1].shape == grey.shape]
        self._past.append((at_s, grey))

    def same_view(self, standing: Standing, *, before_s: float) -> bool:
        """Whether the picture out of the standing person's reach looks as at `before_s`.

        Light that is switched, a lens that is covered or freed and a camera that is turned make everything new, the floor too.
        """
        now, earlier = self._now_and(before_s)
        if now is None or earlier is None:
            return False
        away = np.ones_like(now, np.bool_)
        zone = standing.zone((round(now.shape[0] / self._scale), round(now.shape[1] / self._scale)))
        for box in (zone, standing.box):
            _fill(away, box, self._scale, value=False)
        changed = (np.abs(now - earlier) > _CHANGED)[away]
        return not changed.size or float(changed.mean()) < _OTHER_VIEW

    def new_share(self, box: Box, *, before_s: float) -> float:
        """Share of the box that looks otherwise than at `before_s`: a thing that always lay there is nobody who fell."""
        now, earlier = self._now_and(before_s)
        if now is None or earlier is None:
            return 0.0
        left, top, right, bottom = (max(0, round(side * self._scale)) for side in box)
        part = np.abs(now - earlier)[top:bottom, left:right]
        return float((part > _CHANGED).mean()) if part.size else 0.0

    def lies_something(self, standing: Standing, *, before_s: float, taken: Floats) -> Box | None:
        """The still, new area within the standing person's reach since `before_s`; None where there is none.

        `taken` (n, 4) are places where people stand or stood meanwhile: what they uncover is new and is nobody.
        """
        now, earlier = self._now_and(before_s)
        if now is None or earlier is None or len(self._past) < 2:
            return None
        new = (np.abs(now - earlier) > _CHANGED) & (np.abs(now - self._past[-2][1]) < _QUIET)
        allowed = np.zeros_like(new)
        zone = standing.zone((round(now.shape[0] / self._scale), round(now.shape[1] / self._scale)))
        low = standing.box[1] + _LOW * standing.height_px
        _fill(allowed, (zone[0], max(zone[1], low), zone[2], zone[3]), self._scale, value=True)
        for row in [np.array(standing.box, np.float32), *taken]:
            _fill(allowed, _box(row), self._scale, value=False)
        count, _labels, stats, _centres = cv2.connectedComponentsWithStats((new & allowed).astype(np.uint8))
        if count < 2:
            return None
        x, y, wide, high, area = (int(v) for v in stats[1:][np.argmax(stats[1:, cv2.CC_STAT_AREA])])
        if area < _SMALLEST * standing.area_px * self._scale**2 or wide < _SQUAT * high:
            return None
        return x / self._scale, y / self._scale, (x + wide) / self._scale, (y + high) / self._scale

    def _now_and(self, before_s: float) -> tuple[Floats | None, Floats | None]:
        earlier = [grey for at_s, grey in self._past if at_s <= before_s]
        first = self._past[0][1] if self._past else None
        return (self._past[-1][1] if self._past else None), (earlier[-1] if earlier else first)


def _fill(mask: NDArray[np.bool_], box: Box, scale: float, *, value: bool) -> None:
    left, top, right, bottom = (max(0, round(side * scale)) for side in box)
    mask[top:bottom, left:right] = value
