"""Which evidence gives which verdict."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest

from compliance.engine import judge
from compliance.rules import Rule
from compliance.subjects import of_space
from compliance.verdicts import Verdict
from lamplighter.site.model import Label, Space, SurveyPoint

pytestmark = pytest.mark.unit


def codes(verdict: Verdict) -> set[str]:
    return {reason.code for reason in verdict.reasons}


def test_a_sound_survey_above_the_limit_passes(room: Any, desk_rule: Rule) -> None:
    found = judge(desk_rule, room.space, room.day, room.evidence(surveys=(room.survey(),)))
    assert (found.verdict, found.value, found.margin, found.samples, found.method) == ("pass", 340.0, 40.0, 9, "survey")


def test_the_residual_daylight_of_each_point_is_taken_off(room: Any, desk_rule: Rule) -> None:
    survey = room.survey(points=room.points(lx=305, off=10))
    found = judge(desk_rule, room.space, room.day, room.evidence(surveys=(survey,)))
    assert (found.verdict, found.value, found.margin) == ("fail", 295.0, -5.0)


@pytest.mark.parametrize(("lx", "off"), [(300.0, 0.0), (310.1, 10.1), (300.7, 0.7), (1000.3, 700.3)])
def test_an_average_on_the_limit_passes_however_it_is_written(room: Any, desk_rule: Rule, lx: float, off: float) -> None:
    survey = room.survey(points=room.points(lx=lx, off=off))
    found = judge(desk_rule, room.space, room.day, room.evidence(surveys=(survey,)))
    assert (found.verdict, found.value, found.margin) == ("pass", 300.0, 0.0)


def test_an_average_a_hair_below_the_limit_fails_though_it_would_round_to_it(room: Any, desk_rule: Rule) -> None:
    survey = room.survey(points=room.points(lx=299.999, off=0))
    found = judge(desk_rule, room.space, room.day, room.evidence(surveys=(survey,)))
    assert found.verdict == "fail"


FAULTS = [
    ({"points": "eight"}, "survey_points"),
    ({"warm_up_min": 14.9}, "survey_warm_up"),
    ({"curtains_drawn": False}, "survey_curtains"),
    ({"meter_calibrated_until": date(2026, 9, 9)}, "survey_meter"),
    ({"plane_height_m": 1.8}, "survey_plane"),
    ({"at": datetime(2025, 11, 19, 2, tzinfo=UTC), "meter_calibrated_until": date(2026, 1, 1)}, "survey_old"),
    ({"points": "twice"}, "survey_contradicts"),
    ({"points": "brighter off"}, "survey_residual"),
]


@pytest.mark.parametrize(("changed", "code"), FAULTS, ids=[code for _, code in FAULTS])
def test_a_survey_with_one_fault_proves_nothing_and_says_which(
    room: Any, desk_rule: Rule, changed: dict[str, Any], code: str
) -> None:
    made = {
        "eight": room.points(count=8),
        "twice": (*room.points(), room.points(lx=900)[0]),
        "brighter off": (*room.points()[1:], room.points(lx=5, off=10)[0]),
    }
    changed = changed | ({"points": made[changed["points"]]} if "points" in changed else {})
    found = judge(desk_rule, room.space, room.day, room.evidence(surveys=(room.survey(**changed),)))
    assert (found.verdict, found.value, found.method) == ("insufficient_data", None, "none")
    assert codes(found) - {"no_calibration"} == {code}
    assert all(reason.zh and reason.en and "{" not in reason.zh + reason.en for reason in found.reasons)


def test_nine_readings_at_eight_places_are_eight_points(room: Any, desk_rule: Rule) -> None:
    points = room.points(count=8)
    found = judge(desk_rule, room.space, room.day, room.evidence(surveys=(room.survey(points=(*points, points[0])),)))
    assert found.verdict == "insufficient_data"


def test_a_survey_counts_up_to_the_same_day_of_the_next_year(room: Any, desk_rule: Rule) -> None:
    survey = room.survey(at=datetime(2025, 11, 20, 4, tzinfo=UTC), meter_calibrated_until=date(2026, 1, 1))
    assert judge(desk_rule, room.space, date(2026, 11, 20), room.evidence(surveys=(survey,))).verdict == "pass"
    assert judge(desk_rule, room.space, date(2026, 11, 21), room.evidence(surveys=(survey,))).verdict == "insufficient_data"


def test_a_survey_says_nothing_about_the_days_before_it(room: Any, desk_rule: Rule) -> None:
    survey = room.survey(at=datetime(2026, 11, 20, 16, 30, tzinfo=UTC))  # 00:30 on the 21st in Beijing
    assert judge(desk_rule, room.space, date(2026, 11, 20), room.evidence(surveys=(survey,))).verdict == "insufficient_data"
    assert judge(desk_rule, room.space, date(2026, 11, 21), room.evidence(surveys=(survey,))).verdict == "pass"


def test_the_newest_sound_survey_decides(room: Any, desk_rule: Rule) -> None:
    old = room.survey(id="old", at=datetime(2026, 3, 1, tzinfo=UTC))
    new = room.survey(id="new", at=datetime(2026, 10, 1, tzinfo=UTC), points=room.points(lx=200))
    broken = room.survey(id="broken", at=datetime(2026, 11, 1, tzinfo=UTC), curtains_drawn=False)
    assert judge(desk_rule, room.space, room.day, room.evidence(surveys=(old, new, broken))).verdict == "fail"


def test_another_rooms_survey_proves_nothing(room: Any, desk_rule: Rule) -> None:
    found = judge(desk_rule, room.space, room.day, room.evidence(surveys=(room.survey(space="a102"),)))
    assert found.verdict == "insufficient_data"


def test_a_calibrated_sensor_below_the_limit_says_likely_below(room: Any, desk_rule: Rule) -> None:
    found = judge(desk_rule, room.space, room.day, room.evidence(calibrations=(room.calibration(),), **room.monitor()))
    assert (found.verdict, found.value, found.margin, found.samples, found.method) == ("indicative_low", 250.0, -50.0, 8, "monitor")


def test_a_calibrated_sensor_above_the_limit_proves_nothing(room: Any, desk_rule: Rule) -> None:
    found = judge(desk_rule, room.space, room.day, room.evidence(calibrations=(room.calibration(),), **room.monitor((400.0,) * 9)))
    assert (found.verdict, found.value) == ("insufficient_data", None)
    assert "sensor_cannot_prove" in codes(found)


def test_a_survey_beats_the_sensor(room: Any, desk_rule: Rule) -> None:
    evidence = room.evidence(surveys=(room.survey(),), calibrations=(room.calibration(),), **room.monitor())
    assert judge(desk_rule, room.space, room.day, evidence).verdict == "pass"


def test_a_refused_survey_leaves_the_word_to_the_sensor(room: Any, desk_rule: Rule) -> None:
    evidence = room.evidence(surveys=(room.survey(curtains_drawn=False),), calibrations=(room.calibration(),), **room.monitor())
    found = judge(desk_rule, room.space, room.day, evidence)
    assert (found.verdict, codes(found)) == ("indicative_low", {"estimated_low", "survey_curtains"})


NO_EVIDENCE: list[tuple[dict[str, Any], str]] = [
    ({"sensor_lx": (200.0,) * 5}, "few_windows"),
    ({"lit": 99.0}, "few_windows"),
    ({"dimming": 60.0}, "few_windows"),
    ({"first": -12}, "few_windows"),  # before lessons
    ({"first": 50}, "few_windows"),  # four windows before the end of lessons at 17:00
]


@pytest.mark.parametrize(("changed", "code"), NO_EVIDENCE)
def test_windows_outside_lessons_or_without_full_light_are_no_evidence(
    room: Any, desk_rule: Rule, changed: dict[str, Any], code: str
) -> None:
    found = judge(desk_rule, room.space, room.day, room.evidence(calibrations=(room.calibration(),), **room.monitor(**changed)))
    assert (found.verdict, codes(found)) == ("insufficient_data", {"no_survey", code})


def test_a_day_without_lessons_gives_no_monitor_evidence(room: Any, desk_rule: Rule) -> None:
    saturday = date(2026, 11, 21)
    evidence = room.evidence(calibrations=(room.calibration(),), **room.monitor(first=24 * 6))
    assert codes(judge(desk_rule, room.space, saturday, evidence)) == {"no_survey", "no_lessons"}


@pytest.mark.parametrize("at", [date(2025, 11, 19), date(2026, 11, 21)])
def test_a_calibration_of_another_time_is_none(room: Any, desk_rule: Rule, at: date) -> None:
    found = judge(desk_rule, room.space, room.day, room.evidence(calibrations=(room.calibration(at=at),), **room.monitor()))
    assert codes(found) == {"no_survey", "no_calibration"}


def test_the_newest_calibration_counts(room: Any, desk_rule: Rule) -> None:
    old, new = room.calibration(factor=1.0, at=date(2026, 1, 1)), room.calibration(factor=1.4, at=date(2026, 10, 1))
    found = judge(desk_rule, room.space, room.day, room.evidence(calibrations=(new, old), **room.monitor()))
    assert found.value == 280.0


def test_a_window_counts_only_with_every_calibrated_sensor_of_the_room(room: Any, desk_rule: Rule) -> None:
    calibrations = (room.calibration("lux1"), room.calibration("lux2"))
    one, other = room.monitor(), room.monitor(device="lux2", sensor_lx=(260.0,) * 8)
    alone = room.evidence(calibrations=calibrations, **one)
    both = room.evidence(calibrations=calibrations, **(one | {"sensor_windows": one["sensor_windows"] + other["sensor_windows"]}))
    assert judge(desk_rule, room.space, room.day, alone).verdict == "insufficient_data"
    assert judge(desk_rule, room.space, room.day, both).value == 287.5


def test_another_kind_of_space_is_not_applicable_even_with_a_survey(room: Any, desk_rule: Rule) -> None:
    corridor = of_space(Space(id="a101", building="a", kind="corridor", label=Label(zh="走廊", en="Corridor")))
    assert judge(desk_rule, corridor, room.day, room.evidence(surveys=(room.survey(),))).verdict == "not_applicable"


def test_a_draft_and_a_rule_of_another_time_raise_no_verdict(room: Any, desk_rule: Rule) -> None:
    evidence = room.evidence(surveys=(room.survey(),))
    draft = desk_rule.model_copy(update={"status": "draft"})
    ended = desk_rule.model_copy(update={"effective_to": date(2026, 11, 19)})
    for rule in (draft, ended):
        assert judge(rule, room.space, room.day, evidence).verdict == "not_applicable"
    assert judge(ended, room.space, date(2026, 11, 19), evidence).verdict == "pass"


UNSTATED = ["plane_height_m", "warm_up_min", "curtains_drawn", "meter_class", "meter_serial", "meter_calibrated_until", "tester"]


@pytest.mark.parametrize("key", UNSTATED)
def test_a_survey_that_leaves_something_out_proves_nothing_and_says_what(room: Any, desk_rule: Rule, key: str) -> None:
    found = judge(desk_rule, room.space, room.day, room.evidence(surveys=(room.survey(**{key: None}),)))
    assert found.verdict == "insufficient_data"
    assert found.reasons[0].en.endswith(f"leaves out {key}")


def test_a_point_without_its_reading_with_lamps_off_is_missing_evidence(room: Any, desk_rule: Rule) -> None:
    points = (*room.points()[1:], room.points()[0].model_copy(update={"lamps_off_lx": None}))
    found = judge(desk_rule, room.space, room.day, room.evidence(surveys=(room.survey(points=points),)))
    assert (found.verdict, found.reasons[0].code) == ("insufficient_data", "survey_unstated")


def corners(lux: Sequence[Sequence[float]]) -> tuple[SurveyPoint, ...]:
    return tuple(SurveyPoint(x_m=2 * x, y_m=3 * y, lx=lx, lamps_off_lx=0) for y, row in enumerate(lux) for x, lx in enumerate(row))


def test_four_corner_readings_weigh_as_many_cells_as_share_them(room: Any, desk_rule: Rule) -> None:
    # Hand-made: corners 100, edges 200, the inner one 400, over 2 x 2 cells: (4 x 100 + 2 x 4 x 200 + 4 x 400) / 16.
    points = corners([[100, 200, 100], [200, 400, 200], [100, 200, 100]])
    found = judge(desk_rule, room.space, room.day, room.evidence(surveys=(room.survey(method="four_corner", points=points),)))
    assert (found.verdict, found.value, found.samples) == ("fail", 225.0, 9)


def test_a_four_corner_grid_with_a_hole_is_no_grid(room: Any, desk_rule: Rule) -> None:
    points = corners([[400] * 4] * 3)
    whole, holed = (room.survey(method="four_corner", points=rows) for rows in (points, points[1:]))
    assert judge(desk_rule, room.space, room.day, room.evidence(surveys=(whole,))).verdict == "pass"
    found = judge(desk_rule, room.space, room.day, room.evidence(surveys=(holed,)))
    assert (found.verdict, found.reasons[0].code) == ("insufficient_data", "survey_lattice")


def test_a_factor_of_some_lamps_or_of_dimmed_ones_says_nothing_of_all_lamps_on(room: Any, desk_rule: Rule) -> None:
    for changed in ({"lamps": "general"}, {"dimming_pct": 60.0}):
        row = room.calibration().model_copy(update=changed)
        given = room.evidence(calibrations=(row,), lamps={"general": "general", "board": "board"}, **room.monitor())
        assert judge(desk_rule, room.space, room.day, given).verdict == "insufficient_data"
    alone = room.evidence(
        calibrations=(room.calibration().model_copy(update={"lamps": "general"}),), lamps={"general": "general"}, **room.monitor()
    )
    assert judge(desk_rule, room.space, room.day, alone).verdict == "indicative_low"
