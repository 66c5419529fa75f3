"""When a picture is looked at, and which part of it."""

import numpy as np
import pytest

from edge.attention import Attention, AttentionSettings
from edge.motion import Seen
from edge.regions import Region, cut, region_round, whole, within

pytestmark = pytest.mark.unit

SIZE = (1280, 720)
NONE = np.zeros((0, 4), np.float32)
STILL = Seen(NONE, changed=False)
CHANGED = Seen(NONE, changed=True)


def _moving(*box: float) -> Seen:
    return Seen(np.array([box], np.float32), changed=False)


def _calm(settings: AttentionSettings | None = None) -> Attention:
    """Past its first look, at 2 s."""
    attention = Attention(settings or AttentionSettings(), least_px=416)
    for step in range(11):
        attention.region(CHANGED if step == 0 else STILL, SIZE, wanted_px=NONE, at_s=step / 5)
    return attention


def test_the_first_picture_is_looked_at_in_full() -> None:
    assert Attention(AttentionSettings(), least_px=416).region(CHANGED, SIZE, wanted_px=NONE, at_s=0) == whole(SIZE)


def test_nothing_moves_nothing_is_looked_at() -> None:
    assert _calm().region(STILL, SIZE, wanted_px=NONE, at_s=2.2) is None


def test_what_moves_is_looked_at_in_a_square_as_large_as_the_network() -> None:
    region = _calm().region(_moving(0.5, 0.5, 0.55, 0.6), SIZE, wanted_px=NONE, at_s=2.2)
    assert region == Region(464, 188, 880, 604)


def test_motion_all_over_is_one_pass_over_the_whole() -> None:
    seen = Seen(np.array([[0, 0, 0.1, 0.1], [0.9, 0.9, 1, 1]], np.float32), changed=False)
    assert _calm().region(seen, SIZE, wanted_px=NONE, at_s=2.2) == whole(SIZE)


def test_a_track_that_needs_a_look_gets_one_without_motion() -> None:
    wanted = np.array([[600, 300, 640, 400]], np.float32)
    region = _calm().region(STILL, SIZE, wanted_px=wanted, at_s=2.2)
    assert region is not None
    assert within(wanted, region).all()


def test_the_whole_picture_is_looked_at_now_and_then() -> None:
    attention = _calm(AttentionSettings(sweep_s=5))
    looks = [step / 5 for step in range(11, 60) if attention.region(STILL, SIZE, wanted_px=NONE, at_s=step / 5)]
    assert looks == [6.0, 11.0]


def test_a_change_of_light_is_not_looked_at_but_what_follows_is() -> None:
    attention = _calm()
    assert attention.region(CHANGED, SIZE, wanted_px=NONE, at_s=2.2) is None
    assert attention.region(STILL, SIZE, wanted_px=NONE, at_s=2.4) == whole(SIZE)


def test_a_picture_that_never_settles_is_looked_at_all_the_same() -> None:
    attention = _calm()
    looks = [attention.region(CHANGED, SIZE, wanted_px=NONE, at_s=2.2 + step / 5) for step in range(6)]
    assert looks == [None, None, None, whole(SIZE), whole(SIZE), whole(SIZE)]


def test_every_frame_means_every_frame() -> None:
    attention = _calm(AttentionSettings(every_frame=True))
    assert attention.region(STILL, SIZE, wanted_px=NONE, at_s=2.2) == whole(SIZE)


def test_a_camera_is_idle_once_nothing_has_moved_for_as_long_as_set() -> None:
    attention = _calm(AttentionSettings(key_frames_after_s=10))
    idle = []
    for at_s, seen in (
        (2.2, _moving(0.5, 0.5, 0.55, 0.6)),
        (12.0, STILL),
        (12.4, STILL),
        (12.6, _moving(0, 0, 1, 1)),
        (12.8, STILL),
    ):
        attention.region(seen, SIZE, wanted_px=NONE, at_s=at_s)
        idle.append(attention.idle(at_s))
    assert idle == [False, False, True, False, False]


def test_a_camera_is_never_idle_where_the_settings_say_so() -> None:
    attention = _calm(AttentionSettings(key_frames_after_s=0))
    attention.region(STILL, SIZE, wanted_px=NONE, at_s=500.0)
    assert not attention.idle(500.0)


@pytest.mark.parametrize("box", [(0, 0, 20, 40), (1260, 680, 1280, 720), (0, 300, 30, 500)])
def test_a_region_lies_in_the_picture_and_holds_what_it_is_for(box: tuple[int, int, int, int]) -> None:
    region = region_round(np.array([box], np.float32), SIZE, least_px=416)
    assert (region.width, region.height) == (416, 416)
    assert region.left >= 0
    assert region.bottom <= SIZE[1]
    assert within(np.array([box], np.float32), region, share=1.0).all()


def test_only_borders_inside_the_picture_cut() -> None:
    region = Region(0, 100, 400, 500)
    boxes = np.array([[0, 200, 50, 300], [350, 200, 400, 300], [100, 100, 150, 200]], np.float32)
    assert cut(boxes, region, (1280, 720)).tolist() == [False, True, True]
