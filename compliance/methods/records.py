"""Stated facts as evidence: documents, certificates, tests, and single measurements of an instrument."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Final

from compliance.evidence import months_after
from compliance.findings import Case, Finding, Missing
from compliance.limits import exact, limit_of
from compliance.methods.ledger import from_ledger
from compliance.rules import Rule
from compliance.verdicts import Input, Reason, reason
from lamplighter.site.facts import Document

LAMP_ROLES: Final = {
    "lamp_cri_ra": ("general", "board"),
    "lamp_r9": ("general", "board"),
    "lamp_cct": ("general", "board"),
    "lamp_risk_group": ("general",),
    "board_lamp_risk_group": ("board",),
}
"""Metric -> the luminaire groups of a room that must each have it."""


def from_records(case: Case) -> Finding | Missing:
    """The newest valid record of the subject; of a room's lamps, that of each group, and the worst group decides."""
    parts = [name for name, role in sorted(case.evidence.lamps.items()) if role in LAMP_ROLES.get(case.rule.metric, ())]
    found, missing = [], []
    for part in parts or [case.subject.id]:
        record, refused = _newest(case, {part, case.subject.id})
        found += [record] if record else []
        missing += [] if record else refused or [_nothing(case.rule, part if parts else None)]
    counted = case.evidence.counted.get(case.rule.metric, 0)
    if counted:
        return _counted(case, counted)
    if found:
        return _worst(case, found, tuple(missing))
    return from_ledger(case) or Missing(tuple(missing))


def _newest(case: Case, subjects: set[str]) -> tuple[Document | None, list[Reason]]:
    """The newest record that holds on the day, or why each older one does not. Of two of one day the worse one counts."""
    rule, refused = case.rule, []
    everyone = case.subject.kind == "district"  # its evidence holds nothing but its own
    asked = {
        row.id: row
        for row in case.evidence.documents
        if row.metric == rule.metric
        and row.method == rule.method_required
        and (everyone or row.subject in subjects)
        and row.on <= case.day
    }
    for on in sorted({row.on for row in asked.values()}, reverse=True):
        same_day = [row for row in asked.values() if row.on == on]
        holding = [row for row in same_day if _holds(rule, row, case.day)]
        if len(holding) == len(same_day):
            return min(holding, key=lambda row: (_margin(case, row), row.id)), []
        refused += [_expired(rule, row) for row in same_day if row not in holding]
    return None, refused


def _holds(rule: Rule, row: Document, day: date) -> bool:
    return day <= (row.valid_until or months_after(row.on, rule.valid_months))


def _expired(rule: Rule, row: Document) -> Reason:
    zh, en = rule.about.zh, rule.about.en
    if row.valid_until is not None:
        return reason("record_ended", at=row.on, until=row.valid_until, zh=zh, en=en)
    return reason("record_old", at=row.on, months=rule.valid_months, zh=zh, en=en)


def _nothing(rule: Rule, part: str | None) -> Reason:
    about = rule.about
    return reason("no_record_of", part=part, zh=about.zh, en=about.en) if part else reason("no_record", zh=about.zh, en=about.en)


def _margin(case: Case, row: Document) -> Fraction:
    limit = limit_of(case.rule, case.evidence.profile, case.evidence.limits, hz=row.frequency_hz)
    return limit.margin(exact(row.value)) if limit else Fraction()


def _counted(case: Case, counted: int) -> Finding:
    """What the ledger shows needs no walk to be found; nothing in the ledger is no proof."""
    words, source = reason("ledger_counts", count=counted), Input("document", "ledger", case.day.isoformat())
    return Finding(Fraction(counted), counted, "document", (source,), (words,))


def _worst(case: Case, found: Sequence[Document], missing: tuple[Reason, ...]) -> Finding:
    row, rule = min(found, key=lambda row: (_margin(case, row), row.id)), case.rule
    words = reason(
        "recorded", at=row.on, zh=rule.about.zh, en=rule.about.en, value=row.value, unit=rule.unit, source=row.source or row.id
    )
    return Finding(
        exact(row.value),
        len({record.id for record in found}),
        row.method,
        tuple(sorted({Input("document", record.id, record.on.isoformat()) for record in found})),
        (words, *missing),
        row.uncertainty,
        row.frequency_hz,
        whole=not missing,
    )
