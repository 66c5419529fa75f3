"""Tracks against annotated ones: MOTA and switches (Bernardin and Stiefelhagen, 2008), IDF1 (Ristani et al., 2016)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.assignment import least_cost
from edge.detectors.boxes import overlaps_of

MATCH_IOU = 0.5
_NEVER = 1e6


class Seen(NamedTuple):
    """What is in one frame: identities and (n, 4) float32 xyxy_px."""

    ids: tuple[int, ...]
    xyxy_px: NDArray[np.float32]


NOBODY = Seen((), np.zeros((0, 4), np.float32))


class Scores(NamedTuple):
    """`mota` and `idf1` as shares; the rest are counts over all frames."""

    mota: float
    idf1: float
    switches: int
    missed: int
    false: int
    people: int
    tracks: int


def score(truth: Mapping[int, Seen], tracks: Mapping[int, Seen]) -> Scores:
    """Over the frames of `truth`; a frame that `tracks` lacks has no track in it."""
    matched: dict[int, int] = {}
    switches = missed = false = 0
    for frame in sorted(truth):
        pairs = _pairs(truth[frame], tracks.get(frame, NOBODY), matched)
        switches += sum(matched.get(person, track) != track for person, track in pairs)
        matched |= dict(pairs)
        missed += len(truth[frame].ids) - len(pairs)
        false += len(tracks.get(frame, NOBODY).ids) - len(pairs)
    people = sum(len(seen.ids) for seen in truth.values())
    return Scores(
        mota=1 - (missed + false + switches) / max(1, people),
        idf1=_idf1(truth, tracks),
        switches=switches,
        missed=missed,
        false=false,
        people=people,
        tracks=len({track for frame in truth for track in tracks.get(frame, NOBODY).ids}),
    )


def _pairs(truth: Seen, found: Seen, matched: Mapping[int, int]) -> list[tuple[int, int]]:
    """(person, track) in one frame: who was a pair and still overlaps stays one; the others by the greatest sum of overlaps."""
    overlap = overlaps_of(truth.xyxy_px, found.xyxy_px)
    gain = np.where(overlap >= MATCH_IOU, overlap, 0.0).astype(np.float64)
    for row, person in enumerate(truth.ids):
        for column, track in enumerate(found.ids):
            if matched.get(person) == track and gain[row, column] > 0:
                gain[row, column] += len(truth.ids) + 1
    return [(truth.ids[row], found.ids[column]) for row, column in _most(gain)]


def _most(gain: NDArray[np.float64]) -> list[tuple[int, int]]:
    """The pairing of greatest sum, pairs without gain left out."""
    if not gain.size:
        return []
    turned = gain.shape[0] > gain.shape[1]
    pairs = least_cost(-(gain.T if turned else gain))
    return [(row, column) for row, column in ((b, a) if turned else (a, b) for a, b in pairs) if gain[row, column] > 0]


def _idf1(truth: Mapping[int, Seen], tracks: Mapping[int, Seen]) -> float:
    """2 x frames in which a person carries the track paired with it for the whole film / (boxes of people + boxes of tracks)."""
    together: Counter[tuple[int, int]] = Counter()
    for frame, seen in truth.items():
        found = tracks.get(frame, NOBODY)
        overlap = overlaps_of(seen.xyxy_px, found.xyxy_px)
        together.update((seen.ids[row], found.ids[column]) for row, column in np.argwhere(overlap >= MATCH_IOU))
    people, ids = _sorted(person for person, _track in together), _sorted(track for _person, track in together)
    gain = np.array([[together[person, track] for track in ids] for person in people], np.float64).reshape(len(people), len(ids))
    both = sum(gain[row, column] for row, column in _most(gain))
    total = sum(len(seen.ids) + len(tracks.get(frame, NOBODY).ids) for frame, seen in truth.items())
    return float(2 * both / max(1, total))


def _sorted(ids: Iterable[int]) -> list[int]:
    return sorted(set(ids))
