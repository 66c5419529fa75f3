"""The pyramid around the bundled network."""

import cv2
import numpy as np
import pytest

from edge.cameras.protocol import Image
from edge.detectors.hog import STEP, zooms
from edge.detectors.load import load_detector
from models.build.hog_pictures import draw

pytestmark = pytest.mark.unit

PERSON_TOP_PX, PERSON_HIGH_PX, WALL = 15, 97, 190


def scene(height_px: int, width_px: int, *, person_px: int, left_px: int, top_px: int) -> Image:
    """A wall with the drawn figure on it, `person_px` high, its window's corner at (left, top)."""
    rng = np.random.default_rng(7)
    wall = np.repeat((WALL + rng.integers(-4, 5, (height_px, width_px, 1))).astype(np.uint8), 3, axis=2)
    zoom = person_px / PERSON_HIGH_PX
    figure = cv2.resize(draw("figure"), (round(64 * zoom), round(128 * zoom)), interpolation=cv2.INTER_AREA)
    wall[top_px : top_px + figure.shape[0], left_px : left_px + figure.shape[1]] = figure
    return wall


@pytest.mark.parametrize("person_px", [60, 100, 170])
def test_a_person_is_found_where_it_stands_whatever_its_size(person_px: int) -> None:
    found = load_detector(min_score=0.6, smallest_person_share=0.2).detect(
        scene(300, 400, person_px=person_px, left_px=150, top_px=40)
    )
    zoom = person_px / PERSON_HIGH_PX
    left, top, right, bottom = found.xyxy_px[0]
    assert (left + right) / 2 == pytest.approx(150 + 32 * zoom, abs=0.1 * person_px)
    assert top == pytest.approx(40 + PERSON_TOP_PX * zoom, abs=0.12 * person_px)
    assert bottom == pytest.approx(40 + (PERSON_TOP_PX + PERSON_HIGH_PX) * zoom, abs=0.12 * person_px)
    assert found.label[0] == "person"


def test_an_empty_wall_holds_nobody() -> None:
    empty = np.full((240, 320, 3), WALL, np.uint8)
    assert len(load_detector(smallest_person_share=0.3).detect(empty).score) == 0


def test_scores_come_best_first_and_none_below_the_one_asked_for() -> None:
    score = (
        load_detector(min_score=0.02, smallest_person_share=0.3).detect(scene(200, 200, person_px=96, left_px=60, top_px=30)).score
    )
    assert len(score) > 1
    assert (np.diff(score) <= 0).all()
    assert score[-1] >= 0.02


def test_people_smaller_than_asked_for_cost_nothing_because_the_picture_is_not_enlarged_for_them() -> None:
    assert next(iter(zooms(360, 640, smallest_person_share=0.5))) == pytest.approx(96 / 180)


def test_the_last_level_still_holds_a_person_as_high_as_the_picture() -> None:
    levels = list(zooms(360, 640, smallest_person_share=0.25))
    assert 96 <= levels[-1] * 360 < 96 * STEP


def test_a_picture_narrower_than_any_person_gives_no_box_instead_of_an_error() -> None:
    assert len(load_detector(smallest_person_share=1.0).detect(np.zeros((300, 20, 3), np.uint8)).score) == 0


@pytest.mark.parametrize("shape", [(1, 1), (480, 640), (97, 33), (64, 2000)])
def test_any_size_of_picture_is_taken(shape: tuple[int, int]) -> None:
    load_detector(smallest_person_share=0.5).detect(np.zeros((*shape, 3), np.uint8))
