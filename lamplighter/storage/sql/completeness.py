"""What every start of every gateway produced, and what became of it: stored, rejected, shed, waiting, missing."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import ColumnElement, Connection, FromClause, Select, Table, and_, delete, exists, or_, select, update

from lamplighter.contract.records import Start as EndedStart
from lamplighter.contract.topics import DURABLE_LANES, Gateway
from lamplighter.storage.sql.received import Range, Start, merge, size, without
from lamplighter.storage.sql.tables import GAPS, GATEWAYS, GIVEN_UP, LANES, RECEIVED
from lamplighter.storage.sql.upsert import upsert

Tail = Literal["open", "ended", "unknown"]
_KEY: Final = ("district", "school", "gateway", "boot", "boot_id", "lane")


class Gap(NamedTuple):
    """Messages missing: inclusive seq, and when that was first seen (ms; 0: not yet)."""

    first: int
    last: int
    seen_at_ms: int


class Account(NamedTuple):
    """One lane of one start, counted in messages.

    produced = stored + rejected + shed + dead + waiting + missing, as far as is known; `waiting` is still at the gateway.
    `tail`: open: this start runs; ended: a later start of the same outbox said that `produced` is final; unknown: another outbox
    has taken its place, and what it had not yet sent nobody knows.
    """

    start: Start
    lane: str
    produced: int
    stored: int
    rejected: int
    shed: int
    shed_items: int
    dead: int
    waiting: int
    missing: int
    late: int
    duplicates: int
    last_at_ms: int
    tail: Tail
    gaps: list[Gap]

    @property
    def complete(self) -> bool:
        """Whether all that is known to have been produced is accounted for, and nothing can be unknown."""
        return self.missing == self.dead == 0 and self.tail != "unknown"


class _Spans(NamedTuple):
    """Of one start's lane: ranges received, shed, and dead, merged; readings shed; when gaps were first seen."""

    received: list[Range]
    shed: list[Range]
    dead: list[Range]
    shed_items: int
    seen: Mapping[int, int]


def accounts(connection: Connection, *, since_ms: int = 0, school: str | None = None, or_gaps: bool = False) -> list[Account]:
    """Every start heard of at or after `since_ms`, with `or_gaps` those known to lack something too; by gateway, start, lane."""
    current = {Gateway(*row[:3]): Start(Gateway(*row[:3]), row[3], row[4]) for row in connection.execute(_CURRENT)}
    chosen = _chosen(since_ms, school, or_gaps=or_gaps)
    lanes = connection.execute(select(LANES).where(chosen)).mappings()
    spans = _SpansOf(connection, chosen)
    found = []
    for row in lanes:
        start = Start(Gateway(row["district"], row["school"], row["gateway"]), row["boot"], row["boot_id"])
        tail = _tail(start, current.get(start.gateway), final=row["final"])
        found.append(_account(start, row, spans(start, row["lane"]), tail))
    return sorted(found, key=lambda one: (one.start, DURABLE_LANES.index(one.lane)))


def _chosen(since_ms: int, school: str | None, *, or_gaps: bool) -> ColumnElement[bool]:
    """Which rows of `lanes` are looked at."""
    heard: ColumnElement[bool] = LANES.c.last_at_ms >= since_ms
    if or_gaps:
        heard = or_(heard, exists().where(_same_lane(GAPS.alias("known"))).correlate(LANES))
    return heard if school is None else and_(heard, LANES.c.school == school)


def _same_lane(table: FromClause) -> ColumnElement[bool]:
    return and_(*(table.c[name] == LANES.c[name] for name in _KEY))


_CURRENT: Final = select(GATEWAYS.c.district, GATEWAYS.c.school, GATEWAYS.c.gateway, GATEWAYS.c.boot, GATEWAYS.c.boot_id).where(
    GATEWAYS.c.boot_id != ""
)


def _tail(start: Start, current: Start | None, *, final: bool) -> Tail:
    if final:
        return "ended"
    if current is None or (start.boot, start.boot_id) == (current.boot, current.boot_id) or start.boot > current.boot:
        return "open"
    return "unknown"


