"""Shares and coverage from verdicts."""

from datetime import date
from typing import Any

import msgspec
import pytest

from compliance.scores import school_rows, verdict_row
from compliance.verdicts import Verdict, VerdictName, reason
from lamplighter.contract.measurements import SCHOOL_SCORE_DAY, VERDICT_DAY

pytestmark = pytest.mark.unit


def verdicts(*names: VerdictName) -> list[Verdict]:
    return [
        Verdict(
            day=date(2026, 11, 20),
            district="d1",
            school="s1",
            subject=f"a{number}",
            standing="recommended",
            severity="major",
            rule="LGT-021",
            version="1",
            verdict=name,
            threshold=300.0,
            unit="lx",
        )
        for number, name in enumerate(names)
    ]


def score(*names: VerdictName) -> dict[str, Any]:
    (row,) = school_rows(verdicts(*names), 7)
    return dict(zip(SCHOOL_SCORE_DAY.columns, row, strict=True))


def test_share_is_of_the_judged_and_coverage_of_the_applicable() -> None:
    found = score("pass", "pass", "pass", "fail", "indicative_low", "not_applicable")
    assert (found["share"], found["coverage"]) == (75.0, 80.0)
    assert [found[name] for name in ("passed", "failed", "indicative_low", "insufficient_data")] == [3, 1, 1, 0]


def test_under_eighty_percent_coverage_no_share_is_stored() -> None:
    found = score("pass", "pass", "fail", "indicative_low", "insufficient_data")
    assert (found["share"], found["coverage"], found["passed"]) == (None, 60.0, 2)


def test_where_nothing_is_judged_there_is_no_share_rather_than_a_perfect_one() -> None:
    found = score("indicative_low", "insufficient_data")
    assert (found["share"], found["coverage"]) == (None, 0.0)


def test_where_nothing_applies_there_is_no_coverage_either() -> None:
    found = score("not_applicable")
    assert (found["share"], found["coverage"]) == (None, None)


def test_a_verdicts_row_has_the_columns_of_its_measurement_and_reasons_in_both_languages() -> None:
    (verdict,) = verdicts("insufficient_data")
    given = msgspec.structs.replace(verdict, reasons=(reason("no_survey"), reason("no_lessons")))
    row = dict(zip(VERDICT_DAY.columns, verdict_row(given, 7), strict=True))
    assert (row["at_ms"], row["verdict"], row["value"], row["threshold"]) == (7, "insufficient_data", None, 300.0)
    assert row["reason_zh"] == "无网格实测；当日不上课"
    assert row["reason_en"] == "no grid survey; no lessons on this day"
