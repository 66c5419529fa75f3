"""Faults of a camera that still gives pictures."""

import pytest

from edge.camera_health import CameraClock, FrameRate

pytestmark = pytest.mark.unit


def _rates(rate: FrameRate, fps: float, *, start_s: float, seconds: float) -> list[bool]:
    levels = [rate.came(1, at_s=start_s + step / fps, at_ms=0) for step in range(int(seconds * fps))]
    return [level.active for level in levels if level is not None]


def test_too_few_frames_are_said_once_and_so_is_the_return() -> None:
    rate = FrameRate("c1", fps=5)
    assert _rates(rate, 5, start_s=0, seconds=60) == [False]
    assert _rates(rate, 1, start_s=60, seconds=60) == [True]
    assert _rates(rate, 5, start_s=120, seconds=60) == [False]


def test_a_camera_just_opened_is_not_judged_yet() -> None:
    rate = FrameRate("c1", fps=5)
    assert _rates(rate, 1, start_s=0, seconds=20) == []
    rate.begin()
    assert _rates(rate, 1, start_s=20, seconds=20) == []


def test_a_frame_stands_for_those_that_came_with_it() -> None:
    rate = FrameRate("c1", fps=5)
    assert [level.active for step in range(60) if (level := rate.came(3, at_s=step * 0.6, at_ms=0)) is not None] == [False]


def test_a_wrong_clock_is_said_once_with_how_wrong_it_is() -> None:
    clock = CameraClock("c1")
    levels = [clock.told(1_000_000 + step * 200 - 90_000, at_ms=1_000_000 + step * 200) for step in range(60)]
    (said,) = [level for level in levels if level is not None]
    assert (said.kind, said.active, said.evidence["offset_s"]) == ("clock_offset", True, -90.0)


def test_a_clock_set_right_is_said_once() -> None:
    clock = CameraClock("c1")
    offsets = [-90_000] * 40 + [100] * 60
    levels = [clock.told(10**12 + offset, at_ms=10**12) for offset in offsets]
    assert [level.active for level in levels if level is not None] == [True, False]


def test_a_clock_that_is_right_from_the_start_clears_what_an_earlier_start_raised() -> None:
    clock = CameraClock("c1")
    levels = [clock.told(10**12 + 100, at_ms=10**12) for _report in range(60)]
    assert [level.active for level in levels if level is not None] == [False]


def test_what_onvif_says_goes_before_sender_reports_and_is_forgotten_after_two_hours() -> None:
    clock = CameraClock("c1")
    said = clock.asked(0.4, at_ms=0)
    assert said is not None
    assert (said.active, said.evidence["by"]) == (False, "onvif")
    assert [clock.told(step - 90_000, at_ms=step) for step in range(60)] == [None] * 60
    assert clock.ahead_s(at_ms=60) == 0.4
    late = [clock.told(at_ms - 90_000, at_ms=at_ms) for at_ms in range(7_200_000, 7_200_060)]
    assert [(level.active, level.evidence["by"]) for level in late if level is not None] == [(True, "rtcp")]
    assert clock.ahead_s(at_ms=7_200_060) == -90.0


def test_a_camera_that_tells_no_time_is_not_judged() -> None:
    clock = CameraClock("c1")
    assert [clock.told(None, at_ms=step) for step in range(100)] == [None] * 100
