"""Verdicts of one school: day by day as a calendar, the newest of each rule in full, and how one of them follows."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import Connection

from compliance.evidence import midnight_ms
from compliance.explain import VerdictId
from compliance.history.closing import verdicts_of
from compliance.rules import Rule
from compliance.verdicts import Verdict
from console.inspection.board import Row, day_of, number
from lamplighter.contract.measurements import PLACE_SCORE_DAY, VERDICT_DAY, Cell
from lamplighter.site.calendar import days_between
from lamplighter.site.model import Site
from lamplighter.storage.timeseries.protocol import TimeSeries

_ORDER: Final = ("fail", "indicative_low", "insufficient_data", "pass", "not_applicable")
_SEVERITIES: Final = ("critical", "major", "minor", "informational")
_LOOK_BACK: Final = timedelta(days=40)
_DAY: Final = timedelta(days=1)

Rules = Mapping[tuple[str, str], Rule]
"""(id, version) -> rule."""


class Line(NamedTuple):
    """A line of a calendar: what it is about, and the verdict of each day ("" where none was made)."""

    name: str
    verdicts: tuple[str, ...]


class Detail(NamedTuple):
    """A stored verdict with its rule (None for one that our packs no longer have) and its day."""

    day: date
    subject: str
    verdict: str
    standing: str
    severity: str
    value: float | None
    threshold: float | None
    margin: float | None
    uncertainty: float | None
    marginal: bool
    unit: str
    samples: int
    method: str
    rule_id: str
    version: str
    reason_zh: str
    reason_en: str
    rule: Rule | None


def month_of(day: date) -> tuple[date, date]:
    """The first and the last day of the month."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - _DAY


def term_of(site: Site, day: date) -> tuple[date, date]:
    """The term that a day lies in, or the one before it; the month where the school's calendar names none."""
    terms = [] if site.calendar is None else [term for term in site.calendar.terms if term.first <= day]
    newest = max(terms, key=lambda term: term.first, default=None)
    return month_of(day) if newest is None else (newest.first, newest.last)


def by_subject(rows: Iterable[Row], site: Site, span: tuple[date, date], *, standing: str, rule: str = "") -> list[Line]:
    """A line a subject: the worst verdict of each day under one rule, or under all of one standing."""
    chosen = [row for row in rows if (row["rule"] == rule if rule else row["standing"] == standing)]
    return _lines(chosen, site, span, "subject")


def by_rule(rows: Iterable[Row], site: Site, span: tuple[date, date], subject: str) -> list[Line]:
    """A line a rule that ever applied to the subject."""
    return _lines([row for row in rows if row["subject"] == subject], site, span, "rule")


def stored(store: TimeSeries, site: Site, span: tuple[date, date], *, rule: str = "", subject: str = "") -> list[Row]:
    """The school's verdicts of these days, oldest first. May raise Unavailable."""
    where = {"school": site.school, **({"rule": rule} if rule else {}), **({"subject": subject} if subject else {})}
    first, last = span
    return store.select(
        VERDICT_DAY, where=where, start_ms=midnight_ms(first, site.zone()), end_ms=midnight_ms(last + _DAY, site.zone())
    )


def newest(store: TimeSeries, site: Site, rules: Rules, today: date) -> list[Detail]:
    """The verdict of every subject and rule on the newest day that was scored, the worst first. May raise Unavailable.

    What sensors have shown since, the day in progress included, stands in place of the older verdict. What never applied is left
    out, and so is a rule that was no longer judged on that day.
    """
    start_ms = midnight_ms(today - _LOOK_BACK, site.zone())
    rows = store.latest(VERDICT_DAY, where={"school": site.school}, start_ms=start_ms)
    scored = store.latest(PLACE_SCORE_DAY, where={"level": "school", "place": site.school}, start_ms=start_ms)
    since = max((int(row["at_ms"] or 0) for row in scored or rows), default=0)
    shown = [row for row in rows if row["verdict"] != "not_applicable" and int(row["at_ms"] or 0) >= since]
    details = [_detail(row, site, rules) for row in shown]
    return sorted(details, key=lambda one: (_ORDER.index(one.verdict), _SEVERITIES.index(one.severity), one.subject, one.rule_id))


def judged(store: TimeSeries, connection: Connection, site: Site, *, asked: VerdictId, rules: Rules) -> tuple[Verdict, Rule] | None:
    """A verdict with its rule, as stored; what it rests on comes from the history where the day is kept. None for no such."""
    day = date.fromisoformat(asked.day)
    rows = stored(store, site, (day, day), rule=asked.rule, subject=asked.subject)
    if not rows:
        return None
    one = _detail(rows[0], site, rules)
    if one.rule is None:
        return None
    kept = next((row for row in verdicts_of(connection, asked.school, day) if _is(row, asked)), None)
    return _verdict(one, site, kept["inputs"] if kept else ()), one.rule


def _is(row: Mapping[str, object], asked: VerdictId) -> bool:
    return (row["subject"], row["rule"]) == (asked.subject, asked.rule)


def _lines(rows: Sequence[Row], site: Site, span: tuple[date, date], name: str) -> list[Line]:
    days = list(days_between(*span))
    worst: dict[str, dict[date, str]] = defaultdict(dict)
    for row in rows:
        day, verdict = day_of(int(row["at_ms"] or 0), site.zone()), str(row["verdict"])
        known = worst[str(row[name])].get(day, "not_applicable")
        worst[str(row[name])][day] = min(known, verdict, key=_ORDER.index)
    lines = [Line(key, tuple(found.get(day, "") for day in days)) for key, found in sorted(worst.items())]
    return [line for line in lines if set(line.verdicts) - {"", "not_applicable"}]


def _detail(row: Row, site: Site, rules: Rules) -> Detail:
    version = str(row["version"])
    return Detail(
        day=day_of(int(row["at_ms"] or 0), site.zone()),
        subject=str(row["subject"]),
        verdict=str(row["verdict"]),
        standing=str(row["standing"]),
        severity=str(row["severity"]),
        value=number(row["value"]),
        threshold=number(row["threshold"]),
        margin=number(row["margin"]),
        uncertainty=number(row["uncertainty"]),
        marginal=bool(row["marginal"]),
        unit=_unit(row["unit"]),
        samples=int(row["samples"] or 0),
        method=str(row["method"]),
        rule_id=str(row["rule"]),
        version=version,
        reason_zh=str(row["reason_zh"] or ""),
        reason_en=str(row["reason_en"] or ""),
        rule=rules.get((str(row["rule"]), version)),
    )


def _unit(cell: Cell) -> str:
    return "" if cell in {None, "1"} else str(cell)


def _verdict(one: Detail, site: Site, inputs: Sequence[Sequence[str]]) -> Verdict:
    """As the engine made it."""
    facts = {name: value for name, value in one._asdict().items() if name in Verdict.__struct_fields__}
    place = {"district": site.district, "school": site.school, "rule": one.rule_id, "unit": one.unit or "1"}
    reasons = [("stored", one.reason_zh, one.reason_en)] if one.reason_en else []
    return msgspec.convert({**facts, **place, "inputs": inputs, "reasons": reasons}, Verdict)
