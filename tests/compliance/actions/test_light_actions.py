"""What lamps ask becomes one action each: opened with its reason, closed when it is over or answered, opened again."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from compliance.actions.engine import report_done
from compliance.actions.light import Seen, follow
from compliance.actions.model import Action, Terms
from compliance.light.ageing import Ageing
from compliance.light.days import RoomDay
from compliance.light.evenness import Pattern
from compliance.light.findings import LightFinding, findings_of
from compliance.light.use import Use
from lamplighter.site.model import Site
from tests.compliance.light.school import FRIDAY, school, survey

pytestmark = pytest.mark.unit

SITE = school()
UNEVEN = LightFinding("uneven", "a101", True, "不均匀", "uneven")
QUIET = LightFinding("uneven", "a101", False)
UNKNOWN = LightFinding("uneven", "a101", None)


def day(number: int) -> date:
    return FRIDAY + timedelta(days=number)


def after(*days: tuple[LightFinding, ...], taught: Sequence[bool] = (), known: Mapping[str, Action] | None = None) -> list[Action]:
    """The actions after days of findings, each looked at twice: the same again changes nothing."""
    actions = dict(known or {})
    for number, found in enumerate(days):
        seen = Seen(SITE, day(number), taught[number] if taught else True, Terms())
        actions = follow(actions, found, seen)
        assert follow(actions, found, seen) == actions
    return list(actions.values())


def test_a_finding_that_holds_for_days_is_one_action_with_its_reason() -> None:
    (action,) = after((UNEVEN,), (UNEVEN,), (UNEVEN,))
    assert (action.id, action.kind, action.state) == ("s1/a101/light-uneven/survey", "survey", "open")
    assert (action.why_zh, action.why_en, action.due) == ("不均匀", "uneven", FRIDAY + timedelta(days=30))
    assert [event.what for event in action.events] == ["opened"]


def test_it_closes_after_three_school_days_without_it_and_days_that_cannot_tell_do_not_count() -> None:
    two = ((UNEVEN,), (QUIET,), (UNKNOWN,), (QUIET,))
    assert [one.state for one in after(*two)] == ["open"]
    assert [one.state for one in after(*two, (QUIET,), taught=[True] * 4 + [False])] == ["open"]
    (closed,) = after(*two, (QUIET,))
    assert [event.what for event in closed.events] == ["opened", "closed"]


def test_it_opens_again_when_it_comes_back_or_was_not_done_after_all() -> None:
    (action,) = after((UNEVEN,), (QUIET,), (QUIET,), (QUIET,), (UNEVEN,))
    assert (action.state, action.reopened) == ("open", 1)
    told = report_done(after((UNEVEN,))[0], on=day(-1), who="z")
    (again,) = after((UNEVEN,), known={told.id: told})
    assert (again.state, again.reopened) == ("open", 1)


def test_a_survey_after_it_opened_answers_it_at_once_and_an_older_one_does_not() -> None:
    surveyed = UNKNOWN._replace(answered_on=FRIDAY)
    assert [one.state for one in after((UNEVEN,), (surveyed,))] == ["open"]
    assert [one.state for one in after((UNEVEN,), (surveyed._replace(answered_on=day(1)),))] == ["closed"]


def test_what_never_held_opens_nothing() -> None:
    assert after((QUIET, UNKNOWN, LightFinding("left_on", "a101", False))) == []


# From a room's day to what it asks


def room(**given: Any) -> RoomDay:
    facts = {"electric": None, "pattern": None, "uneven": False, "decline": None, "use": Use(8, 0, 4, 100)}
    return RoomDay("a101", **(facts | given))


def found(one: RoomDay, site: Site = SITE) -> dict[str, LightFinding]:
    return {finding.name: finding for finding in findings_of(site, one, FRIDAY)}


def test_a_weak_part_of_the_room_names_its_sensor() -> None:
    weak = found(room(pattern=Pattern("lux2", 0.6, 0.05), uneven=True), school(surveys=[survey()]))["uneven"]
    assert weak.holds
    assert "lux2" in weak.zh
    assert "lux2 the lamps give 60 %" in weak.en
    assert weak.answered_on == date(2026, 5, 1)
    assert found(room(pattern=Pattern("lux2", 0.98, 0.05)))["uneven"].holds is False
    assert found(room())["uneven"].holds is None


def decline(**given: Any) -> Ageing:
    facts: dict[str, Any] = {
        "decline_pct_a_year": 12.0,
        "decline_low": 10.0,
        "decline_high": 14.0,
        "seen_to": FRIDAY,
        "horizon": day(1000),
    }
    return Ageing(**({"below_on": day(120), "below_from": day(80), "below_to": day(200)} | facts | given))


def test_declining_lamps_are_to_be_cleaned_or_replaced_by_the_day_they_fall_below() -> None:
    near = found(room(decline=decline()))["declining"]
    assert (near.holds, near.due) == (True, day(120))
    assert f"{day(120)}" in near.en
    assert found(room(decline=decline(below_on=day(-20))))["declining"].due == FRIDAY
    far = found(room(decline=decline(below_from=day(91))))["declining"]
    assert (far.holds, far.due) == (False, None)
    assert found(room(decline=decline(below_on=None, below_from=None, below_to=None)))["declining"].holds is False
    assert found(room())["declining"].holds is None


@pytest.mark.parametrize(
    ("hours", "known_pct", "holds"), [(1.0, 100, True), (1.0, 20, True), (0.9, 100, False), (0.0, 49, None), (0.0, 50, False)]
)
def test_lamps_left_on_for_an_hour_are_told_and_an_unknown_day_tells_nothing(
    hours: float, known_pct: float, *, holds: bool | None
) -> None:
    assert found(room(use=Use(9, hours, 4, known_pct)))["left_on"].holds is holds
