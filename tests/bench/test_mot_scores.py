"""Scores of tracks, on films small enough to count by hand."""

import itertools

import numpy as np
import pytest

from bench.assignment import least_cost
from bench.mot import Seen, score

pytestmark = pytest.mark.unit

LEFT, RIGHT = (0.0, 0.0, 40.0, 100.0), (200.0, 0.0, 240.0, 100.0)


def _seen(**boxes: tuple[float, ...]) -> Seen:
    return Seen(tuple(int(name[1:]) for name in boxes), np.array(list(boxes.values()), np.float32).reshape(-1, 4))


TRUTH = {frame: _seen(p1=LEFT, p2=RIGHT) for frame in range(10)}


def test_perfect_tracks_score_one() -> None:
    result = score(TRUTH, {frame: _seen(t7=LEFT, t8=RIGHT) for frame in TRUTH})
    assert (result.mota, result.idf1, result.switches) == (1.0, 1.0, 0)


def test_nothing_found_is_missed() -> None:
    result = score(TRUTH, {})
    assert (result.mota, result.idf1, result.missed) == (0.0, 0.0, 20)


def test_two_who_swap_ids_half_way_are_two_switches_and_half_right() -> None:
    tracks = {frame: _seen(t7=LEFT, t8=RIGHT) if frame < 5 else _seen(t8=LEFT, t7=RIGHT) for frame in TRUTH}
    result = score(TRUTH, tracks)
    assert (result.switches, result.idf1) == (2, 0.5)


def test_a_box_on_nobody_is_false() -> None:
    tracks = {frame: _seen(t7=LEFT, t8=RIGHT, t9=(500.0, 0.0, 540.0, 100.0)) for frame in TRUTH}
    result = score(TRUTH, tracks)
    assert (result.false, result.mota) == (10, 0.5)
    assert result.idf1 == pytest.approx(40 / 50)


def test_a_pair_that_still_overlaps_stays_one() -> None:
    near = (8.0, 0.0, 48.0, 100.0)
    tracks = {0: _seen(t7=LEFT), **{frame: _seen(t7=near, t8=LEFT) for frame in range(1, 10)}}
    truth = {frame: _seen(p1=LEFT) for frame in range(10)}
    assert score(truth, tracks).switches == 0


def test_the_pairing_of_least_cost_is_the_best_of_all() -> None:
    chance = np.random.default_rng(0)
    for _turn in range(100):
        rows = int(chance.integers(1, 6))
        cost = chance.normal(size=(rows, int(chance.integers(rows, 7))))
        best = min(
            sum(cost[row, column] for row, column in enumerate(columns))
            for columns in itertools.permutations(range(cost.shape[1]), rows)
        )
        assert sum(cost[row, column] for row, column in least_cost(cost)) == pytest.approx(best)
