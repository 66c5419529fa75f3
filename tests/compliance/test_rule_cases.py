"""Every rule through its real input: what passes, what fails, what is no evidence, what it is not about.

The limits are a table of their own, written from the standards and not from the packs.
"""

import csv
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from compliance.files.folder import read_folder
from compliance.files.score import Days, score_folder
from compliance.packs import load_packs, read_packs
from compliance.rules import Rule
from compliance.verdicts import Verdict
from tests.compliance.rule_folders import KINDS, SENSED, day_for, room_of, subject_of, write_evidence, write_sensors, write_site

pytestmark = pytest.mark.unit

LIMITS = Path(__file__).parents[1] / "cases" / "compliance_rules" / "limits.csv"
RULES = {(rule.id, rule.version): rule for rule in load_packs()}
CASES = list(csv.DictReader(LIMITS.read_text("utf-8").splitlines()))
SCREENED = ("LGT-019", "1")
"""Sensors only, so that no value passes or fails: likely below is its failing word; the last tests here are about it."""
STATES = ("pass", "fail", "insufficient_data", "not_applicable")
NO_SUCH_STATE = {
    (row["rule"], row["version"], row["state"]): row["reason"]
    for row in csv.DictReader(LIMITS.with_name("no_such_state.csv").read_text("utf-8").splitlines())
}
"""(rule, version, state) -> why no honest input can put that rule into that state."""


def named(case: dict[str, str]) -> str:
    return f"{case['rule']}-{case['version']}-{case['fails']}"


def as_if_read(rule: Rule, folder: Path) -> Rule:
    """A draft as it would be once someone had read its text; any other rule as it is."""
    if rule.status == "active":
        return rule
    data = rule.model_dump(mode="json", exclude_none=True, exclude_defaults=True) | {"status": "active", "strength": "target"}
    data["effective_from"], data["citation"]["certainty"] = rule.effective_from, "S"
    for part in ("survey", "window"):
        if part in data:
            data[part]["certainty"] = "S"
    (folder / "read.toml").write_text(tomli_w.dumps({"rules": [data]}), "utf-8")
    return read_packs([folder / "read.toml"])[0]


def verdicts_of(folder: Path, rule: Rule) -> list[Verdict]:
    day = day_for(rule)
    return list(score_folder(read_folder(folder), (rule,), Days(day, day)))


def about(verdicts: list[Verdict], rule: Rule) -> Verdict:
    if rule.subject == "district":
        (found,) = verdicts
        return found
    return next(verdict for verdict in verdicts if verdict.subject == subject_of(rule))


def test_every_rule_has_a_row_of_limits() -> None:
    assert {(case["rule"], case["version"]) for case in CASES} == RULES.keys() - {SCREENED}


def test_every_rule_has_a_case_of_every_state_or_a_reason_why_there_is_none() -> None:
    valued = {(case["rule"], case["version"]) for case in CASES}
    shown = {(*key, state) for key in valued for state in ("pass", "fail", "insufficient_data")}
    shown |= {(*key, "not_applicable") for key in RULES if is_about_some(RULES[key])} | {(*SCREENED, "insufficient_data")}
    assert shown.isdisjoint(NO_SUCH_STATE)
    assert shown | NO_SUCH_STATE.keys() == {(*key, state) for key in RULES for state in STATES}
    assert all(NO_SUCH_STATE.values())


def is_about_some(rule: Rule) -> bool:
    """Whether the rule leaves something of its kind of subject out; each way to is a test below."""
    return bool(rule.applies_to or rule.only or rule.band_hz)


@pytest.mark.parametrize("verdict", ["pass", "fail"])
@pytest.mark.parametrize("case", CASES, ids=named)
def test_the_value_of_the_table_gives_its_verdict(tmp_path: Path, case: dict[str, str], verdict: str) -> None:
    rule = as_if_read(RULES[case["rule"], case["version"]], tmp_path)
    write_site(tmp_path, rule)
    write_evidence(tmp_path, rule, float(case["passes" if verdict == "pass" else "fails"]))
    found = about(verdicts_of(tmp_path, rule), rule)
    assert (found.verdict, found.method) == (verdict, rule.method_required)
    assert found.margin is not None
    assert (found.margin >= 0) == (verdict == "pass" or rule.comparator in {"<", ">"})


