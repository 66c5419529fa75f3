"""Which frames are analysed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.cameras.protocol import Frame
from edge.newest import NewestFrame, Rate
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


def test_an_older_frame_gives_way_to_a_newer_one() -> None:
    newest = NewestFrame()
    assert [newest.put(frame(number)) for number in range(3)] == [False, True, True]
    taken = newest.take(0)
    assert isinstance(taken, Frame)
    assert taken.number == 2
    assert newest.take(0) is None


def test_the_last_frame_can_be_taken_after_the_end() -> None:
    newest = NewestFrame()
    newest.put(frame(7))
    newest.close()
    taken = newest.take(0)
    assert isinstance(taken, Frame)
    assert newest.take(0) == "closed"
