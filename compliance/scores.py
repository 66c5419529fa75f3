"""The stored form of verdicts and of the scores of school, district and city; nothing else writes these measurements."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from compliance.evidence import midnight_ms
from compliance.gaps import merged_gaps, school_gaps
from compliance.summary import Score, percent, score_of, scores_of, share_of
from compliance.verdicts import Verdict
from compliance.worst import Place, merged_worst, school_worst
from lamplighter.contract.measurements import (
    DISTRICT_SCORE_DAY,
    EQUITY_DAY,
    PLACE_SCORE_DAY,
    SCHOOL_SCORE_DAY,
    VERDICT_DAY,
    WORST_DAY,
    Cell,
    RowTuple,
)
from lamplighter.site.model import Site
from lamplighter.storage.timeseries.protocol import TimeSeries

CITY: Final = "all"
COUNTED: Final = {"passed": "pass", "failed": "fail", "indicative_low": "indicative_low", "insufficient_data": "insufficient_data"}
"""Stored count -> the verdict it counts. What is not applicable is in none of them."""
_COUNTS: Final = (*COUNTED, "marginal", "critical_failed")


class _Day(NamedTuple):
    district: str
    at_ms: int


class Scores:
    """Writes what days hold. Calls come from one thread; any may raise Unavailable.

    The levels above are summed once for all schools judged, so that a round costs no more with the city's size squared.
    Days of schools are read and written through `schools`, where that is another way to the store.
    """

    def __init__(self, store: TimeSeries, *, schools: TimeSeries | None = None) -> None:
        self._store = store
        self.schools = schools or store
        self._noted: set[_Day] = set()

    def write_day(self, site: Site, day: date, verdicts: Sequence[Verdict], *, over: bool) -> None:
        """Store a school's verdicts of a day and their scores: by rule, and once the day is `over` by kind of rule too."""
        at_ms = midnight_ms(day, site.zone())
        self._noted.add(_Day(site.district, at_ms))
        self.schools.write(VERDICT_DAY, [verdict_row(verdict, at_ms) for verdict in verdicts])
        self.schools.write(SCHOOL_SCORE_DAY, school_rows(verdicts, at_ms))
        if over:
            scores = scores_of(verdicts, lambda _: site.school)
            rows = [_place_row(site, standing, score, at_ms) for (_, standing), score in scores.items()]
            self.schools.write(PLACE_SCORE_DAY, rows)
            self.schools.write(WORST_DAY, school_worst(site, verdicts, at_ms))
            self.schools.write(EQUITY_DAY, school_gaps(site, scores, at_ms))

    def write_levels(self) -> None:
        """Store scores, worst rooms and gaps of districts and city for days of schools written since; after an error still due."""
        for district, at_ms in sorted(self._noted):
            self._store.write(DISTRICT_SCORE_DAY, district_rows(self._store, district, at_ms))
            below = {"level": "school", "district": district}
            self._store.write(PLACE_SCORE_DAY, _sums(self._store, below, ("district", district), at_ms))
            place = Place("district", district, district)
            self._store.write(WORST_DAY, merged_worst(self._store, below, place, at_ms))
            self._store.write(EQUITY_DAY, merged_gaps(self._store, {"district": district}, place, at_ms))
        for at_ms in sorted({noted.at_ms for noted in self._noted}):
            self._store.write(PLACE_SCORE_DAY, _sums(self._store, {"level": "district"}, ("city", CITY), at_ms))
            city = Place("city", CITY, CITY)
            self._store.write(WORST_DAY, merged_worst(self._store, {"level": "district"}, city, at_ms))
            self._store.write(EQUITY_DAY, merged_gaps(self._store, {}, city, at_ms))
        self._noted.clear()


def verdict_row(verdict: Verdict, at_ms: int) -> RowTuple:
    """A row of `VERDICT_DAY`; `at_ms` is the local midnight of its day."""
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
        verdict.uncertainty,
        int(verdict.marginal),
        verdict.samples,
        verdict.unit,
        verdict.method,
        verdict.version,
        verdict.standing,
        verdict.severity,
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


def district_rows(store: TimeSeries, district: str, at_ms: int) -> list[RowTuple]:
    """Rows of `DISTRICT_SCORE_DAY`, one a rule, from the stored rows of all its schools. May raise Unavailable."""
    schools = store.select(SCHOOL_SCORE_DAY, where={"district": district}, start_ms=at_ms, end_ms=at_ms + 1)
    return [(district, rule, at_ms, *_score(counts)) for rule, counts in _added(schools, "rule", tuple(COUNTED))]


def _place_row(site: Site, standing: str, score: Score, at_ms: int) -> RowTuple:
    counts = (score.passed, score.failed, score.indicative_low, score.insufficient_data, score.marginal, len(score.critical))
    return ("school", site.district, site.school, standing, at_ms, percent(score.score), percent(score.coverage), *counts)


def _sums(store: TimeSeries, where: Mapping[str, str], place: tuple[str, str], at_ms: int) -> list[RowTuple]:
    """Rows of the level above from those of the places in it: each level has its own, so that no panel sums across series."""
    rows = store.select(PLACE_SCORE_DAY, where=where, start_ms=at_ms, end_ms=at_ms + 1)
    level, name = place
    return [
        (level, name, name, standing, at_ms, *_score(counts), counts["marginal"], counts["critical_failed"])
        for standing, counts in _added(rows, "standing", _COUNTS)
    ]


def _added(rows: Iterable[Mapping[str, Cell]], key: str, names: Sequence[str]) -> list[tuple[str, dict[str, int]]]:
    """The counts of rows with the same `key` added up, sorted by it."""
    found: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(names, 0))
    for row in rows:
        counts = found[str(row[key])]
        for name in names:
            counts[name] += _count(row[name])
    return sorted(found.items())


def _score(counts: Mapping[str, int]) -> tuple[float | None, float | None, int, int, int, int]:
    """Share and coverage in percent, then the counts; see `_SCORE` there.

    The share is None where too little was judged for a score, both where nothing applies.
    """
    judged, applicable = counts["passed"] + counts["failed"], sum(counts[name] for name in COUNTED)
    share = percent(score_of(counts["passed"], counts["failed"], applicable))
    coverage = percent(share_of(judged, applicable))
    return share, coverage, counts["passed"], counts["failed"], counts["indicative_low"], counts["insufficient_data"]


def _count(cell: Cell) -> int:
    return cell if isinstance(cell, int) else 0
