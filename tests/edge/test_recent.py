"""What is kept of a camera's last minutes."""

import pytest

from edge.recent import Recent, scenes
from tests.edge.rules.staging import scene

pytestmark = pytest.mark.unit

BOX = (10.0, 20.0, 30.0, 60.0)


def test_boxes_come_back_in_order_and_pixels_do_not() -> None:
    recent = Recent()
    for second in range(3):
        recent.add(scene(float(second), *[BOX] * second, first_id=7))
    found = list(scenes("c1", recent.moments()))
    assert [len(one.tracks) for one in found] == [0, 1, 2]
    assert found[1].tracks[0]._replace(score=0.8) == (7, "person", 0.8, BOX, BOX, True)
    assert [one.frame.at_ms for one in found] == [0, 1000, 2000]
    assert found[0].frame.image.shape == (100, 200, 3)
    assert found[0].frame.image.base is not None, "one pixel stands for all"


def test_what_is_older_than_the_time_goes() -> None:
    recent = Recent(kept_s=10)
    for second in range(30):
        recent.add(scene(float(second), BOX))
    assert [one.frame.media_s for one in scenes("c1", recent.moments())] == [float(second) for second in range(19, 30)]


def test_a_crowd_shortens_the_time_and_never_grows_the_memory() -> None:
    recent = Recent(most_boxes=100)
    for second in range(30):
        recent.add(scene(float(second), *[BOX] * 30))
    assert sum(len(one.tracks) for one in scenes("c1", recent.moments())) == 90
