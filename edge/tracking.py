"""Following boxes over frames: two-stage overlap matching with constant velocity, all times in seconds of media time.

Stages after ByteTrack (Zhang et al., 2022): sure detections are matched first, unsure ones may only continue what is already
followed. Assignment is greedy by overlap less the difference in dress; between the two stages, what went astray is found again by
dress alone, within a walker's reach.
"""

from collections import deque
from dataclasses import dataclass, field
from statistics import median
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from edge.appearance import Looks, describe, unlike
from edge.cameras.protocol import Image
from edge.detectors.boxes import areas, contained, overlaps_of
from edge.detectors.protocol import Detections
from edge.regions import Region, within
from edge.rules.protocol import Track
from lamplighter.runtime.settings import Settings

Boxes = NDArray[np.float32]
Indices = NDArray[np.intp]
_NEVER: Final = np.float32(-1e9)
_STRANGE: Final = np.float32(64.0)
"""So many grey levels of difference in dress weigh as much as a full overlap."""
_ALIKE: Final = 30.0
"""Grey levels within which two boxes a body's reach apart are taken for the same person."""
_REACH: Final = 0.5
"""In body sizes (root of the box's area), and one more for each second that passed: a walking pace."""
_LOOK_RATE: Final = 0.3
_LONGEST_GUESS_S: Final = 0.6
"""A lost box is moved on by its velocity for so long and then waits: people stop and turn."""


_UNPROVEN_S: Final = 0.65
"""Three pictures at five a second: a single mistake of the detector asks for no more looks than that."""
_SAME_BODY: Final = 0.7
"""Share of the smaller box from which two boxes are taken for one body."""


WHOLE: Final = Region(-(1 << 30), -(1 << 30), 1 << 30, 1 << 30)
"""Any picture lies within it."""


class TrackingSettings(Settings):
    """When something is followed and believed; scores 0..1."""

    sure_score: float = Field(0.4, ge=0, le=1, description="a detection of this score starts a track")
    unsure_score: float = Field(0.2, ge=0, le=1, description="a detection of this score continues a track")
    real_hits: int = Field(2, ge=1, description="detections before a track is believed")
    overlap: float = Field(0.2, gt=0, lt=1, description="intersection over union with the expected box")
    lost_s: float = Field(2.0, ge=0, description="how long a track that is not seen is kept")


@dataclass
class _Followed:
    id: int
    label: str
    box: Boxes
    look: Looks
    seen_s: float
    scores: deque[float]
    first: Boxes
    velocity: NDArray[np.float32] = field(default_factory=lambda: np.zeros(2, np.float32))
    hits: int = 1
    real: bool = False
    looked_s: float = 0.0

    def __post_init__(self) -> None:
        self.looked_s = self.seen_s

    def expected(self, at_s: float) -> Boxes:
        """(4,) float32 xyxy_px where it should be now."""
        right, down = self.velocity * min(at_s - self.seen_s, _LONGEST_GUESS_S)
        return self.box + np.array((right, down, right, down), np.float32)

    def hit(self, box: Boxes, look: Looks, score: float, at_s: float) -> None:
        """Take a detection as this one's newest box."""
        self.look = self.look + np.float32(_LOOK_RATE) * (look - self.look)
        passed_s = at_s - self.seen_s
        if passed_s > 0:
            speed = np.asarray((box[:2] + box[2:] - self.box[:2] - self.box[2:]) / (2 * passed_s), np.float32)
            self.velocity = speed if self.hits == 1 else (self.velocity + speed) / np.float32(2)
        self.box, self.seen_s, self.looked_s = box, at_s, at_s
        self.scores.append(score)
        self.hits += 1

    def as_track(self, *, sure_score: float) -> Track:
        """What rules see of it."""
        return Track(self.id, self.label, self.scores[-1], _sides(self.box), _sides(self.first), self.scores[-1] >= sure_score)


class _Offers(NamedTuple):
    """Detections and how they look."""

    xyxy_px: Boxes
    score: NDArray[np.float32]
    label: tuple[str, ...]
    looks: Looks


