"""Every rule's verdicts for days that are over, stored with the scores of school, district and city."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

from compliance.evidence import day_span_ms, midnight_ms
from compliance.gaps import merged_gaps, school_gaps
from compliance.history.live import Keep
from compliance.rules import Rule
from compliance.scores import percent
from compliance.scoring import LowDays, SchoolScorer
from compliance.subjects import concerns
from compliance.summary import Score, score_of, scores_of, share_of
from compliance.verdicts import Verdict
from compliance.worst import Place, merged_worst, school_worst
from lamplighter.contract.measurements import EQUITY_DAY, PLACE_SCORE_DAY, VERDICT_DAY, WORST_DAY, Cell, RowTuple
from lamplighter.runtime.clock import Clock
from lamplighter.site.model import Site
from lamplighter.storage.timeseries.protocol import TimeSeries

SETTLE: Final = timedelta(minutes=1)
"""A day is over this long after its end: what a gateway sends a few seconds late still belongs to it."""

LOW_FOR: Final = timedelta(days=400)
"""So far back sensors that showed a room low may still speak against a survey: a survey counts for 12 months."""

CITY: Final = "all"
_COUNTS: Final = ("passed", "failed", "indicative_low", "insufficient_data", "marginal", "critical_failed")


class ClosedDays:
    """Judges days that are over; any call may raise Unavailable. Running again writes the same rows.

    `keep` takes each day and its verdicts once they are stored: the history, where one is kept.
    """

    def __init__(self, site: Site, rules: Sequence[Rule], store: TimeSeries, clock: Clock, *, keep: Keep | None = None) -> None:
        self._site = site
        self._keep = keep
        self._rules = tuple(rule for rule in rules if concerns(rule, site))
        self._store = store
        self._clock = clock

    def refresh(self, days: Iterable[date]) -> int:
        """Judge those of the days that are over, oldest first; how many verdicts they hold now."""
        now_ms = self._clock.now_ms() - SETTLE // timedelta(milliseconds=1)
        over = sorted(day for day in days if day_span_ms(day, self._site.zone())[1] <= now_ms)
        if not over:
            return 0
        scorer = SchoolScorer(
            self._site, self._rules, self._store, low_days=low_days_of(self._site, self._rules, self._store, over[0])
        )
        return sum(self._write(day, list(scorer.verdicts(day, day))) for day in over)

    def _write(self, day: date, verdicts: Sequence[Verdict]) -> int:
        at_ms, store, site = midnight_ms(day, self._site.zone()), self._store, self._site
        store.write(VERDICT_DAY, [verdict_row(verdict, at_ms) for verdict in verdicts])
        scores = scores_of(verdicts, lambda _: site.school)
        store.write(PLACE_SCORE_DAY, [_school_row(site, standing, score, at_ms) for (_, standing), score in scores.items()])
        store.write(
            PLACE_SCORE_DAY, _sums(store, {"level": "school", "district": site.district}, ("district", site.district), at_ms)
        )
        store.write(PLACE_SCORE_DAY, _sums(store, {"level": "district"}, ("city", CITY), at_ms))
        store.write(WORST_DAY, school_worst(site, verdicts, at_ms))
        store.write(EQUITY_DAY, school_gaps(site, scores, at_ms))
        self._write_above(at_ms)
        if self._keep is not None:
            self._keep(day, verdicts)
        return len(verdicts)

    def _write_above(self, at_ms: int) -> None:
        """The worst rooms and the gaps between schools, of the district and of the city."""
        store, name = self._store, self._site.district
        district, city = Place("district", name, name), Place("city", CITY, CITY)
        store.write(WORST_DAY, merged_worst(store, {"level": "school", "district": name}, district, at_ms))
        store.write(WORST_DAY, merged_worst(store, {"level": "district"}, city, at_ms))
        store.write(EQUITY_DAY, merged_gaps(store, {"district": name}, district, at_ms))
        store.write(EQUITY_DAY, merged_gaps(store, {}, city, at_ms))


def low_days_of(site: Site, rules: Iterable[Rule], store: TimeSeries, before: date) -> LowDays:
    """Stored days before one day on which sensors showed a room low; may raise Unavailable."""
    names = [rule.id for rule in rules if rule.screened]
    if not names:
        return {}
    end_ms = midnight_ms(before, site.zone())
    start_ms = end_ms - LOW_FOR // timedelta(milliseconds=1)
    found: dict[tuple[str, str], set[date]] = defaultdict(set)
    where = {"school": site.school, "rule": names}
    for row in store.select(VERDICT_DAY, where=where, start_ms=start_ms, end_ms=end_ms):
        if row["verdict"] == "indicative_low":
            at = datetime.fromtimestamp(int(str(row["at_ms"])) / 1000, UTC)
            found[str(row["subject"]), str(row["rule"])].add(site.day_of(at))
    return {key: frozenset(days) for key, days in found.items()}


def verdict_row(verdict: Verdict, at_ms: int) -> RowTuple:
    """A row of `VERDICT_DAY`."""
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


def _school_row(site: Site, standing: str, score: Score, at_ms: int) -> RowTuple:
    counts = (score.passed, score.failed, score.indicative_low, score.insufficient_data, score.marginal, len(score.critical))
    return ("school", site.district, site.school, standing, at_ms, percent(score.score), percent(score.coverage), *counts)


def _sums(store: TimeSeries, where: Mapping[str, str], place: tuple[str, str], at_ms: int) -> list[RowTuple]:
    """Rows of the level above from those of the places in it: each level has its own, so that no panel sums across series."""
    found: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(_COUNTS, 0))
    for row in store.select(PLACE_SCORE_DAY, where=where, start_ms=at_ms, end_ms=at_ms + 1):
        for name in _COUNTS:
            found[str(row["standing"])][name] += _count(row[name])
    level, name = place
    return [(level, name, name, standing, at_ms, *_shares(counts), *counts.values()) for standing, counts in sorted(found.items())]


def _shares(counts: Mapping[str, int]) -> tuple[float | None, float | None]:
    applicable = sum(counts[name] for name in _COUNTS[:4])
    judged = counts["passed"] + counts["failed"]
    return percent(score_of(counts["passed"], counts["failed"], applicable)), percent(share_of(judged, applicable))


def _count(cell: Cell) -> int:
    return cell if isinstance(cell, int) else 0
