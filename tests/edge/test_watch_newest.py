"""Which frames are analysed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.cameras.protocol import Frame
from edge.newest import NewestFrames, Rate
from tests.edge.watching import frame

pytestmark = pytest.mark.unit


@given(st.floats(1, 30), st.floats(1, 60))
def test_the_rate_is_the_wanted_one_or_the_sources_if_that_is_lower(wanted: float, source: float) -> None:
    rate = Rate(wanted)
    taken = sum(rate.due(number / source) for number in range(int(source * 20)))
    assert taken / 20 == pytest.approx(min(wanted, source), rel=0.13, abs=0.1)


def test_a_pause_of_the_source_is_not_made_up_for() -> None:
    rate = Rate(5)
    times = [0.0, 0.2, 0.4, 10.0, 10.1, 10.2, 10.3]
    assert [rate.due(at_s) for at_s in times] == [True, True, True, True, False, True, False]


def test_the_rate_may_change_on_the_way() -> None:
    rate = Rate(2)
    calm = [rate.due(number / 10) for number in range(10)]
    rate.fps = 10
    moving = [rate.due(1 + number / 10) for number in range(10)]
    rate.fps = 2
    after = [rate.due(2 + number / 10) for number in range(10)]
    assert [sum(taken) for taken in (calm, moving, after)] == [2, 10, 2]


def test_the_oldest_of_three_frames_gives_way() -> None:
    newest = NewestFrames()
    assert [newest.put(frame(number)) for number in range(4)] == [False, False, True, True]
    assert numbers(newest, 3) == [2, 3, None]


def test_frames_come_in_order_and_a_late_look_loses_none() -> None:
    newest, seen = NewestFrames(), []
    for number in range(0, 20, 2):
        newest.put(frame(number))
        assert not newest.put(frame(number + 1))
        seen += numbers(newest, 2)
    assert seen == list(range(20))


def test_the_last_frames_can_be_taken_after_the_end() -> None:
    newest = NewestFrames()
    newest.put(frame(6))
    newest.put(frame(7))
    newest.close()
    assert numbers(newest, 2) == [6, 7]
    assert newest.take(0) == "closed"


def numbers(newest: NewestFrames, takes: int) -> list[int | None]:
    taken = (newest.take(0) for _take in range(takes))
    return [one.number if isinstance(one, Frame) else None for one in taken]
