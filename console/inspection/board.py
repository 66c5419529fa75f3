"""Places beside each other on their newest scored day, each kind of requirement apart, coverage beside every score."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from compliance.explain import STANDINGS
from compliance.rules import Standing
from lamplighter.contract.measurements import EQUITY_DAY, PLACE_SCORE_DAY, WORST_DAY, Cell
from lamplighter.storage.timeseries.protocol import TimeSeries

LOOK_BACK_MS: Final = 40 * 24 * 3_600_000
"""A place that was not scored for so long is not shown."""

Row = dict[str, Cell]


class Score(NamedTuple):
    """One place and kind of requirement; shares in percent. `rank` is None where too little was judged for a score."""

    place: str
    standing: Standing
    at_ms: int
    share: float | None
    coverage: float | None
    passed: int
    failed: int
    likely_low: int
    lacking: int
    marginal: int
    critical: int
    rank: int | None = None


class Gap(NamedTuple):
    """How far the schools of a place lie apart; shares in percent, None where nothing can be said."""

    share: float | None
    urban: float | None
    rural: float | None
    gap: float | None
    variation: float | None
    gini: float | None
    schools: int
    lacking: int


class Worst(NamedTuple):
    """A room among those that miss their clauses by most; `shortfall` in percent of the limit."""

    standing: str
    school: str
    subject: str
    rule: str
    value: float | None
    threshold: float | None
    unit: str
    shortfall: float
    severity: str


def scores(store: TimeSeries, where: Mapping[str, str], now_ms: int) -> dict[Standing, list[Score]]:
    """Standing -> the places, ranked. May raise Unavailable.

    A place with a critical failure comes after all without one, whatever its share; one without a score has no rank.
    """
    found: dict[Standing, list[Score]] = defaultdict(list)
    for row in store.latest(PLACE_SCORE_DAY, where=where, start_ms=now_ms - LOOK_BACK_MS):
        found[_standing(row)].append(_score(row))
    return {standing: _ranked(found[standing]) for standing in STANDINGS if found[standing]}


def gaps(store: TimeSeries, where: Mapping[str, str], now_ms: int) -> dict[str, Gap]:
    """Standing -> gaps between the schools of one place. May raise Unavailable."""
    rows = store.latest(EQUITY_DAY, where=where, start_ms=now_ms - LOOK_BACK_MS)
    return {str(row["standing"]): _gap(row) for row in rows}


def worst(store: TimeSeries, where: Mapping[str, str], now_ms: int) -> list[Worst]:
    """The rooms of one place that miss their clauses by most: mandatory first, then as ranked. May raise Unavailable."""
    rows = store.latest(WORST_DAY, where=where, start_ms=now_ms - LOOK_BACK_MS)
    newest = max((_int(row["at_ms"]) for row in rows), default=0)
    held = [row for row in rows if row["subject"] and row["at_ms"] == newest]
    order = tuple(STANDINGS)
    return [_worst(row) for row in sorted(held, key=lambda row: (order.index(_standing(row)), str(row["rank"])))]


def day_of(at_ms: int, zone: ZoneInfo) -> date:
    """The local day that a stored row is about."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone).date()


def _ranked(found: Sequence[Score]) -> list[Score]:
    judged = sorted(
        (one for one in found if one.share is not None), key=lambda one: (one.critical > 0, -(one.share or 0), one.place)
    )
    ranked = [one._replace(rank=number) for number, one in enumerate(judged, 1)]
    return [*ranked, *sorted((one for one in found if one.share is None), key=lambda one: one.place)]


def _score(row: Row) -> Score:
    counts = ("passed", "failed", "indicative_low", "insufficient_data", "marginal", "critical_failed")
    place, at_ms = str(row["place"]), _int(row["at_ms"])
    return Score(place, _standing(row), at_ms, number(row["share"]), number(row["coverage"]), *(_int(row[name]) for name in counts))


def _gap(row: Row) -> Gap:
    share, urban, rural, gap, variation, gini = (
        number(row[name]) for name in ("share", "urban", "rural", "gap", "variation", "gini")
    )
    return Gap(share, urban, rural, gap, variation, gini, _int(row["schools"]), _int(row["lacking"]))


def _worst(row: Row) -> Worst:
    value, threshold, shortfall = number(row["value"]), number(row["threshold"]), number(row["shortfall"]) or 0.0
    school, subject, rule = (str(row[name]) for name in ("school", "subject", "rule"))
    return Worst(_standing(row), school, subject, rule, value, threshold, str(row["unit"]), shortfall, str(row["severity"]))


def _standing(row: Row) -> Standing:
    return next(one for one in STANDINGS if one == row["standing"])


def number(cell: Cell) -> float | None:
    """A stored number; None where there is none."""
    return float(cell) if isinstance(cell, int | float) else None


def _int(cell: Cell) -> int:
    return int(cell) if isinstance(cell, int | float) else 0
