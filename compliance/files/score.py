"""Verdicts from a folder of files alone."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

from compliance.files.counties import judge_counties
from compliance.files.folder import Folder
from compliance.files.readings import load_readings
from compliance.light.days import LightDays
from compliance.rules import Rule
from compliance.scoring import SchoolScorer
from compliance.subjects import concerns
from compliance.verdicts import Verdict
from lamplighter.site.calendar import days_between
from lamplighter.site.model import Site
from lamplighter.storage.timeseries.duckdb import IN_MEMORY, DuckDbSettings, DuckDbStore
from lamplighter.storage.timeseries.protocol import TimeSeries

_IN_MEMORY_BYTES: Final = 64 << 20


class Days(NamedTuple):
    """The days judged; `rules_of` re-scores them under the rules in force on another day."""

    first: date
    last: date
    rules_of: date | None = None


def score_folder(folder: Folder, rules: Sequence[Rule], days: Days) -> Iterator[Verdict]:
    """Every verdict, school by school, then county by county. Raises SettingsError with the faults of the readings."""
    if folder.readings is None:
        for site in folder.sites:
            yield from _score_school(folder, site, rules, days)
    else:
        with readings_store(folder.readings) as store:
            first = load_readings(folder.readings, folder.states, store)
            for site in folder.sites:
                seen = _day_of(site, first.get(site.school))
                yield from _score_school(folder, site, rules, days, store=store, seen_from=seen)
    yield from _score_counties(folder, rules, days)


def _score_school(
    folder: Folder,
    site: Site,
    rules: Sequence[Rule],
    days: Days,
    *,
    store: TimeSeries | None = None,
    seen_from: date | None = None,
) -> Iterator[Verdict]:
    """Each day by the ledger that holds on it; what sensors showed under one ledger is known under the next."""
    low_days = folder.low_days.get(site.school, {})
    begin = min(days.first, seen_from or days.first)
    for state in folder.states[site.school]:
        first, last = max(begin, state.first), min(days.last, state.last)
        if first > last:
            continue
        if store is not None and seen_from is not None and state.site.calibrations:
            LightDays(state.site, rules, store).look(days_between(first, last))
        scorer = SchoolScorer(state.site, rules, store, low_days=low_days)
        start = min(max(first, days.first), last + timedelta(days=1))
        yield from scorer.verdicts(start, last, seen_from=first, rules_of=days.rules_of)
        low_days = scorer.low_days


def _day_of(site: Site, at_ms: int | None) -> date | None:
    return None if at_ms is None else site.day_of(datetime.fromtimestamp(at_ms / 1000, UTC))


def line_of(verdict: Verdict) -> str:
    """One line of `score --json`."""
    return json.dumps(
        {
            "day": verdict.day.isoformat(),
            "school": verdict.school,
            "subject": verdict.subject,
            "rule": verdict.rule,
            "version": verdict.version,
            "verdict": verdict.verdict,
            "value": verdict.value,
            "threshold": verdict.threshold,
            "unit": verdict.unit,
            "margin": verdict.margin,
            "marginal": verdict.marginal,
            "samples": verdict.samples,
        },
        ensure_ascii=False,
    )


@contextmanager
def readings_store(readings: Path) -> Iterator[DuckDbStore]:
    """A store of its own, gone afterwards: in memory for a school's month, in a file for a city's."""
    with TemporaryDirectory(prefix="lamplighter-score-") as place:
        path = Path(IN_MEMORY) if readings.stat().st_size < _IN_MEMORY_BYTES else Path(place) / "readings.duckdb"
        store = DuckDbStore(DuckDbSettings(path=path))
        try:
            yield store
        finally:
            store.close()


def _score_counties(folder: Folder, rules: Sequence[Rule], days: Days) -> Iterator[Verdict]:
    if not folder.sites:
        return
    asked = [rule for rule in rules if rule.subject == "district" and concerns(rule, folder.sites[0])]
    for day in days_between(days.first, days.last):
        yield from judge_counties(folder, [rule for rule in asked if rule.in_force(days.rules_of or day)], day)
