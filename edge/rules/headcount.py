"""How many people a picture shows: in a dense scene the picture is looked at again in parts, where each person is larger."""

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edge.cameras.protocol import Image
from edge.detectors.boxes import contained, overlaps_of
from edge.detectors.protocol import Detections
from edge.rules.protocol import Look, Scene, Track

DENSE: Final = 8
"""From so many people on the parts are worth their passes."""
EVERY_S: Final = 1.0
"""A crowd does not change faster than this."""
_OVERLAP_SHARE: Final = 0.2
_SAME: Final = 0.5
_WITHIN: Final = 0.8
"""A box that lies within another by so much is a part of that body, cut by the edge of a tile or found twice."""


class Headcount:
    """The people of one camera's pictures."""

    def __init__(self, sure_score: float) -> None:
        self._sure_score = sure_score

    def of(self, scene: Scene) -> NDArray[np.float32]:
        """(n, 4) float32 xyxy_px of the people of this picture; where it is dense, found in its parts too. Things do not count."""
        persons = [track for track in scene.tracks if track.label == "person"]
        whole = _boxes(track for track in persons if track.id not in scene.things)
        if scene.look is None or len(whole) < DENSE:
            return whole
        found = people(scene.frame.image, scene.look, sure_score=self._sure_score)
        things = _boxes(track for track in persons if track.id in scene.things)
        return found[overlaps_of(found, things).max(axis=1) <= _SAME] if len(things) else found


def _boxes(tracks: Iterable[Track]) -> NDArray[np.float32]:
    return np.array([track.xyxy_px for track in tracks], np.float32).reshape(-1, 4)


def people(image: Image, look: Look, *, sure_score: float) -> NDArray[np.float32]:
    """(n, 4) float32 xyxy_px of the people found in the whole picture and in four overlapping quarters of it."""
    found = [look(image)]
    height, width = image.shape[:2]
    for top, bottom in _spans(height):
        for left, right in _spans(width):
            part = look(image[top:bottom, left:right])
            found.append(part._replace(xyxy_px=part.xyxy_px + np.array([left, top, left, top], np.float32)))
    return _merged(found, sure_score)


def _spans(length: int) -> tuple[tuple[int, int], tuple[int, int]]:
    reach = round(length * (0.5 + _OVERLAP_SHARE / 2))
    return (0, reach), (length - reach, length)


def _merged(found: list[Detections], sure_score: float) -> NDArray[np.float32]:
    """One box a body: best score first, a box that repeats or lies within a kept one goes."""
    persons = [part.only("person") for part in found]
    boxes = np.concatenate([part.xyxy_px for part in persons])
    scores = np.concatenate([part.score for part in persons])
    kept: list[int] = []
    for index in np.argsort(-scores, kind="stable"):
        if scores[index] < sure_score:
            break
        others = boxes[kept]
        again = kept and (
            overlaps_of(boxes[index][None], others).max() > _SAME or contained(boxes[index][None], others).max() > _WITHIN
        )
        if not again:
            kept.append(int(index))
    return boxes[kept]
