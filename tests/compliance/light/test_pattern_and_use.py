"""A changed pattern of light, and how lamps were used."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.evidence import WINDOW_MS, LampWindow
from compliance.light.electric import Step
from compliance.light.evenness import Pattern, Surveyed, likely_uneven, pattern_of
from compliance.light.use import Presence, use_of

pytestmark = pytest.mark.unit


def step(**by_device: float) -> Step:
    return Step(0, sum(by_device.values()) / len(by_device), 1.0, by_device)


def test_sensors_that_agree_as_at_the_survey_are_no_change() -> None:
    found = pattern_of([step(a=300, b=303, c=297)] * 5, 3.0)
    assert found is not None
    assert found.device == "c"
    assert found.share == pytest.approx(0.99)
    assert not found.changed


def test_a_part_that_lost_its_lamps_is_named_with_what_is_left() -> None:
    found = pattern_of([step(a=330, b=330, c=150)] * 5, 3.0)
    assert found is not None
    assert found.device == "c"
    assert found.share == pytest.approx(150 / 270)
    assert found.changed


@given(st.floats(0.1, 3))
def test_a_room_that_dims_as_a_whole_keeps_its_pattern(level: float) -> None:
    one, other = (pattern_of([step(a=300 * x, b=280 * x)] * 4, 3.0) for x in (1.0, level))
    assert one is not None
    assert other is not None
    assert other.share == pytest.approx(one.share)


def test_one_sensor_or_two_switchings_show_no_pattern() -> None:
    assert pattern_of([step(a=300)] * 5, 3.0) is None
    assert pattern_of([step(a=300, b=200)] * 2, 3.0) is None


@pytest.mark.parametrize(("share", "uneven"), [(0.99, False), (0.90, False), (0.80, True)])
def test_uneven_is_below_the_limit_beyond_the_uncertainty(share: float, uneven: bool) -> None:  # noqa: FBT001 - a table's column
    assert likely_uneven(Pattern("a", share, 0.05), Surveyed(date(2026, 9, 1), 0.80, 0.70, counts=True)) is uneven


DAY = (0, 24 * 3_600_000)
LESSONS = ((8 * 3_600_000, 17 * 3_600_000),)


def hours(first: int, last: int, power_w: float = 600.0, lit: float = 100.0) -> list[LampWindow]:
    return [LampWindow(at, lit, 100.0, power_w) for at in range(first * 3_600_000, last * 3_600_000, WINDOW_MS)]


def night(at_ms: int) -> bool:
    return at_ms >= 22 * 3_600_000


def test_energy_is_power_over_time_and_standby_counts() -> None:
    found = use_of([*hours(8, 18), *hours(18, 24, power_w=6.0, lit=0.0)], DAY, Presence(LESSONS, night, {}))
    assert found.energy_kwh == pytest.approx(10 * 0.6 + 6 * 0.006)
    assert found.lit_h == pytest.approx(10)
    assert found.known_pct == pytest.approx(100 * 16 / 24)


def test_without_a_sensor_lamps_are_left_on_only_in_the_night() -> None:
    assert use_of(hours(17, 24), DAY, Presence(LESSONS, night, {})).left_on_h == pytest.approx(2)


def test_with_a_sensor_lamps_are_left_on_when_nobody_is_there_outside_lessons() -> None:
    occupied = {row.at_ms: 20.0 if row.at_ms < 19 * 3_600_000 else 0.0 for row in hours(0, 24)}
    assert use_of(hours(12, 21), DAY, Presence(LESSONS, night, occupied)).left_on_h == pytest.approx(2)


@given(st.lists(st.sampled_from(hours(0, 30)), max_size=60))
def test_windows_outside_the_day_and_duplicates_change_nothing(rows: list[LampWindow]) -> None:
    presence = Presence(LESSONS, night, {})
    inside = {row.at_ms: row for row in rows if row.at_ms < DAY[1]}
    one, other = use_of(rows, DAY, presence), use_of(inside.values(), DAY, presence)
    assert one == pytest.approx(other)
    assert one.left_on_h <= one.lit_h <= 24
