"""Verdicts from a folder of files alone."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

from compliance.engine import judge
from compliance.equity import EquityRow, Group, figures_of, groups_of
from compliance.evidence import Evidence
from compliance.files.folder import Folder
from compliance.files.readings import load_readings
from compliance.rules import Rule
from compliance.scoring import SchoolScorer
from compliance.subjects import Subject, concerns
from compliance.verdicts import Verdict
from lamplighter.site.calendar import days_between
from lamplighter.site.facts import Document, Profile, Stage
from lamplighter.site.model import Site
from lamplighter.storage.timeseries.duckdb import IN_MEMORY, DuckDbSettings, DuckDbStore
from lamplighter.storage.timeseries.protocol import TimeSeries

_IN_MEMORY_BYTES: Final = 64 << 20

STAGES: Final[tuple[Stage, ...]] = ("primary", "junior", "senior")


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
    yield from _score_equity(folder, rules, days)


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


def _score_equity(folder: Folder, rules: Sequence[Rule], days: Days) -> Iterator[Verdict]:
    """The district rules for each county, stage and index that `equity/` has."""
    if not folder.sites:
        return
    site = folder.sites[0]
    asked = [rule for rule in rules if rule.subject == "district" and concerns(rule, site)]
    for day in days_between(days.first, days.last):
        for index, rows in folder.equity.items():
            yield from _judge_index(site, [rule for rule in asked if rule.in_force(days.rules_of or day)], day, (index, rows))


def _judge_index(site: Site, rules: Sequence[Rule], day: date, named: tuple[str, Sequence[EquityRow]]) -> Iterator[Verdict]:
    index, rows = named
    for group in groups_of(rows):
        subject = Subject(f"{group.county or site.district}:{group.stage or 'all'}:{index}", "district")
        evidence = Evidence(
            district=site.district,
            school="",
            zone=site.zone(),
            lessons=site.lessons,
            profile=_profile(group),
            documents=_variation(group, index, day),
        )
        yield from (judge(rule, subject, day, evidence) for rule in rules)


def _profile(group: Group) -> Profile | None:
    stages = tuple(stage for stage in STAGES if stage == group.stage)
    return Profile(stages=stages, enrolment=round(sum(school.pupils for school in group.schools))) if stages else None


def _variation(group: Group, index: str, day: date) -> tuple[Document, ...]:
    """The county's coefficient as a document; none while a school lacks evidence: a hole is never a pass."""
    found = figures_of(group.schools)
    if group.lacking or found is None or found.variation is None:
        return ()
    stated = {"id": "variation", "method": "document", "subject": "county", "metric": "resource_variation", "on": day}
    return (Document.model_validate(stated | {"value": found.variation, "source": f"equity/{index}.csv"}),)
