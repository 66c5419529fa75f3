"""From verdicts to stored rows: a room's verdict, a school's share and coverage, a district's from its schools."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from compliance.summary import score_of, share_of
from compliance.verdicts import Verdict
from lamplighter.contract.measurements import SCHOOL_SCORE_DAY, Cell, RowTuple
from lamplighter.storage.timeseries.protocol import TimeSeries

COUNTED: Final = {"passed": "pass", "failed": "fail", "indicative_low": "indicative_low", "insufficient_data": "insufficient_data"}
"""Stored count -> the verdict it counts. What is not applicable is in none of them."""


def verdict_row(verdict: Verdict, at_ms: int) -> RowTuple:
    """A row of `ROOM_VERDICT_DAY`; `at_ms` is the local midnight of its day."""
    return (
        verdict.district,
        verdict.school,
        verdict.subject,
        verdict.rule,
        at_ms,
        verdict.verdict,
        verdict.value,
        verdict.threshold,
        verdict.margin,
        verdict.samples,
        verdict.method,
        verdict.version,
        "；".join(reason.zh for reason in verdict.reasons),
        "; ".join(reason.en for reason in verdict.reasons),
    )


def school_rows(verdicts: Iterable[Verdict], at_ms: int) -> list[RowTuple]:
    """Rows of `SCHOOL_SCORE_DAY`, one a school and rule."""
    counts: dict[tuple[str, str, str], Counter[str]] = {}
    for verdict in verdicts:
        counts.setdefault((verdict.district, verdict.school, verdict.rule), Counter())[verdict.verdict] += 1
    return [
        (*place, at_ms, *_score({name: count[verdict] for name, verdict in COUNTED.items()}))
        for place, count in sorted(counts.items())
    ]


def district_rows(store: TimeSeries, district: str, rules: Iterable[str], at_ms: int) -> list[RowTuple]:
    """Rows of `DISTRICT_SCORE_DAY` from the stored rows of all its schools. May raise Unavailable."""
    rows: list[RowTuple] = []
    for rule in rules:
        where = {"district": district, "rule": rule}
        schools = store.select(SCHOOL_SCORE_DAY, where=where, start_ms=at_ms, end_ms=at_ms + 1)
        if schools:
            rows.append((district, rule, at_ms, *_score({name: sum(_count(row[name]) for row in schools) for name in COUNTED})))
    return rows


def _score(counts: Mapping[str, int]) -> tuple[float | None, float | None, int, int, int, int]:
    """Share and coverage in percent, then the counts; see `_SCORE` there.

    The share is None where too little was judged for a score, both where nothing applies.
    """
    applicable = sum(counts.values())
    share = percent(score_of(counts["passed"], counts["failed"], applicable))
    coverage = percent(share_of(counts["passed"] + counts["failed"], applicable))
    return share, coverage, counts["passed"], counts["failed"], counts["indicative_low"], counts["insufficient_data"]


def percent(share: float | None) -> float | None:
    """A share of one in percent; None stays None."""
    return None if share is None else 100 * share


def _count(cell: Cell) -> int:
    return cell if isinstance(cell, int) else 0
