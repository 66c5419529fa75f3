"""Laws of overlap and suppression."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.detectors.boxes import Floats, gather, inside, iou, suppress

pytestmark = pytest.mark.unit

SIDE = st.integers(0, 200)
BOX = st.tuples(SIDE, SIDE, st.integers(1, 80), st.integers(1, 80)).map(lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3]))
BOXES = st.lists(BOX, min_size=1, max_size=25).map(lambda rows: np.array(rows, np.float32))


def scores(count: int) -> Floats:
    return np.random.default_rng(count).random(count, np.float32)


@given(BOXES)
def test_a_box_overlaps_itself_fully_and_others_by_a_share(boxes: Floats) -> None:
    overlap = iou(boxes[0], boxes)
    assert overlap[0] == pytest.approx(1)
    assert (overlap >= 0).all()
    assert (overlap <= 1 + 1e-6).all()


@given(BOXES)
def test_overlap_is_the_same_seen_from_either_box(boxes: Floats) -> None:
    assert iou(boxes[0], boxes[-1:])[0] == pytest.approx(iou(boxes[-1], boxes[:1])[0])


@given(BOXES, st.floats(0.1, 0.9))
def test_no_two_survivors_of_a_group_overlap_by_more_than_allowed(boxes: Floats, overlap: float) -> None:
    kept = suppress(boxes, scores(len(boxes)), np.zeros(len(boxes), np.int64), overlap=overlap)
    for at, index in enumerate(kept):
        assert (iou(boxes[index], boxes[kept[at + 1 :]]) <= overlap).all()


@given(BOXES, st.floats(0.1, 0.9))
def test_what_goes_has_a_better_survivor_over_it(boxes: Floats, overlap: float) -> None:
    score = scores(len(boxes))
    kept = suppress(boxes, score, np.zeros(len(boxes), np.int64), overlap=overlap)
    for gone in set(range(len(boxes))) - set(kept.tolist()):
        assert (iou(boxes[gone], boxes[kept[score[kept] >= score[gone]]]) > overlap).any()


@given(BOXES)
def test_best_score_comes_first(boxes: Floats) -> None:
    score = scores(len(boxes))
    kept = suppress(boxes, score, np.zeros(len(boxes), np.int64), overlap=0.5)
    assert (np.diff(score[kept]) <= 0).all()


def test_groups_do_not_suppress_each_other() -> None:
    boxes = np.array([[0, 0, 10, 10], [0, 0, 10, 10], [0, 0, 10, 10]], np.float32)
    kept = suppress(boxes, np.array([0.9, 0.8, 0.7], np.float32), np.array([0, 1, 0]), overlap=0.5)
    assert kept.tolist() == [0, 1]


def test_no_box_gives_no_box() -> None:
    nobody = suppress(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int64), overlap=0.5)
    assert gather(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), (), nobody).label == ()


def test_boxes_end_at_the_picture() -> None:
    cut = inside(np.array([[-5, 3, 700, 400]], np.float32), width_px=640, height_px=360)
    assert cut.tolist() == [[0, 3, 640, 360]]
