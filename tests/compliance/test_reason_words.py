"""Every reason, and everything a reason names, in both languages."""

import re

import pytest

from compliance.clauses import in_words
from compliance.packs import load_packs
from compliance.reason_words import device_words, keys_words, point_words, profile_words, refusal_words
from compliance.verdicts import WORDS
from lamplighter.contract.errors import SettingsError
from lamplighter.site.calendar import UnpublishedYear

pytestmark = pytest.mark.unit

CHINESE = re.compile(r"[\u3400-\u9fff]")
RULES = load_packs()
WINDOWS = [rule.window for rule in RULES if rule.window is not None]


def spoken(pair: tuple[str, str]) -> bool:
    return bool(CHINESE.search(pair[0])) and not CHINESE.search(pair[1])


@pytest.mark.parametrize("code", WORDS)
def test_every_reason_has_words_in_both_languages(code: str) -> None:
    zh, en = WORDS[code]
    facts = [set(re.findall(r"\{(\w+)", text)) - {"zh", "en"} for text in (zh, en)]
    assert facts[0] == facts[1]
    assert CHINESE.search(zh) or zh == "无{zh}"
    assert not CHINESE.search(en)


def test_every_point_and_device_that_a_rule_reads_has_words() -> None:
    assert len(WINDOWS) > 10
    assert [window.point for window in WINDOWS if not spoken(point_words(window.point)) and window.point != "pm25_ug_m3"] == []
    kinds = {window.device_kind for window in WINDOWS} - {None}
    assert len(kinds) == 4
    assert [kind for kind in kinds if "_" in device_words(kind)[1] or not spoken(device_words(kind))] == []


@pytest.mark.parametrize("key", ["profile", "profile.people"])
def test_a_missing_key_of_the_school_is_named(key: str) -> None:
    assert spoken(profile_words(key))


def test_what_a_survey_leaves_out_is_named_as_the_ledger_names_it() -> None:
    assert keys_words(["tester", "warm_up_min"]) == ("测量人、预热分钟", "tester, warm_up_min")


@pytest.mark.parametrize("error", [UnpublishedYear(2027), SettingsError("calendar: 2026-10-10 is a make-up day")])
def test_why_a_calendar_refuses_is_said(error: SettingsError) -> None:
    assert spoken(refusal_words(error))


@pytest.mark.parametrize("clause", sorted({rule.citation.clause for rule in RULES}))
def test_where_a_threshold_is_written_is_said_in_chinese(clause: str) -> None:
    assert CHINESE.search(in_words(clause, "zh"))
    assert in_words(clause, "en") == clause


@pytest.mark.parametrize(
    ("clause", "zh"),
    [("table 6.3.9 (target value)", "表 6.3.9（目标值）"), ("3.5.3(2)", "第 3.5.3(2) 条"), ("art. 55, 56", "第 55, 56 条")],
)
def test_a_clause_keeps_its_numbers(clause: str, zh: str) -> None:
    assert in_words(clause, "zh") == zh


@pytest.mark.parametrize("clause", ["on page nine", "table 4 (as it is told)"])
def test_a_wording_that_is_not_known_stands_as_it_is(clause: str) -> None:
    assert in_words(clause, "zh") == clause
