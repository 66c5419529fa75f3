"""A dated test by hand as evidence where no device can read: somebody played the recorder's oldest picture and wrote down when."""

from datetime import date, timedelta
from typing import Final

from compliance.findings import Case, Finding, Missing
from compliance.limits import exact, limit_of
from compliance.verdicts import Input, reason
from lamplighter.site.facts import Document

TESTED_AS: Final = {"kitchen_recording_age": "recording_age"}
"""Metric -> the metric that a test states where both are one quantity: one playback speaks for every rule about the recording."""


def from_test(case: Case) -> Finding | Missing:
    """The newest test of the subject that still speaks on the day; of two of one day the worse one counts."""
    rule = case.rule
    limit = limit_of(rule, case.evidence.profile, case.evidence.limits)
    tests = [row for row in case.evidence.documents if _speaks(case, row)]
    if limit is None or not tests:
        return Missing(())
    newest = max(row.on for row in tests)
    row = min((one for one in tests if one.on == newest), key=lambda one: (limit.margin(exact(one.value)), one.id))
    words = reason(
        "recorded", at=row.on, zh=rule.about.zh, en=rule.about.en, value=row.value, unit=rule.unit, source=row.source or row.id
    )
    return Finding(exact(row.value), 1, "test", (Input("document", row.id, row.on.isoformat()),), (words,), row.uncertainty)


def _speaks(case: Case, row: Document) -> bool:
    """Whether the row is such a test and its days are not over; it may end sooner than the rule lets it, never later."""
    rule = case.rule
    asked = TESTED_AS.get(rule.metric, rule.metric)
    if rule.test_days is None or (row.metric, row.method, row.subject) != (asked, "test", case.subject.id):
        return False
    last: date = row.on + timedelta(days=rule.test_days - 1)
    return row.on <= case.day <= min(last, row.valid_until or last)
