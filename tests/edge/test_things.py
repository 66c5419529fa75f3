"""A sign is found as a person all day; a person stirs."""

import numpy as np
import pytest

from edge.motion import Seen
from edge.rules.protocol import Track
from edge.things import Things

pytestmark = pytest.mark.unit

SIZE_PX = (320, 180)
SIGN = (100.0, 40.0, 120.0, 90.0)
PASSER = (110.0, 40.0, 140.0, 100.0)


def seen(*stirring: tuple[float, float, float, float]) -> Seen:
    """Cells of 2 px; one in the middle of each box stirs."""
    cells = np.zeros((90, 160), np.bool_)
    for left, top, right, bottom in stirring:
        cells[int((top + bottom) / 4), int((left + right) / 4)] = True
    return Seen(np.zeros((0, 4), np.float32), changed=False, cells=cells)


CHANGED = Seen(np.zeros((0, 4), np.float32), changed=True)


def sign(id_: int = 1) -> Track:
    return Track(id_, "person", 0.5, SIGN)


def passer() -> Track:
    return Track(9, "person", 0.8, PASSER)


def test_what_never_stirs_is_a_thing_after_ten_seconds() -> None:
    things = Things()
    told = [things.among((sign(),), seen(), n / 5, SIZE_PX) for n in range(80)]
    first = next(n for n, found in enumerate(told) if found)
    assert 9 <= first / 5 <= 10
    assert told[-1] == {1}


def test_who_stirs_for_a_moment_three_times_a_minute_is_nobody_s_thing() -> None:
    things = Things()
    told = [things.among((sign(),), seen(SIGN) if n % 100 < 2 else seen(), n / 5, SIZE_PX) for n in range(2000)]
    assert not any(told)


def test_a_shadow_that_falls_on_a_sign_brings_it_to_life_for_seconds_only() -> None:
    things = Things()
    told = [things.among((sign(),), seen(SIGN) if 200 <= n < 202 else seen(), n / 5, SIZE_PX) for n in range(400)]
    assert told[199] == {1}
    assert sum(not found for found in told[200:]) / 5 < 15


def test_somebody_the_camera_loses_for_a_moment_is_remembered() -> None:
    things = Things()
    for n in range(50):
        things.among((sign(),), seen(SIGN), n / 5, SIZE_PX)
    things.among((), seen(), 10.0, SIZE_PX)
    assert not any(things.among((sign(),), seen(), 10.2 + n / 5, SIZE_PX) for n in range(250))


def test_what_stirs_in_a_passer_s_box_does_not_bring_a_sign_to_life() -> None:
    things = Things()
    for n in range(100):
        passing = 20 <= n < 40
        told = things.among((sign(), passer()) if passing else (sign(),), seen(SIGN, PASSER) if passing else seen(), n / 5, SIZE_PX)
    assert told == {1}


def test_somebody_who_sits_half_behind_another_all_the_time_is_never_taken_for_a_thing() -> None:
    things = Things()
    told = [things.among((sign(), passer()), seen(PASSER), n / 5, SIZE_PX) for n in range(300)]
    assert not any(told)


def test_a_change_of_the_light_says_nothing() -> None:
    things = Things()
    told = [things.among((sign(),), CHANGED, n / 5, SIZE_PX) for n in range(300)]
    assert not any(told)


def test_what_went_on_while_nobody_looked_counts_for_a_second() -> None:
    things = Things()
    assert not any(things.among((sign(),), seen(), n * 60.0, SIZE_PX) for n in range(9))


def test_a_thing_that_is_carried_off_counts_again() -> None:
    things = Things()
    for n in range(80):
        told = things.among((sign(),), seen(), n / 5, SIZE_PX)
    assert told == {1}
    assert things.among((sign(),), seen(SIGN), 16.0, SIZE_PX) == frozenset()
    assert things.among((), seen(), 16.2, SIZE_PX) == frozenset()
