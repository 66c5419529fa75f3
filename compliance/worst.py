"""The rooms that miss their clauses by most: each school's own few, and those of district and city merged from them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from compliance.rules import Standing
from compliance.verdicts import Verdict
from lamplighter.contract.measurements import WORST_DAY, Cell, RowTuple
from lamplighter.site.model import Site
from lamplighter.storage.timeseries.protocol import TimeSeries

MOST: Final = 10
"""Ranks kept at each level: the ten worst of many are among the ten worst of each part."""

_RANK: Final[Mapping[str, int]] = {"critical": 0, "major": 1, "minor": 2, "informational": 3}


class Place(NamedTuple):
    """One place of the tree as `PLACE_SCORE_DAY` names it."""

    level: str
    district: str
    name: str


class _Entry(NamedTuple):
    """A failing room; `shortfall_pct` is how far it misses its limit, in percent of the limit."""

    severity: str
    shortfall_pct: float
    school: str
    subject: str
    rule: str
    value: float | None
    threshold: float | None
    unit: str


def school_worst(site: Site, verdicts: Sequence[Verdict], at_ms: int) -> list[RowTuple]:
    """Rows of `WORST_DAY` of one school: each room once, by its worst failed clause; critical ones first."""
    rooms = {space.id for space in site.spaces}
    of_rooms = [verdict for verdict in verdicts if verdict.subject in rooms]
    place = Place("school", site.district, site.school)
    rows: list[RowTuple] = []
    for standing in sorted({verdict.standing for verdict in of_rooms}):
        rows += _rows(place, standing, _failed(of_rooms, standing), at_ms)
    return rows


def merged_worst(store: TimeSeries, where: Mapping[str, str], place: Place, at_ms: int) -> list[RowTuple]:
    """Rows of `WORST_DAY` of a place from the stored rows of the places in it. May raise Unavailable."""
    found: dict[str, list[_Entry]] = {}
    for row in store.select(WORST_DAY, where=where, start_ms=at_ms, end_ms=at_ms + 1):
        entries = found.setdefault(str(row["standing"]), [])
        if row["subject"]:
            entries.append(_entry(row))
    return [row for standing, entries in sorted(found.items()) for row in _rows(place, standing, entries, at_ms)]


def _failed(verdicts: Iterable[Verdict], standing: Standing) -> list[_Entry]:
    worst: dict[str, _Entry] = {}
    for verdict in verdicts:
        if verdict.verdict == "fail" and verdict.standing == standing:
            entry = _Entry(
                verdict.severity,
                -100 * (verdict.margin or 0.0) / abs(verdict.threshold or 1.0),
                verdict.school,
                verdict.subject,
                verdict.rule,
                verdict.value,
                verdict.threshold,
                verdict.unit,
            )
            worst[verdict.subject] = min(worst.get(verdict.subject, entry), entry, key=_order)
    return list(worst.values())


def _order(entry: _Entry) -> tuple[int, float, str, str]:
    return _RANK[entry.severity], -entry.shortfall_pct, entry.school, entry.subject


def _rows(place: Place, standing: str, entries: Iterable[_Entry], at_ms: int) -> Iterator[RowTuple]:
    """Every rank, those that nobody holds too: a row of an earlier look would stay otherwise."""
    ordered = sorted(entries, key=_order)[:MOST]
    for rank in range(1, MOST + 1):
        key = (place.level, place.district, place.name, standing, f"{rank:02d}", at_ms)
        if rank <= len(ordered):
            one = ordered[rank - 1]
            yield (*key, one.school, one.subject, one.rule, one.value, one.threshold, one.unit, one.shortfall_pct, one.severity)
        else:
            yield (*key, "", "", "", None, None, "", None, "")


def _entry(row: Mapping[str, Cell]) -> _Entry:
    return _Entry(
        str(row["severity"]),
        _number(row["shortfall"]) or 0.0,
        str(row["school"]),
        str(row["subject"]),
        str(row["rule"]),
        _number(row["value"]),
        _number(row["threshold"]),
        str(row["unit"]),
    )


def _number(cell: Cell) -> float | None:
    return float(cell) if isinstance(cell, int | float) else None
