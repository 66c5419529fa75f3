"""An inspector's readings beside survey and sensors: both values, the difference, and what can be told of it."""

from datetime import date
from typing import Any

import pytest

from compliance.evidence import ElectricDay
from compliance.visits.compare import Known, compare
from compliance.visits.model import Reading
from lamplighter.site.model import Survey
from tests.compliance.light.school import survey

pytestmark = pytest.mark.unit

SURVEY = Survey.model_validate(survey())
"""400, 390 ... 320 lx, 360 on average, 4 %."""
ON = date(2026, 5, 1)
SURVEYED = Known(SURVEY, ON, None)
METER = {"meter_serial": "M7", "meter_calibrated_until": "2027-03-01", "uncertainty_pct": 3.0}


def reading(lx: float, place: int | None = None, **more: Any) -> Reading:
    """At one of the survey's nine places, or nobody knows where."""
    at = {} if place is None else {"x_m": 1 + 2 * (place % 3), "y_m": 1 + 2 * (place // 3)}
    return Reading.model_validate({"space": "a101", "lx": lx, "lamps_off_lx": 0, **METER, **at, **more})


@pytest.mark.parametrize(("lx", "exceeds"), [(385, False), (419, False), (421, True), (379, True)])
def test_a_reading_is_compared_with_the_same_point_of_the_survey(lx: float, *, exceeds: bool) -> None:
    """The point had 400 lx: both uncertainties together are about 20 lx, never the whole room's average."""
    (found,) = compare("a101", [reading(lx, 0)], SURVEYED)
    assert (found.source, found.basis, found.points) == ("survey", "same_points", 1)
    assert (found.known_lx, found.difference_lx, found.exceeds) == (400.0, lx - 400, exceeds)
    assert (found.visit_uncertainty_lx, found.known_uncertainty_lx) == (round(lx * 0.03, 2), 16.0)


def test_daylight_is_taken_off_and_a_place_read_twice_has_one_voice() -> None:
    rows = [reading(450, 0, lamps_off_lx=50), reading(440, 0, lamps_off_lx=60), reading(390, 1, x_m=3.1, y_m=1.1)]
    (found,) = compare("a101", rows, SURVEYED)
    assert (found.visit_lx, found.known_lx, found.points) == (390.0, 395.0, 2)


def test_of_few_readings_nobody_knows_where_the_average_cannot_be_told() -> None:
    (found,) = compare("a101", [reading(200)], SURVEYED)
    assert (found.basis, found.known_lx, found.difference_lx, found.exceeds) == ("few_points", 360.0, -160.0, None)


def test_nine_places_make_an_average_to_hold_against_the_sensors() -> None:
    rows = [reading(300 + place, place) for place in range(9)]
    known = Known(None, None, ElectricDay(date(2026, 11, 19), 340.0, 20.0, 4))
    (found,) = compare("a101", rows, known)
    assert (found.source, found.basis, found.difference_lx, found.exceeds) == ("monitor", "average", -36.0, True)
    (fewer,) = compare("a101", rows[:8], known)
    assert (fewer.basis, fewer.exceeds) == ("few_points", None)


def test_without_a_stated_uncertainty_nobody_can_tell() -> None:
    (found,) = compare("a101", [reading(100, 0, uncertainty_pct=None)], SURVEYED)
    assert (found.visit_uncertainty_lx, found.exceeds) == (None, None)


def test_without_lamps_off_readings_or_anything_known_there_is_nothing_to_compare() -> None:
    assert compare("a101", [reading(300, 0, lamps_off_lx=None)], SURVEYED) == []
    assert compare("a101", [reading(300, 0, space="a102")], SURVEYED) == []
    assert compare("a101", [reading(300, 0)], Known(None, None, None)) == []
