"""How each kind of evidence becomes a value, and when it does not."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from compliance.engine import judge
from compliance.evidence import WINDOW_MS, PointWindow, midnight_ms
from compliance.packs import load_packs
from compliance.rules import Rule
from compliance.subjects import Subject
from compliance.verdicts import Verdict
from lamplighter.site.calendar import SchoolCalendar
from lamplighter.site.facts import Document, Profile, Work

pytestmark = pytest.mark.unit

RULES = {rule.id: rule for rule in load_packs()}
CAMERA = Subject("cam1", "camera", "gate", "gate")
SCHOOL = Subject("s1", "school")
FRIDAY = date(2026, 11, 20)
BEIJING = ZoneInfo("Asia/Shanghai")


def codes(verdict: Verdict) -> list[str]:
    return [reason.code for reason in verdict.reasons]


# surveys


def test_a_margin_inside_the_stated_uncertainty_is_marginal_and_still_judged(room: Any, desk_rule: Rule) -> None:
    survey = room.survey(points=room.points(lx=305, off=0), uncertainty_pct=4.0)
    found = judge(desk_rule, room.space, room.day, room.evidence(surveys=(survey,)))
    assert (found.verdict, found.margin, found.uncertainty, found.marginal) == ("pass", 5.0, 12.2, True)


def test_without_a_stated_uncertainty_nothing_is_marginal(room: Any, desk_rule: Rule) -> None:
    survey = room.survey(points=room.points(lx=300.1, off=0))
    found = judge(desk_rule, room.space, room.day, room.evidence(surveys=(survey,)))
    assert (found.uncertainty, found.marginal) == (None, False)


@pytest.mark.parametrize("kind", ["lamps_replaced", "layout_changed", "renovated"])
def test_works_in_the_room_end_an_older_survey(room: Any, desk_rule: Rule, kind: str) -> None:
    work = Work.model_validate({"space": "a101", "kind": kind, "on": date(2026, 10, 1)})
    evidence = room.evidence(surveys=(room.survey(),), works=(work,))
    assert judge(desk_rule, room.space, date(2026, 9, 30), evidence).verdict == "pass"
    found = judge(desk_rule, room.space, date(2026, 10, 1), evidence)
    assert (found.verdict, codes(found)[0]) == ("insufficient_data", "survey_ended")


def test_a_survey_on_the_day_of_the_works_counts(room: Any, desk_rule: Rule) -> None:
    work = Work(space="a101", kind="lamps_replaced", on=date(2026, 9, 10))
    found = judge(desk_rule, room.space, room.day, room.evidence(surveys=(room.survey(),), works=(work,)))
    assert found.verdict == "pass"


def test_within_ninety_days_of_new_lamps_the_value_times_the_maintenance_factor_is_shown_too(room: Any, desk_rule: Rule) -> None:
    for on, shown in ((date(2026, 9, 10), True), (date(2026, 6, 12), True), (date(2026, 6, 11), False)):
        work = Work(space="a101", kind="lamps_cleaned", on=on, maintenance_factor=0.8)
        found = judge(desk_rule, room.space, room.day, room.evidence(surveys=(room.survey(),), works=(work,)))
        assert (found.verdict, found.value) == ("pass", 340.0)
        assert [reason.en.endswith("it is 272.0") for reason in found.reasons if reason.code == "maintained"] == [True] * shown


def test_a_survey_of_another_surface_says_nothing(room: Any) -> None:
    board = RULES["LGT-003"]
    assert codes(judge(board, room.space, room.day, room.evidence(surveys=(room.survey(),)))) == ["no_survey"]


def test_a_board_surveyed_without_its_lamps_is_no_evidence(room: Any) -> None:
    survey = room.survey(surface="board", plane_height_m=1.5, board_lamps_on=False, points=room.points(lx=600, off=0))
    found = judge(RULES["LGT-003"], room.space, room.day, room.evidence(surveys=(survey,)))
    assert codes(found) == ["survey_board_lamps"]


def test_uniformity_is_the_lowest_point_over_the_average(room: Any) -> None:
    points = (*room.points(lx=400, off=0)[1:], room.points(lx=200, off=0)[0])
    found = judge(RULES["LGT-002"], room.space, room.day, room.evidence(surveys=(room.survey(points=points),)))
    assert found.verdict == "fail"
    assert found.value == pytest.approx(200 / (3400 / 9))


def test_a_dark_room_has_no_uniformity(room: Any) -> None:
    survey = room.survey(points=room.points(lx=0, off=0))
    found = judge(RULES["LGT-002"], room.space, room.day, room.evidence(surveys=(survey,)))
    assert (found.verdict, codes(found)) == ("insufficient_data", ["survey_dark"])


# ceiling sensors against surveys


def test_a_sensor_low_beyond_its_uncertainty_ends_the_survey(room: Any, desk_rule: Rule) -> None:
    def verdict_of(lx: float, uncertainty_pct: float | None) -> str:
        calibration = room.calibration().model_copy(update={"uncertainty_pct": uncertainty_pct})
        evidence = room.evidence(surveys=(room.survey(),), calibrations=(calibration,), **room.monitor((lx,) * 8))
        return judge(desk_rule, room.space, room.day, evidence).verdict

    assert verdict_of(200, 10) == "indicative_low"  # 250 lx: 50 below, 25 uncertain
    assert verdict_of(200, 25) == "pass"  # 62.5 uncertain
    assert verdict_of(200, None) == "pass"  # nobody knows
    assert verdict_of(400, 10) == "pass"


def test_a_low_day_ends_older_surveys_and_no_newer_one(room: Any, desk_rule: Rule) -> None:
    low = room.evidence(surveys=(room.survey(),), low_days=frozenset({date(2026, 10, 5)}))
    found = judge(desk_rule, room.space, room.day, low)
    assert (found.verdict, codes(found)[0]) == ("insufficient_data", "survey_contradicted")
    again = room.survey(id="s2", at=datetime(2026, 10, 9, 11, tzinfo=UTC))
    newer = room.evidence(surveys=(room.survey(), again), low_days=frozenset({date(2026, 10, 5)}))
    assert judge(desk_rule, room.space, room.day, newer).verdict == "pass"


# the calendar and the ceiling sensors


def calendar(**more: Any) -> SchoolCalendar:
    return SchoolCalendar.model_validate({"terms": [{"first": date(2026, 9, 1), "last": date(2027, 1, 20)}]} | more)


def sensed(room: Any, rule: Rule, day: date, found: SchoolCalendar) -> Verdict:
    windows = room.monitor(first=(day - room.day).days * 144)
    return judge(rule, room.space, day, room.evidence(calibrations=(room.calibration(),), calendar=found, **windows))


def test_a_make_up_saturday_is_evidence_and_an_ordinary_one_is_not(room: Any, desk_rule: Rule) -> None:
    assert sensed(room, desk_rule, date(2026, 10, 10), calendar()).verdict == "indicative_low"
    assert codes(sensed(room, desk_rule, date(2026, 10, 17), calendar()))[-1] == "no_lessons"


def test_a_public_holiday_on_a_weekday_is_no_evidence(room: Any, desk_rule: Rule) -> None:
    assert codes(sensed(room, desk_rule, date(2026, 10, 7), calendar()))[-1] == "no_lessons"


def test_an_unpublished_year_is_no_evidence_and_says_so(room: Any, desk_rule: Rule) -> None:
    beyond = calendar(terms=[{"first": date(2099, 1, 1), "last": date(2099, 6, 1)}])
    found = sensed(room, desk_rule, date(2099, 3, 2), beyond).reasons[-1]
    assert (found.code, "2099" in found.en) == ("no_calibration", False)  # the calibration is of 2026
    rule = desk_rule.model_copy(update={"valid_months": 12 * 100})
    assert "2099" in sensed(room, rule, date(2099, 3, 2), beyond).reasons[-1].en


def test_three_school_days_in_a_row_are_asked_of_the_internal_target(room: Any) -> None:
    rule, calibrations = RULES["LGT-019"], (room.calibration(),)
    days = [room.monitor(first=-144 * back) for back in (0, 1, 2)]

    def verdict_of(count: int) -> Verdict:
        windows = {key: tuple(w for day in days[:count] for w in day[key]) for key in ("sensor_windows", "lamp_windows")}
        return judge(rule, room.space, room.day, room.evidence(calibrations=calibrations, **windows))

    assert [verdict_of(count).verdict for count in (1, 2, 3)] == ["insufficient_data", "insufficient_data", "indicative_low"]


# documents, certificates, tests


def document(**changed: Any) -> Document:
    sound = {"id": "d1", "method": "test", "subject": "s1", "metric": "alarm_response_time", "value": 1.5, "on": date(2026, 10, 1)}
    return Document.model_validate(sound | changed)


@pytest.mark.parametrize(
    "changed",
    [{"method": "document"}, {"metric": "alarm_backup_runtime"}, {"subject": "s2"}, {"on": date(2026, 11, 21)}],
    ids=["another method", "another metric", "another subject", "of the future"],
)
def test_a_record_about_something_else_proves_nothing(room: Any, changed: dict[str, Any]) -> None:
    found = judge(RULES["ALM-003"], SCHOOL, FRIDAY, room.evidence(documents=(document(**changed),)))
    assert codes(found) == ["no_record"]


def test_a_record_speaks_for_its_months_or_until_the_day_it_names(room: Any) -> None:
    for changed, day, code in (
        ({}, date(2027, 4, 1), "recorded"),
        ({}, date(2027, 4, 2), "record_old"),
        ({"valid_until": date(2026, 10, 31)}, date(2026, 11, 1), "record_ended"),
        ({"valid_until": date(2028, 1, 1)}, date(2027, 12, 1), "recorded"),
    ):
        assert codes(judge(RULES["ALM-003"], SCHOOL, day, room.evidence(documents=(document(**changed),)))) == [code]


def test_the_newest_record_decides_and_of_one_day_the_worst(room: Any) -> None:
    old, new = document(id="d1", value=9), document(id="d2", value=1, on=date(2026, 11, 1))
    worse = document(id="d3", value=3, on=date(2026, 11, 1))
    assert judge(RULES["ALM-003"], SCHOOL, FRIDAY, room.evidence(documents=(old, new))).verdict == "pass"
    assert judge(RULES["ALM-003"], SCHOOL, FRIDAY, room.evidence(documents=(new, worse))).value == 3


def certificate(lamp: str, ra: float) -> Document:
    return document(id=f"ra-{lamp}", method="certificate", subject=lamp, metric="lamp_cri_ra", value=ra)


def test_every_luminaire_group_of_a_room_needs_its_certificate_and_the_worst_decides(room: Any) -> None:
    rule, lamps = RULES["LGT-007"], {"l1": "general", "l2": "board"}

    def found(*documents: Document) -> Verdict:
        return judge(rule, room.space, room.day, room.evidence(lamps=lamps, documents=documents))

    assert found(certificate("l1", 95), certificate("l2", 85)).value == 85
    assert found(certificate("l1", 95)).verdict == "insufficient_data"
    assert found(certificate("l1", 75)).verdict == "fail"
    assert found().verdict == "insufficient_data"


def test_the_blue_light_rules_are_each_about_their_own_lamps(room: Any) -> None:
    def verdict_of(rule: str, lamps: dict[str, str]) -> str:
        metric = RULES[rule].metric
        documents = (document(id="x", method="certificate", subject="l1", metric=metric, value=1),)
        return judge(RULES[rule], room.space, room.day, room.evidence(lamps=lamps, documents=documents)).verdict

    assert verdict_of("LGT-013", {"l1": "general"}) == "fail"
    assert verdict_of("LGT-013B", {"l1": "board"}) == "pass"


def test_a_flicker_measurement_without_its_frequency_is_no_evidence(room: Any) -> None:
    row = document(method="survey", subject="a101", metric="modulation_depth", value=2.0)
    assert codes(judge(RULES["LGT-010"], room.space, room.day, room.evidence(documents=(row,)))) == ["frequency_missing"]


@pytest.mark.parametrize(("hz", "verdict"), [(90, "not_applicable"), (91, "pass"), (3125, "pass"), (3126, "not_applicable")])
def test_a_flicker_clause_is_about_its_own_frequencies(room: Any, hz: float, verdict: str) -> None:
    row = document(method="survey", subject="a101", metric="modulation_depth", value=2.0, frequency_hz=hz)
    assert judge(RULES["LGT-010"], room.space, room.day, room.evidence(documents=(row,))).verdict == verdict


def test_a_camera_of_the_ledger_in_a_forbidden_place_fails_whatever_the_walk_says(room: Any) -> None:
    walk = document(method="document", metric="cameras_in_forbidden_places", value=0, on=date(2026, 11, 10))
    rule = RULES["VID-005"]
    assert judge(rule, SCHOOL, FRIDAY, room.evidence(documents=(walk,))).verdict == "pass"
    counted = {"cameras_in_forbidden_places": 1}
    assert judge(rule, SCHOOL, FRIDAY, room.evidence(documents=(walk,), counted=counted)).verdict == "fail"
    assert judge(rule, SCHOOL, FRIDAY, room.evidence()).verdict == "insufficient_data"


# limits of the school's own


def test_a_limit_left_to_the_school_and_not_set_is_no_verdict(room: Any) -> None:
    found = judge(RULES["VID-003"], CAMERA, FRIDAY, room.evidence())
    assert (found.verdict, codes(found), found.threshold) == ("insufficient_data", ["limit_missing"], None)


@pytest.mark.parametrize(("local_d", "limit"), [(None, 30.0), (7, 30.0), (45, 45.0)])
def test_the_stricter_of_ours_and_the_local_limit_counts(room: Any, local_d: float | None, limit: float) -> None:
    limits = {} if local_d is None else {"kitchen_video_local_d": local_d}
    kitchen = Subject("cam1", "camera", "k", "kitchen")
    evidence = room.evidence(limits=limits, series=day_of("recording_age_d", 40.0))
    assert judge(RULES["KIT-002"], kitchen, FRIDAY, evidence).threshold == limit


def test_guards_grow_with_the_school(room: Any) -> None:
    def limit(people: int) -> float | None:
        profile = Profile(stages=("primary",), enrolment=900, people=people)
        row = document(method="document", metric="guards", value=9, on=date(2026, 11, 1))
        return judge(RULES["MAN-003L"], SCHOOL, FRIDAY, room.evidence(profile=profile, documents=(row,))).threshold

    assert [limit(people) for people in (1000, 1499, 1500, 2000)] == [3, 3, 4, 5]


# series of readings


def day_of(point: str, *values: float | None, device: str = "cam1", back: int = 0) -> tuple[PointWindow, ...]:
    """One value a window from local midnight; None is a hole."""
    start = midnight_ms(FRIDAY - timedelta(days=back), BEIJING)
    return tuple(
        PointWindow(device, point, start + number * WINDOW_MS, 1, value, value, value)
        for number, value in enumerate(values)
        if value is not None
    )


def test_ten_minutes_without_a_reading_are_no_pass(room: Any) -> None:
    whole = day_of("clock_error_s", *[1.0] * 144)
    holed = day_of("clock_error_s", *[1.0] * 72, None, *[1.0] * 71)
    assert judge(RULES["VID-011"], CAMERA, FRIDAY, room.evidence(series=whole)).verdict == "pass"
    found = judge(RULES["VID-011"], CAMERA, FRIDAY, room.evidence(series=holed))
    assert (found.verdict, codes(found)) == ("insufficient_data", ["read", "few_readings"])


def test_a_bad_hour_fails_the_day_even_where_others_are_unknown(room: Any) -> None:
    found = judge(RULES["VID-011"], CAMERA, FRIDAY, room.evidence(series=day_of("clock_error_s", *[1.0] * 6, *[7.5] * 6)))
    assert (found.verdict, found.value) == ("fail", 7.5)


def test_ten_minutes_without_a_reading_count_as_not_online(room: Any) -> None:
    month = tuple(window for back in range(1, 30) for window in day_of("online", *[1.0] * 144, back=back))
    whole, half = day_of("online", *[1.0] * 144), day_of("online", *[1.0] * 72)
    assert judge(RULES["VID-010"], CAMERA, FRIDAY, room.evidence(series=month + whole)).value == 100.0
    found = judge(RULES["VID-010"], CAMERA, FRIDAY, room.evidence(series=month + half))
    assert found.verdict == "pass"
    assert found.value == pytest.approx(100 * (1 - 72 / 4320))
    assert judge(RULES["VID-010"], CAMERA, FRIDAY, room.evidence()).verdict == "insufficient_data"


def fridge(room: Any, *values: float, device: str = "f1") -> Verdict:
    rule = RULES["KIT-004"].model_copy(update={"status": "active"})
    series = day_of("temperature_c", *values, device=device)
    return judge(rule, Subject("k", "space", "k", "kitchen"), FRIDAY, room.evidence(devices={"f1": "refrigerator"}, series=series))


def test_a_refrigerator_may_be_warm_for_half_an_hour_and_no_longer(room: Any) -> None:
    def warm_for(windows: int) -> Verdict:
        return fridge(room, *[4.0] * 60, *[12.0] * (windows - 1), 9.0, *[4.0] * (84 - windows))

    assert warm_for(3).verdict == "pass"
    assert (warm_for(4).verdict, warm_for(4).value) == ("fail", 9.0)


def test_a_kitchen_without_a_refrigerator_in_the_ledger_has_no_evidence(room: Any) -> None:
    rule = RULES["KIT-004"].model_copy(update={"status": "active"})
    assert codes(judge(rule, Subject("k", "space", "k", "kitchen"), FRIDAY, room.evidence())) == ["no_device"]


def test_air_is_judged_over_lessons_only(room: Any) -> None:
    night = day_of("co2_ppm", *[9000.0] * 8, device="air1")
    lessons = tuple(PointWindow("air1", "co2_ppm", room.window_ms(number), 5, 900.0, 900.0, 900.0) for number in range(54))
    evidence = room.evidence(devices={"air1": "air_sensor"}, series=night + lessons)
    assert judge(RULES["AIR-002"], room.space, room.day, evidence).value == 900.0


def test_readings_of_windows_that_lie_outside_the_day_change_nothing(room: Any) -> None:
    today = day_of("clock_error_s", *[1.0] * 144)
    start = midnight_ms(FRIDAY, BEIJING)
    outside = tuple(
        PointWindow("cam1", "clock_error_s", at, 1, 99.0, 99.0, 99.0) for at in (start - WINDOW_MS, start + 144 * WINDOW_MS)
    )
    assert judge(RULES["VID-011"], CAMERA, FRIDAY, room.evidence(series=today + outside)) == judge(
        RULES["VID-011"], CAMERA, FRIDAY, room.evidence(series=today)
    )