class Tracker:
    """One camera's tracks. Ids count from 1 and are never used again."""

    def __init__(self, settings: TrackingSettings | None = None) -> None:
        self._settings = settings or TrackingSettings()
        self._followed: list[_Followed] = []
        self._last_id = 0
        self._at_s = float("-inf")

    def wanting(self, at_s: float, *, recheck_s: float) -> Boxes:
        """(n, 4) float32 xyxy_px where a look is needed: tracks not believed yet, just lost, or not looked at for `recheck_s`."""
        wanting = [
            one.expected(at_s)
            for one in self._followed
            if self._kept(one, at_s) and (not one.real or one.seen_s < self._at_s or at_s - one.looked_s >= recheck_s)
        ]
        return np.stack(wanting) if wanting else np.zeros((0, 4), np.float32)

    def update(
        self, detections: Detections, at_s: float, *, looked: Region | None = WHOLE, image: Image | None = None
    ) -> tuple[Track, ...]:
        """The believed tracks seen in this frame, and those carried over it: they were seen just before, and nobody looked.

        `at_s` must grow from call to call. `looked` is the part of the picture that `detections` are of; None for no part.
        `image` is the picture they are of: with it people are told apart by how they are dressed, too.
        """
        settings = self._settings
        self._followed = [one for one in self._followed if self._kept(one, at_s)]
        offers = _offers(detections, image)
        sure = detections.score >= settings.sure_score
        unsure = ~sure & (detections.score >= settings.unsure_score)
        waiting, left_over = self._match(list(self._followed), np.flatnonzero(sure), offers, at_s)
        if image is not None:
            waiting, left_over = self._find_again(waiting, left_over, offers, at_s)
        waiting, _unmatched = self._match(waiting, np.flatnonzero(unsure), offers, at_s)
        self._carry(waiting, at_s, looked)
        for index in left_over:
            self._begin(offers, int(index), at_s)
        self._at_s = at_s
        return tuple(self._seen(at_s))

    def _kept(self, one: _Followed, at_s: float) -> bool:
        """Whether it is followed on: what was never believed is given up sooner."""
        return at_s - one.seen_s <= (self._settings.lost_s if one.real else min(_UNPROVEN_S, self._settings.lost_s))

    def _carry(self, waiting: list[_Followed], at_s: float, looked: Region | None) -> None:
        """What is believed and was there at the last call stays where it is unless its place was looked at."""
        for one in waiting:
            if one.real and one.seen_s == self._at_s and not (looked and within(one.box[None], looked)[0]):
                one.seen_s, one.velocity = at_s, np.zeros(2, np.float32)

    def _match(self, waiting: list[_Followed], indices: Indices, offers: _Offers, at_s: float) -> tuple[list[_Followed], Indices]:
        """Continue tracks with boxes where they are expected; returns the tracks and the indices that found no partner."""
        if not waiting or not len(indices):
            return waiting, indices
        overlap = overlaps_of(np.stack([one.expected(at_s) for one in waiting]), offers.xyxy_px[indices])
        strange = unlike(np.stack([one.look for one in waiting]), offers.looks[indices])
        possible = (overlap >= self._settings.overlap) & _same_label(waiting, indices, offers)
        return _pair(waiting, indices, offers, at_s, gain=np.where(possible, overlap - strange / _STRANGE, _NEVER))

    def _find_again(
        self, waiting: list[_Followed], indices: Indices, offers: _Offers, at_s: float
    ) -> tuple[list[_Followed], Indices]:
        """Continue tracks with boxes that lie elsewhere, within a body's reach, and are dressed alike and about as large."""
        if not waiting or not len(indices):
            return waiting, indices
        expected, boxes = np.stack([one.expected(at_s) for one in waiting]), offers.xyxy_px[indices]
        body = np.sqrt(areas(expected))[:, None]
        gone_s = np.array([at_s - one.seen_s for one in waiting], np.float32)[:, None]
        way = np.linalg.norm((expected[:, None, :2] + expected[:, None, 2:] - boxes[None, :, :2] - boxes[None, :, 2:]) / 2, axis=2)
        growth = np.abs(np.log(np.maximum(areas(boxes), 1e-6)[None] / np.maximum(areas(expected), 1e-6)[:, None]))
        strange = unlike(np.stack([one.look for one in waiting]), offers.looks[indices])
        possible = (way <= body * (_REACH + gone_s)) & (growth <= np.log(2)) & (strange <= _ALIKE)
        possible &= _same_label(waiting, indices, offers)
        return _pair(waiting, indices, offers, at_s, gain=np.where(possible, -strange, _NEVER))

    def _begin(self, offers: _Offers, index: int, at_s: float) -> None:
        self._last_id += 1
        scores = deque([float(offers.score[index])], maxlen=9)
        box, look = offers.xyxy_px[index], offers.looks[index]
        self._followed.append(_Followed(self._last_id, offers.label[index], box, look, at_s, scores, box))

    def _seen(self, at_s: float) -> list[Track]:
        here = [one for one in self._followed if one.seen_s >= at_s]
        for one in here:
            one.real = one.real or (one.hits >= self._settings.real_hits and median(one.scores) >= self._settings.sure_score)
        sure_score = self._settings.sure_score
        return [one.as_track(sure_score=sure_score) for one in _one_a_body([one for one in here if one.real])]


def _sides(box: Boxes) -> tuple[float, float, float, float]:
    left, top, right, bottom = (float(side) for side in box)
    return left, top, right, bottom


def _offers(detections: Detections, image: Image | None) -> _Offers:
    alike = np.zeros((len(detections.score), 1), np.float32)
    return _Offers(*detections, alike if image is None else describe(image, detections.xyxy_px))


def _same_label(waiting: list[_Followed], indices: Indices, offers: _Offers) -> NDArray[np.bool_]:
    return np.array([[one.label == offers.label[index] for index in indices] for one in waiting], np.bool_)


def _pair(
    waiting: list[_Followed], indices: Indices, offers: _Offers, at_s: float, *, gain: NDArray[np.float32]
) -> tuple[list[_Followed], Indices]:
    """Greedily, greatest gain first; what is left of both. `gain` is (tracks, indices), _NEVER where a pair cannot be."""
    tracks, boxes = set(range(len(waiting))), set(range(len(indices)))
    for flat in np.argsort(-gain, axis=None, kind="stable"):
        row, column = divmod(int(flat), len(indices))
        if gain[row, column] == _NEVER:
            break
        if row in tracks and column in boxes:
            index = indices[column]
            waiting[row].hit(offers.xyxy_px[index], offers.looks[index], float(offers.score[index]), at_s)
            tracks.remove(row)
            boxes.remove(column)
    return [waiting[row] for row in sorted(tracks)], indices[sorted(boxes)]


def _one_a_body(real: list[_Followed]) -> list[_Followed]:
    """Without those whose box all but holds, or lies within, that of an older one with its label: a second box for one body."""
    if len(real) < 2:
        return real
    boxes = np.stack([one.box for one in real])
    same = contained(boxes, boxes) >= _SAME_BODY
    kept: list[int] = []
    for place, one in enumerate(real):  # in order of age
        if not any(same[place, older] and real[older].label == one.label for older in kept):
            kept.append(place)
    return [real[place] for place in kept]