@pytest.mark.parametrize("case", [case for case in CASES if RULES[case["rule"], case["version"]].subject != "district"], ids=named)
def test_without_the_file_there_is_no_evidence_and_it_says_what_is_missing(tmp_path: Path, case: dict[str, str]) -> None:
    rule = as_if_read(RULES[case["rule"], case["version"]], tmp_path)
    write_site(tmp_path, rule)
    found = about(verdicts_of(tmp_path, rule), rule)
    assert (found.verdict, found.value) == ("insufficient_data", None)
    assert all(reason.zh and reason.en and "{" not in reason.zh + reason.en for reason in found.reasons)
    assert found.reasons


@pytest.mark.parametrize("case", [case for case in CASES if RULES[case["rule"], case["version"]].applies_to], ids=named)
def test_a_rule_about_rooms_is_not_about_other_rooms(tmp_path: Path, case: dict[str, str]) -> None:
    rule = as_if_read(RULES[case["rule"], case["version"]], tmp_path)
    write_site(tmp_path, rule)
    write_evidence(tmp_path, rule, float(case["fails"]))
    other = "cam-corridor" if rule.subject == "camera" else room_of("corridor")
    (found,) = (verdict for verdict in verdicts_of(tmp_path, rule) if verdict.subject == other)
    assert found.verdict == "not_applicable"


OTHER_PROFILES: dict[str, dict[str, Any]] = {
    "VID-002": {"stages": ["primary"], "enrolment": 900},
    "MAN-003": {"stages": ["primary"], "enrolment": 900, "people": 100},
    "MAN-003L": {"stages": ["primary"], "enrolment": 900, "people": 999},
    "AIR-003P": {"stages": ["junior"], "enrolment": 900},
    "AIR-003J": {"stages": ["primary", "senior"], "enrolment": 900},
    "AIR-003S": {"stages": ["primary"], "enrolment": 900},
}


def test_every_rule_about_some_schools_has_another_school_that_it_is_not_about() -> None:
    assert {rule.id for rule in RULES.values() if rule.only is not None and rule.subject != "district"} == set(OTHER_PROFILES)


@pytest.mark.parametrize("name", OTHER_PROFILES)
def test_a_rule_about_some_schools_is_not_about_others(tmp_path: Path, name: str) -> None:
    rule = RULES[name, "1"]
    write_site(tmp_path, rule, profile=OTHER_PROFILES[name])
    assert about(verdicts_of(tmp_path, rule), rule).verdict == "not_applicable"


@pytest.mark.parametrize("name", OTHER_PROFILES)
def test_without_a_profile_nobody_can_say_whether_such_a_rule_applies(tmp_path: Path, name: str) -> None:
    rule = RULES[name, "1"]
    write_site(tmp_path, rule, profile=None)
    found = about(verdicts_of(tmp_path, rule), rule)
    assert (found.verdict, found.reasons[0].code) == ("insufficient_data", "profile_missing")


@pytest.mark.parametrize("key", sorted(RULES), ids="-".join)
def test_the_day_before_a_rule_is_in_force_it_raises_nothing(tmp_path: Path, key: tuple[str, str]) -> None:
    rule = RULES[key]
    write_site(tmp_path, rule)
    before = rule.effective_from - timedelta(days=1)
    assert list(score_folder(read_folder(tmp_path), (rule,), Days(before, before))) == []


@pytest.mark.parametrize("key", sorted(key for key, rule in RULES.items() if rule.status == "draft"), ids="-".join)
def test_a_draft_raises_nothing(tmp_path: Path, key: tuple[str, str]) -> None:
    rule = RULES[key]
    case = next(case for case in CASES if (case["rule"], case["version"]) == key)
    write_site(tmp_path, rule)
    write_evidence(tmp_path, rule, float(case["fails"]))
    assert verdicts_of(tmp_path, rule) == []


