"""Days are closed when their readings have stopped coming."""

import pytest

from compliance.settling import LONGEST_MS, QUIET_MS, Settling

pytestmark = pytest.mark.unit


def test_readings_that_stand_still_have_settled() -> None:
    settling = Settling()
    assert not settling.settled(5, 0)
    assert not settling.settled(5, QUIET_MS - 1)
    assert settling.settled(5, QUIET_MS)


def test_each_reading_that_comes_begins_the_wait_anew() -> None:
    settling = Settling()
    assert not settling.settled(5, 0)
    assert not settling.settled(6, QUIET_MS)
    assert not settling.settled(6, 2 * QUIET_MS - 1)
    assert settling.settled(6, 2 * QUIET_MS)


def test_a_stream_without_end_holds_nothing_up_for_ever() -> None:
    settling = Settling()
    answers = [settling.settled(number, number * 10_000) for number in range(LONGEST_MS // 10_000 + 1)]
    assert answers == [*[False] * (LONGEST_MS // 10_000), True]
