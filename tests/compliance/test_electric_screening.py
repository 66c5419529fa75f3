"""The electric light alone may show a room likely below, where daylight hides it from the windows; it never proves anything."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from compliance.engine import judge
from compliance.evidence import ElectricDay
from compliance.gathering import read_electric
from compliance.light.days import LightDays
from compliance.packs import load_packs
from compliance.rules import Rule
from compliance.scoring import SchoolScorer
from compliance.verdicts import Verdict
from lamplighter.contract.measurements import READING
from lamplighter.storage.timeseries.duckdb import DuckDbSettings, DuckDbStore
from tests.compliance.light.school import FRIDAY, readings, school, survey

pytestmark = pytest.mark.unit


def electric(room: Any, lx: float, wide: float | None = 15.0, **given: Any) -> tuple[ElectricDay, ...]:
    facts = {"day": room.day, "lx": lx, "uncertainty_lx": wide, "steps": 4} | given
    return (ElectricDay(**facts),)


def judged(room: Any, rule: Rule, **given: Any) -> Verdict:
    evidence = room.evidence(**({"calibrations": (room.calibration(),)} | given))
    return judge(rule, room.space, room.day, evidence)


def codes(found: Verdict) -> list[str]:
    return [reason.code for reason in found.reasons]


def test_electric_light_below_the_limit_is_likely_below_with_its_uncertainty(room: Any, desk_rule: Rule) -> None:
    bright = room.monitor((500.0,) * 8)
    found = judged(room, desk_rule, electric=electric(room, 250.0), **bright)
    assert (found.verdict, found.value, found.uncertainty, found.marginal) == ("indicative_low", 250.0, 15.0, False)
    assert (found.samples, found.method, codes(found)) == (4, "monitor", ["stepped_low", "no_survey"])
    near = judged(room, desk_rule, electric=electric(room, 290.0), **bright)
    assert (near.verdict, near.marginal) == ("indicative_low", True)


def test_electric_light_above_the_limit_proves_nothing(room: Any, desk_rule: Rule) -> None:
    found = judged(room, desk_rule, electric=electric(room, 400.0))
    assert (found.verdict, codes(found)) == ("insufficient_data", ["no_survey", "sensor_cannot_prove"])


@pytest.mark.parametrize(("lx", "wide", "verdict"), [(250.0, 15.0, "indicative_low"), (290.0, 15.0, "pass"), (250.0, None, "pass")])
def test_a_survey_stands_unless_the_electric_light_is_low_beyond_its_uncertainty(
    room: Any, desk_rule: Rule, *, lx: float, wide: float | None, verdict: str
) -> None:
    assert judged(room, desk_rule, surveys=(room.survey(),), electric=electric(room, lx, wide)).verdict == verdict


@pytest.mark.parametrize(
    "changed",
    [
        {"steps": 2},
        {"day": FRIDAY - timedelta(days=1)},
    ],
)
def test_few_steps_or_another_day_tell_nothing(room: Any, desk_rule: Rule, changed: dict[str, Any]) -> None:
    found = judged(room, desk_rule, electric=electric(room, 250.0, **changed))
    assert found.verdict == "insufficient_data"


def test_the_light_of_one_group_of_lamps_says_nothing_of_the_whole_room(room: Any, desk_rule: Rule) -> None:
    part = room.calibration().model_copy(update={"lamps": "front"})
    lamps = {"front": "general", "back": "general"}
    found = judged(room, desk_rule, calibrations=(part,), lamps=lamps, electric=electric(room, 250.0))
    assert found.verdict == "insufficient_data"


def test_a_room_that_daylight_hides_is_found_from_its_readings() -> None:
    """Desks have 240 lx of lamps and up to 1200 lx of daylight: no window of the day is below 300 lx."""
    store = DuckDbStore(DuckDbSettings(path=Path(":memory:")))
    site = school(surveys=[survey(at="2024-05-01T12:00:00Z")])
    rules = [rule for rule in load_packs() if rule.id == "LGT-021"]
    for back in range(2):
        store.write(READING, readings(back, {"lux1": 0.75, "lux2": 0.75}))
    before = [one.verdict for one in SchoolScorer(site, rules, store).verdicts(FRIDAY, FRIDAY) if one.subject == "a101"]
    LightDays(site, rules, store).look([FRIDAY])
    (found,) = (one for one in SchoolScorer(site, rules, store).verdicts(FRIDAY, FRIDAY) if one.subject == "a101")
    known = read_electric(site, store, FRIDAY)["a101"][0]
    store.close()
    assert before == ["insufficient_data"]
    assert (found.verdict, found.samples, found.uncertainty) == ("indicative_low", 4, known.uncertainty_lx)
    assert found.value == pytest.approx(240, rel=0.02)
