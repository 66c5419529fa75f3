"""Decline and the day of crossing a limit."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.light.ageing import DayLight, ageing

pytestmark = pytest.mark.unit

START = date(2026, 1, 1)


def declining(days: int, a_year: float = 0.2, first_lx: float = 400.0, ripple: float = 0.002) -> list[DayLight]:
    """Light that falls by a share of itself, with a ripple that averages out."""
    fall = 1 - a_year
    return [
        DayLight(START + timedelta(days=n), first_lx * fall ** (n / 365.25) * (1 + (ripple if n % 2 else -ripple)))
        for n in range(days)
    ]


def test_nothing_is_said_under_ninety_days() -> None:
    assert ageing(declining(90), 300) is None
    assert ageing(declining(91), 300) is not None


def test_a_few_weeks_spread_over_a_year_are_too_few() -> None:
    assert ageing([row for row in declining(365) if (row.day - START).days // 7 % 8 == 0], 300) is None


def test_the_decline_and_the_crossing_of_a_clean_series_are_its_own() -> None:
    found = ageing(declining(300), 300)
    assert found is not None
    assert found.decline_pct_a_year == pytest.approx(20, abs=0.5)
    assert found.decline_low <= found.decline_pct_a_year <= found.decline_high
    assert found.below_on is not None
    assert found.below_from is not None
    assert found.below_to is not None
    # 400 x 0.8^t = 300 at t = 1.289 years
    assert abs((found.below_on - START).days - 471) <= 5
    assert found.below_from <= found.below_on <= found.below_to


def test_light_that_does_not_decline_has_no_day() -> None:
    for a_year in (0.0, -0.2):
        found = ageing(declining(300, a_year=a_year, ripple=0.01), 300)
        assert found is not None
        assert (found.below_on, found.below_from, found.below_to) == (None, None, None)


def test_a_crossing_too_far_ahead_is_not_foretold() -> None:
    found = ageing(declining(120, a_year=0.02, ripple=0.0001), 300)
    assert found is not None
    assert found.horizon == START + timedelta(days=119 + 4 * 119)
    assert found.below_on is None


def test_an_uncertain_calibration_widens_the_interval() -> None:
    sure, unsure = (ageing(declining(300), 300, calibration_pct=pct) for pct in (0.0, 6.0))
    assert sure is not None
    assert unsure is not None
    assert sure.below_from is not None
    assert unsure.below_from is not None
    assert unsure.below_from < sure.below_from
    assert unsure.below_on == sure.below_on


@given(st.integers(91, 400), st.floats(0.02, 0.5), st.floats(150, 290), st.floats(0, 0.03))
def test_the_interval_holds_the_day_and_grows_with_its_scatter(days: int, a_year: float, limit: float, ripple: float) -> None:
    found = ageing(declining(days, a_year=a_year, ripple=ripple), limit)
    assert found is not None
    assert found.seen_to < found.horizon
    if found.below_on is not None:
        assert found.below_from is not None
        assert found.below_from <= found.below_on
        assert found.below_to is None or found.below_on <= found.below_to <= found.horizon


@given(st.randoms(), st.floats(0.5, 2))
def test_order_and_duplicates_change_nothing_and_the_unit_of_light_does_not_matter(chance: object, scale: float) -> None:
    rows = declining(200)
    mixed = [*rows, *rows[::3]]
    chance.shuffle(mixed)  # type: ignore[attr-defined] # hypothesis gives a random.Random
    assert ageing(mixed, 300) == ageing(rows, 300)
    scaled = ageing([DayLight(row.day, scale * row.lx) for row in rows], scale * 300)
    plain = ageing(rows, 300)
    assert scaled is not None
    assert plain is not None
    assert scaled.decline_pct_a_year == pytest.approx(plain.decline_pct_a_year)


def test_readings_of_zero_or_less_are_no_light() -> None:
    rows = [*declining(200), DayLight(START + timedelta(days=250), 0.0)]
    assert ageing(rows, 300) == ageing(declining(200), 300)
