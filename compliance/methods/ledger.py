"""What a school's ledger itself counts, as evidence where no document states it: guards, rounds, cleanings, installed power."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from hashlib import sha256
from typing import Final, NamedTuple

from compliance.evidence import months_after
from compliance.findings import Case, Finding
from compliance.limits import exact, limit_of
from compliance.verdicts import Input, reason
from lamplighter.runtime.settings import Settings

YEAR_MONTHS: Final = 12

UNNAMED: Final = frozenset({"person", "licence"})
"""Keys of rows that tell who somebody is: no part of what a verdict rests on."""


class Figure(NamedTuple):
    """A value in the metric's unit from these rows; what does not prove may fail, never pass."""

    value: Fraction
    rows: Sequence[Settings]
    proves: bool = True


def from_ledger(case: Case) -> Finding | None:
    """What the ledger counts about the subject on the day; None where it has no such rows: nothing written down is no proof."""
    count = FIGURES.get(case.rule.metric)
    figure = count(case) if count is not None else None
    if figure is None:
        return None
    about, unit = case.rule.about, "" if case.rule.unit == "1" else case.rule.unit
    words = [reason("ledger_says", zh=about.zh, en=about.en, value=float(figure.value), unit=unit, count=len(figure.rows))]
    if not figure.proves:
        words.append(reason("ledger_no_proof"))
    source = (Input("document", _named(figure.rows), case.day.isoformat()),)
    return Finding(figure.value, len(figure.rows), "document", source, tuple(words), whole=figure.proves)


def _named(rows: Sequence[Settings]) -> str:
    """Another name for other rows, so that a ledger somebody mended is new evidence."""
    content = "\n".join(sorted(row.model_dump_json(exclude=set(UNNAMED)) for row in rows))
    return f"ledger-{sha256(content.encode()).hexdigest()[:12]}"


def _guards(case: Case) -> Figure | None:
    rows = case.evidence.ledger.guards
    here = [row for row in rows if row.since <= case.day <= (row.until or case.day)]
    return Figure(Fraction(len(here)), rows) if rows else None


def _full_time(case: Case) -> Figure | None:
    rows = case.evidence.ledger.guards
    here = [row for row in rows if row.full_time and row.since <= case.day <= (row.until or case.day)]
    return Figure(Fraction(bool(here)), rows) if rows else None


def _rounds(case: Case) -> Figure | None:
    """Rounds planned for a day: too few of them fail, enough prove nothing about rounds walked."""
    rows = case.evidence.ledger.patrols
    return Figure(Fraction(sum(len(row.starts) for row in rows)), rows, proves=False) if rows else None


def _cleanings(case: Case) -> Figure | None:
    """Cleanings of the room's lamps within twelve months up to the day."""
    rows = [
        work
        for work in case.evidence.works
        if work.kind == "lamps_cleaned" and work.on <= case.day <= months_after(work.on, YEAR_MONTHS)
    ]
    days = {work.on for work in rows}
    return Figure(Fraction(len(days)), rows) if rows else None


def _power_density(case: Case) -> Figure | None:
    """Rated power of the general luminaires over the floor: GB/T 50034 limits what is installed for general lighting.

    With the board's luminaires it may be more than the limit: such a room has no pass from the ledger.
    """
    groups, area_m2 = case.evidence.ledger.luminaires, case.evidence.ledger.area_m2
    if not groups or area_m2 is None or any(group.power_w is None for group in groups):
        return None
    power = {group.id: group.count * exact(group.power_w or 0.0) for group in groups}
    general = sum((power[group.id] for group in groups if group.role == "general"), Fraction()) / exact(area_m2)
    limit = limit_of(case.rule, case.evidence.profile, case.evidence.limits)
    proves = limit is not None and limit.holds(sum(power.values(), Fraction()) / exact(area_m2))
    return Figure(general, groups, proves=proves)


FIGURES: Final[dict[str, Callable[[Case], Figure | None]]] = {
    "guards": _guards,
    "full_time_guards": _full_time,
    "patrol_rounds": _rounds,
    "lamp_cleanings_a_year": _cleanings,
    "lighting_power_density": _power_density,
}
"""Metric -> how the ledger counts it."""