def _account(start: Start, row: Mapping[Any, Any], spans: _Spans, tail: Tail) -> Account:
    high, low = row["high"], row["low"]
    produced = max(high, max((last for _first, last in (*spans.received, *spans.shed, *spans.dead)), default=0))
    shed = without(spans.shed, spans.received)
    dead = without(without(spans.dead, spans.received), shed)
    absent = without([(1, produced)] if produced else [], merge([*spans.received, *shed, *dead]))
    # The gateway holds what is not below `low`, unless it is gone with its disk.
    missing = without(absent, [(low, 2**62)]) if tail != "unknown" else absent
    return Account(
        start=start,
        lane=str(row["lane"]),
        produced=produced,
        stored=size(spans.received) - row["rejected"],
        rejected=row["rejected"],
        shed=size(shed),
        shed_items=spans.shed_items,
        dead=size(dead),
        waiting=size(absent) - size(missing),
        missing=size(missing),
        late=row["late"],
        duplicates=row["duplicates"],
        last_at_ms=row["last_at_ms"],
        tail=tail,
        gaps=[Gap(first, last, spans.seen.get(first, 0)) for first, last in missing],
    )


class _SpansOf:
    """The spans of the chosen lanes, read in three queries."""

    def __init__(self, connection: Connection, chosen: ColumnElement[bool]) -> None:
        self._received: dict[tuple[Start, str], list[Range]] = defaultdict(list)
        self._given_up: dict[tuple[Start, str, str], list[Range]] = defaultdict(list)
        self._items: dict[tuple[Start, str], int] = defaultdict(int)
        self._seen: dict[tuple[Start, str], dict[int, int]] = defaultdict(dict)
        for *key, lane, first, last in connection.execute(
            _select(RECEIVED, "first", "last").join(LANES, _same_lane(RECEIVED)).where(chosen)
        ):
            self._received[_start(key), lane].append((first, last))
        for *key, lane, why, first, last, items in connection.execute(
            _select(GIVEN_UP, "why", "first", "last", "items").join(LANES, _same_lane(GIVEN_UP)).where(chosen)
        ):
            self._given_up[_start(key), lane, why].append((first, last))
            self._items[_start(key), lane] += items if why == "shed" else 0
        for *key, lane, first, seen_at_ms in connection.execute(
            _select(GAPS, "first", "seen_at_ms").join(LANES, _same_lane(GAPS)).where(chosen)
        ):
            self._seen[_start(key), lane][first] = seen_at_ms

    def __call__(self, start: Start, lane: str) -> _Spans:
        return _Spans(
            merge(self._received[start, lane]),
            merge(self._given_up[start, lane, "shed"]),
            merge(self._given_up[start, lane, "dead"]),
            self._items[start, lane],
            self._seen[start, lane],
        )


def _select(table: Table, *columns: str) -> Select[tuple[Any, ...]]:
    return select(*(table.c[name] for name in (*_KEY, *columns)))


def _start(key: Sequence[Any]) -> Start:
    return Start(Gateway(*key[:3]), key[3], key[4])


def note_gaps(connection: Connection, found: Sequence[Account], *, at_ms: int) -> None:
    """Remember since when each gap of these lanes has been seen; forget those that were filled."""
    looked_at = {(one.start, one.lane) for one in found}
    known = {
        (_start(key), lane, first): seen
        for *key, lane, first, seen in connection.execute(_select(GAPS, "first", "seen_at_ms"))
        if (_start(key), lane) in looked_at
    }
    rows = [
        {
            **one.start.key(one.lane),
            "first": gap.first,
            "last": gap.last,
            "seen_at_ms": known.get((one.start, one.lane, gap.first), at_ms),
        }
        for one in found
        for gap in one.gaps
    ]
    now = {(_start([row[name] for name in _KEY[:-1]]), row["lane"], row["first"]) for row in rows}
    for start, lane, first in known.keys() - now:
        connection.execute(delete(GAPS).filter_by(**start.key(lane), first=first))
    upsert(connection, GAPS, rows, key=(*_KEY, "first"))


def note_ended(connection: Connection, gateway: Gateway, starts: Sequence[EndedStart]) -> None:
    """Take a gateway's word for its outbox's earlier starts: they gave out so many numbers and give out no more."""
    for start in starts:
        for lane, high in start.high.items():
            if lane not in DURABLE_LANES or not 0 < high < 2**62 or not 0 < start.boot < 2**62:
                continue
            key = Start(gateway, start.boot, start.boot_id[:64]).key(lane)
            known = connection.execute(select(LANES.c.high, LANES.c.final).filter_by(**key)).one_or_none()
            if known is None:
                zero = dict.fromkeys(("stored", "rejected", "duplicates", "last_at_ms", "late"), 0)
                upsert(connection, LANES, [{**key, "low": 1, "high": high, **zero, "final": True}], key=_KEY)
            elif not known.final or known.high < high:
                connection.execute(update(LANES).filter_by(**key).values(final=True, high=max(high, known.high)))