@pytest.mark.parametrize("key", sorted(key for key, rule in RULES.items() if rule.jurisdiction != "ZZ"), ids="-".join)
def test_a_rule_of_one_jurisdiction_is_not_about_schools_elsewhere(tmp_path: Path, key: tuple[str, str]) -> None:
    rule = as_if_read(RULES[key], tmp_path)
    write_site(tmp_path, rule, jurisdictions=["FR"])
    assert verdicts_of(tmp_path, rule) == []


@pytest.mark.parametrize("key", sorted(key for key, rule in RULES.items() if rule.subject != "district"), ids="-".join)
def test_a_rule_is_about_its_own_kind_of_subject_only(tmp_path: Path, key: tuple[str, str]) -> None:
    rule = as_if_read(RULES[key], tmp_path)
    write_site(tmp_path, rule)
    kinds = {"space": {room_of(kind) for kind in KINDS}, "camera": {"cam-corridor", "cam-kitchen"}, "school": {"s1"}}
    assert {verdict.subject for verdict in verdicts_of(tmp_path, rule)} == kinds[rule.subject]


COUNTY_RULES = {"EQT-001": "rooms.csv", "EQT-002": "rooms.csv", "EQT-004": "safety.csv"}


def test_every_rule_about_counties_has_a_county_without_evidence() -> None:
    assert {rule.id for rule in RULES.values() if rule.subject == "district"} == set(COUNTY_RULES)


@pytest.mark.parametrize("name", COUNTY_RULES)
def test_a_county_with_a_school_nobody_measured_has_no_verdict(tmp_path: Path, name: str) -> None:
    rule = RULES[name, "1"]
    write_site(tmp_path, rule)
    write_evidence(tmp_path, rule, -0.1 if name == "EQT-004" else 0.1)
    file = tmp_path / "equity" / COUNTY_RULES[name]
    assert about(verdicts_of(tmp_path, rule), rule).verdict == "pass"
    stage = rule.only.stages[0] if rule.only else ""
    file.write_text(file.read_text("utf-8") + f"three,1000,,{stage},c1\n", "utf-8")
    assert about(verdicts_of(tmp_path, rule), rule).verdict == "insufficient_data"


def test_whether_safety_differs_less_than_before_needs_the_period_before(tmp_path: Path) -> None:
    rule = RULES["EQT-004", "1"]
    write_site(tmp_path, rule)
    write_evidence(tmp_path, rule, -0.1)
    (tmp_path / "equity" / "before" / "safety.csv").unlink()
    assert about(verdicts_of(tmp_path, rule), rule).verdict == "insufficient_data"


@pytest.mark.parametrize("name", ["EQT-001", "EQT-002"])
def test_a_rule_about_a_stage_is_not_about_another(tmp_path: Path, name: str) -> None:
    rule = RULES[name, "1"]
    write_site(tmp_path, rule)
    write_evidence(tmp_path, rule, 0.9)
    file = tmp_path / "equity" / "rooms.csv"
    file.write_text(file.read_text("utf-8").replace(",primary,", ",senior,").replace(",junior,", ",senior,"), "utf-8")
    assert about(verdicts_of(tmp_path, rule), rule).verdict == "not_applicable"


@pytest.mark.parametrize(
    ("days", "lux", "verdict"), [(3, 160.0, "indicative_low"), (3, 180.0, "insufficient_data"), (2, 160.0, "insufficient_data")]
)
def test_three_school_days_of_ceiling_sensors_show_a_room_low(tmp_path: Path, days: int, lux: float, verdict: str) -> None:
    rule = RULES["LGT-019", "1"]
    write_site(tmp_path, rule, **SENSED)
    write_sensors(tmp_path, rule, lux, days=days)
    found = about(verdicts_of(tmp_path, rule), rule)
    assert (found.verdict, found.method) == (verdict, "monitor" if verdict == "indicative_low" else "none")


def test_a_rule_of_sensors_alone_is_not_about_other_rooms(tmp_path: Path) -> None:
    rule = RULES[SCREENED]
    write_site(tmp_path, rule, **SENSED)
    write_sensors(tmp_path, rule, 160.0, days=3)
    assert {found.subject: found.verdict for found in verdicts_of(tmp_path, rule)}[room_of("corridor")] == "not_applicable"
