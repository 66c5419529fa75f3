"""How much of the armed time a camera was really watched."""

import pytest

from edge.coverage import Coverage, Watched

pytestmark = pytest.mark.unit


def test_frames_in_time_are_watched_time() -> None:
    account = Coverage(0.0, fps=5)
    for step in range(1, 51):
        account.analysed(step / 5, armed=True)
    assert account.until(10.0, armed=True) == pytest.approx((10.0, 10.0))


def test_a_gap_is_armed_time_nobody_watched() -> None:
    account = Coverage(0.0, fps=5)
    account.analysed(0.2, armed=True)
    account.analysed(30.2, armed=True)
    assert account.until(30.2, armed=True) == pytest.approx((30.2, 0.2))


def test_a_camera_that_never_came_is_armed_and_not_watched() -> None:
    assert Coverage(0.0, fps=5).until(60.0, armed=True) == Watched(60.0, 0.0)


def test_disarmed_time_is_no_business_of_coverage() -> None:
    account = Coverage(0.0, fps=5)
    account.analysed(0.2, armed=False)
    assert account.until(60.0, armed=False) == Watched(0.0, 0.0)


def test_a_covered_camera_watches_nothing() -> None:
    account = Coverage(0.0, fps=5)
    account.analysed(0.2, armed=True, blind=True)
    assert account.until(0.2, armed=True) == pytest.approx((0.2, 0.0))


def test_a_slow_camera_is_judged_by_its_own_rate() -> None:
    account = Coverage(0.0, fps=1)
    for step in range(1, 6):
        account.analysed(step * 2.0, armed=True)
    assert account.until(10.0, armed=True) == Watched(10.0, 10.0)
