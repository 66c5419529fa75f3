"""Too many people."""

import numpy as np
import pytest

from edge.cameras.protocol import Image
from edge.detectors.protocol import Detections
from edge.rules.crowding import Crowding
from edge.rules.headcount import Headcount, people
from tests.edge.rules.staging import FPS, changes, course, scene
from tests.edge.rules.staging import people as detections

pytestmark = pytest.mark.unit


def _row(count: int) -> list[tuple[float, float, float, float]]:
    return [(4.0 + 18 * place, 50.0, 16.0 + 18 * place, 90.0) for place in range(count)]


def test_more_than_the_limit_for_a_while_is_a_crowd() -> None:
    scenes = [scene(n / FPS, *_row(5)) for n in range(40)]
    ((at_s, active, _detail),) = changes(course(Crowding(camera="c1", limit=4, on_delay_s=3).watch(), scenes))
    assert active
    assert 3 <= at_s <= 4


def test_the_limit_itself_is_none() -> None:
    scenes = [scene(n / FPS, *_row(4)) for n in range(60)]
    assert changes(course(Crowding(camera="c1", limit=4).watch(), scenes)) == []


def test_a_detector_that_doubles_for_a_moment_makes_no_crowd() -> None:
    scenes = [scene(n / FPS, *_row(8 if n % 10 == 0 else 4)) for n in range(100)]
    assert changes(course(Crowding(camera="c1", limit=4).watch(), scenes)) == []


def test_only_those_in_the_zone_count() -> None:
    left = ((0.0, 0.0), (0.3, 0.0), (0.3, 1.0), (0.0, 1.0))
    scenes = [scene(n / FPS, *_row(7)) for n in range(40)]
    assert changes(course(Crowding(camera="c1", limit=4, zone=left).watch(), scenes)) == []


def test_a_body_cut_by_the_edge_of_a_part_counts_once() -> None:
    body = (70.0, 10.0, 100.0, 50.0)

    def look(image: Image) -> Detections:
        """Whole in the whole picture; in the upper left part the same body."""
        return detections(body) if image.shape[0] == 100 or image[0, 0, 0] == 1 else detections()

    picture = np.zeros((100, 200, 3), np.uint8)
    picture[0, 0] = 1
    assert len(people(picture, look, sure_score=0.3)) == 1


def test_a_thing_is_nobody() -> None:
    scenes = [scene(n / FPS, *_row(5))._replace(things=frozenset({2})) for n in range(60)]
    assert changes(course(Crowding(camera="c1", limit=4).watch(), scenes)) == []


def test_a_thing_found_again_in_a_part_of_a_dense_picture_is_nobody() -> None:
    def look(image: Image) -> Detections:
        """Everybody in the whole picture, nobody more in its parts."""
        return detections(*_row(10)) if image.shape[0] == 100 else detections()

    crowd = scene(0.0, *_row(10), look=look)
    headcount = Headcount(0.3)
    assert len(headcount.of(crowd)) == 10
    assert len(headcount.of(crowd._replace(things=frozenset({3})))) == 9
