"""What of a room's light is told at once: when it holds, when it no longer does, when nobody can tell."""

from datetime import date, timedelta
from typing import Any

import pytest

from compliance.light.ageing import Ageing
from compliance.light.conditions import LightLevel, levels_of
from compliance.light.days import RoomDay
from compliance.light.evenness import Pattern, Surveyed
from compliance.light.use import Use
from lamplighter.site.model import Site

pytestmark = pytest.mark.unit

DAY = date(2026, 11, 20)
SURVEYED_ON = date(2026, 9, 20)


def school(*works: tuple[str, date]) -> Site:
    label = {"zh": "校", "en": "School"}
    return Site.model_validate(
        {
            "district": "d1",
            "school": "s1",
            "label": label,
            "spaces": [{"id": "a101", "building": "a", "label": label}],
            "works": [{"space": "a101", "kind": kind, "on": on} for kind, on in works],
        }
    )


def room(**given: Any) -> RoomDay:
    facts = {"electric": None, "pattern": None, "uneven": False, "decline": None, "use": Use(8, 0, 4, 100)}
    return RoomDay("a101", **(facts | given))


def uneven(given: RoomDay, *works: tuple[str, date]) -> LightLevel:
    return levels_of(school(*works), given, DAY)[0]


def depreciation(given: RoomDay, *works: tuple[str, date]) -> LightLevel:
    return levels_of(school(*works), given, DAY)[1]


def survey(uniformity: float, *, counts: bool = True) -> Surveyed:
    return Surveyed(SURVEYED_ON, uniformity, 0.7, counts)


def declining(first: date | None) -> Ageing:
    on = None if first is None else first + timedelta(days=60)
    return Ageing(6.04, 4.0, 8.0, on, first, None, DAY, DAY + timedelta(days=400))


def test_a_room_that_its_survey_found_uneven_is_uneven_since_the_survey() -> None:
    level = uneven(room(surveyed=survey(0.66)))
    assert (level.kind, level.room, level.holds, level.since) == ("uneven", "a101", True, SURVEYED_ON)
    assert level.evidence == {"uniformity": 0.66, "limit_uniformity": 0.7, "surveyed_on": "2026-09-20"}


@pytest.mark.parametrize("uniformity", [0.66, 0.8])
def test_a_survey_that_is_no_evidence_neither_raises_nor_ends_anything(uniformity: float) -> None:
    level = uneven(room(surveyed=survey(uniformity, counts=False)))
    assert (level.holds, level.answered_on) == (None, None)


def test_a_changed_pattern_names_the_sensor_whose_part_lost_light() -> None:
    level = uneven(room(surveyed=survey(0.8), pattern=Pattern("lux2", 0.6, 0.05), uneven=True))
    assert (level.holds, level.since) == (True, DAY)
    assert level.evidence["device"] == "lux2"
    assert level.evidence["pattern_pct"] == 60


@pytest.mark.parametrize(
    ("share", "holds"),
    [
        (0.99, False),
        (0.88, False),
        (0.86, None),  # the best value is below the limit, though not beyond its uncertainty: what was raised stays
    ],
)
def test_it_clears_only_where_the_best_value_is_above_the_limit(share: float, holds: bool | None) -> None:  # noqa: FBT001 - a table's column
    assert uneven(room(surveyed=survey(0.8), pattern=Pattern("lux2", share, 0.08))).holds is holds


def test_an_even_survey_without_sensors_answers_what_was_raised_before_it() -> None:
    level = uneven(room(surveyed=survey(0.8)))
    assert (level.holds, level.answered_on) == (None, SURVEYED_ON)


def test_new_lamps_end_what_a_survey_before_them_said_and_cleaning_does_not() -> None:
    replaced = SURVEYED_ON + timedelta(days=10)
    ended = uneven(room(surveyed=survey(0.66)), ("lamps_replaced", replaced))
    assert (ended.holds, ended.answered_on) == (None, replaced)
    assert uneven(room(surveyed=survey(0.66)), ("lamps_cleaned", replaced)).holds is True
    assert uneven(room(surveyed=survey(0.66)), ("lamps_replaced", DAY + timedelta(days=1))).holds is True


@pytest.mark.parametrize(
    ("first_in_days", "holds"),
    [(-10, True), (90, True), (91, None), (120, None), (121, False), (None, False)],
)
def test_a_forecast_that_moves_about_its_limit_is_one_condition(first_in_days: int | None, holds: bool | None) -> None:  # noqa: FBT001 - a table's column
    first = None if first_in_days is None else DAY + timedelta(days=first_in_days)
    assert depreciation(room(decline=declining(first))).holds is holds


def test_decline_says_how_fast_and_when() -> None:
    level = depreciation(room(decline=declining(DAY + timedelta(days=30))))
    assert level.kind == "lumen_depreciation"
    assert level.evidence == {"decline_pct_a_year": 6.0, "below_on": "2027-02-18", "below_from": "2026-12-20"}


def test_a_room_nobody_can_tell_of_is_answered_by_clean_lamps() -> None:
    cleaned = DAY - timedelta(days=3)
    level = depreciation(room(), ("lamps_cleaned", cleaned))
    assert (level.holds, level.answered_on) == (None, cleaned)
    assert depreciation(room()).answered_on is None
