"""Following boxes over frames: two-stage overlap matching with constant velocity, all times in seconds of media time.

Two stages after ByteTrack (Zhang et al., 2022): sure detections are matched first, unsure ones may only continue what is already
followed. Assignment is greedy by overlap.
"""

from collections import deque
from dataclasses import dataclass, field
from statistics import median
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from edge.detectors.protocol import Detections
from edge.regions import Region, within
from edge.rules.protocol import Track
from lamplighter.runtime.settings import Settings

Boxes = NDArray[np.float32]
_LONGEST_GUESS_S: Final = 0.6
"""A lost box is moved on by its velocity for so long and then waits: people stop and turn."""


_SAME_BODY: Final = 0.7
"""Share of the smaller box from which two boxes are taken for one body."""


WHOLE: Final = Region(-(1 << 30), -(1 << 30), 1 << 30, 1 << 30)
"""Any picture lies within it."""


class TrackingSettings(Settings):
    """When something is followed and believed; scores 0..1."""

    sure_score: float = Field(0.4, ge=0, le=1, description="a detection of this score starts a track")
    unsure_score: float = Field(0.1, ge=0, le=1, description="a detection of this score continues a track")
    real_hits: int = Field(2, ge=1, description="detections before a track is believed")
    overlap: float = Field(0.2, gt=0, lt=1, description="intersection over union with the expected box")
    lost_s: float = Field(2.0, ge=0, description="how long a track that is not seen is kept")


@dataclass
class _Followed:
    id: int
    label: str
    box: Boxes
    seen_s: float
    scores: deque[float]
    velocity: NDArray[np.float32] = field(default_factory=lambda: np.zeros(2, np.float32))
    hits: int = 1
    real: bool = False
    looked_s: float = 0.0

    def __post_init__(self) -> None:
        self.looked_s = self.seen_s

    def expected(self, at_s: float) -> Boxes:
        """(4,) float32 xyxy_px where it should be now."""
        moved = self.velocity * min(at_s - self.seen_s, _LONGEST_GUESS_S)
        return self.box + np.tile(moved, 2)

    def hit(self, box: Boxes, score: float, at_s: float) -> None:
        """Take a detection as this one's newest box."""
        passed_s = at_s - self.seen_s
        if passed_s > 0:
            speed = np.asarray((box[:2] + box[2:] - self.box[:2] - self.box[2:]) / (2 * passed_s), np.float32)
            self.velocity = speed if self.hits == 1 else (self.velocity + speed) / np.float32(2)
        self.box, self.seen_s, self.looked_s = box, at_s, at_s
        self.scores.append(score)
        self.hits += 1

    def as_track(self) -> Track:
        """What rules see of it."""
        left, top, right, bottom = (float(side) for side in self.box)
        return Track(self.id, self.label, self.scores[-1], (left, top, right, bottom))


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
            if at_s - one.seen_s <= self._settings.lost_s
            and (not one.real or one.seen_s < self._at_s or at_s - one.looked_s >= recheck_s)
        ]
        return np.stack(wanting) if wanting else np.zeros((0, 4), np.float32)

    def update(self, detections: Detections, at_s: float, *, looked: Region | None = WHOLE) -> tuple[Track, ...]:
        """The believed tracks seen in this frame, and those carried over it: they were seen just before, and nobody looked.

        `at_s` must grow from call to call. `looked` is the part of the picture that `detections` are of; None for no part.
        """
        settings = self._settings
        self._followed = [one for one in self._followed if at_s - one.seen_s <= settings.lost_s]
        sure = detections.score >= settings.sure_score
        unsure = ~sure & (detections.score >= settings.unsure_score)
        waiting, left_over = self._match(list(self._followed), np.flatnonzero(sure), detections, at_s)
        waiting, _unmatched = self._match(waiting, np.flatnonzero(unsure), detections, at_s)
        self._carry(waiting, at_s, looked)
        for index in left_over:
            self._begin(detections, index, at_s)
        self._at_s = at_s
        return tuple(self._seen(at_s))

    def _carry(self, waiting: list[_Followed], at_s: float, looked: Region | None) -> None:
        """What is believed and was there at the last call stays where it is unless its place was looked at."""
        for one in waiting:
            if one.real and one.seen_s == self._at_s and not (looked and within(one.box[None], looked)[0]):
                one.seen_s, one.velocity = at_s, np.zeros(2, np.float32)

    def _match(
        self, candidates: list[_Followed], indices: NDArray[np.intp], detections: Detections, at_s: float
    ) -> tuple[list[_Followed], list[int]]:
        """Continue candidates with detections; returns the candidates and the indices that found no partner."""
        if not candidates or not len(indices):
            return candidates, [int(index) for index in indices]
        overlaps = overlaps_of(np.stack([one.expected(at_s) for one in candidates]), detections.xyxy_px[indices])
        overlaps *= np.array([[one.label == detections.label[index] for index in indices] for one in candidates])
        taken: set[int] = set()
        for flat in np.argsort(-overlaps, axis=None, kind="stable"):
            row, column = divmod(int(flat), len(indices))
            if overlaps[row, column] < self._settings.overlap:
                break
            index = int(indices[column])
            if candidates[row].seen_s < at_s and index not in taken:
                candidates[row].hit(detections.xyxy_px[index], float(detections.score[index]), at_s)
                taken.add(index)
        return [one for one in candidates if one.seen_s < at_s], [int(index) for index in indices if int(index) not in taken]

    def _begin(self, detections: Detections, index: int, at_s: float) -> None:
        self._last_id += 1
        scores = deque([float(detections.score[index])], maxlen=9)
        self._followed.append(_Followed(self._last_id, detections.label[index], detections.xyxy_px[index], at_s, scores))

    def _seen(self, at_s: float) -> list[Track]:
        seen: list[_Followed] = []
        for one in self._followed:  # in order of age: of two tracks on one body the older is reported
            if one.seen_s < at_s:
                continue
            one.real = one.real or (one.hits >= self._settings.real_hits and median(one.scores) >= self._settings.sure_score)
            if one.real and not _covered_by(one, seen):
                seen.append(one)
        return [one.as_track() for one in seen]


def _covered_by(one: _Followed, others: list[_Followed]) -> bool:
    """Whether the box all but holds, or lies within, another one's: a detector's second box for one body."""
    boxes = [other.box for other in others if other.label == one.label]
    return bool(boxes) and float(contained(one.box[None], np.stack(boxes)).max()) >= _SAME_BODY


def overlaps_of(first: Boxes, second: Boxes) -> NDArray[np.float32]:
    """(n, m) float32 intersection over union of (n, 4) and (m, 4) xyxy boxes."""
    shared = _shared(first, second)
    whole = _areas(first)[:, None] + _areas(second)[None] - shared
    return np.asarray(shared / np.maximum(whole, 1e-6), np.float32)


def contained(first: Boxes, second: Boxes) -> NDArray[np.float32]:
    """(n, m) float32 intersection over the smaller box's area of (n, 4) and (m, 4) xyxy boxes."""
    smaller = np.minimum(_areas(first)[:, None], _areas(second)[None])
    return np.asarray(_shared(first, second) / np.maximum(smaller, 1e-6), np.float32)


def _shared(first: Boxes, second: Boxes) -> NDArray[np.float32]:
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    return np.asarray(np.prod(np.clip(high - low, 0, None), axis=2), np.float32)


def _areas(boxes: Boxes) -> NDArray[np.float32]:
    return np.asarray(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1), np.float32)
