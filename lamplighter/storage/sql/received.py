"""Which sequence numbers of a gateway's lane the centre has, as inclusive ranges that never overlap or touch."""

import hashlib
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, and_, bindparam, delete, select, text

from lamplighter.contract.topics import Gateway
from lamplighter.storage.sql.tables import RECEIVED
from lamplighter.storage.sql.upsert import upsert

Range = tuple[int, int]
_KEY: Final = ("district", "school", "gateway", "boot", "boot_id", "lane")
_FIND: Final = select(*(RECEIVED.c[name] for name in (*_KEY, "first", "last"))).where(
    RECEIVED.c.lane == bindparam("of_lane"),
    RECEIVED.c.boot_id.in_(bindparam("boot_ids", expanding=True)),
    RECEIVED.c.last >= bindparam("least"),
)
_FORGET: Final = delete(RECEIVED).where(and_(*(RECEIVED.c[name] == bindparam(f"of_{name}") for name in (*_KEY, "first"))))


class Start(NamedTuple):
    """One start of a gateway."""

    gateway: Gateway
    boot: int
    boot_id: str

    def key(self, lane: str) -> dict[str, Any]:
        """Its columns in the tables."""
        return {**self.gateway._asdict(), "boot": self.boot, "boot_id": self.boot_id, "lane": lane}


class Noted(NamedTuple):
    """What came of noting some numbers: those that are new, how many of these came after a later one, and what is there now."""

    fresh: set[int]
    late: int
    ranges: list[Range]


def record_all(connection: Connection, lane: str, seqs: Mapping[Start, Collection[int]], *, least: int = 0) -> dict[Start, Noted]:
    """Note the numbers of many starts of one lane in a few statements.

    Only ranges that end at `least` - 1 or later are read and returned; no number may be smaller. Call it inside a transaction. Two
    writers of one start take turns.
    """
    starts = sorted(start for start, numbers in seqs.items() if numbers)
    _take_turns(connection, lane, starts)
    old: dict[Start, dict[int, int]] = defaultdict(dict)
    values = {"of_lane": lane, "boot_ids": sorted({start.boot_id for start in starts}), "least": least - 1}
    for district, school, gateway, boot, boot_id, _lane, first, last in connection.execute(_FIND, values):
        old[Start(Gateway(district, school, gateway), boot, boot_id)][first] = last
    changed: list[dict[str, Any]] = []
    swallowed: list[dict[str, Any]] = []
    noted = {}
    for start in starts:
        before, fresh = old[start], set(seqs[start])
        after = merge([*before.items(), *merge((seq, seq) for seq in fresh)])
        key = start.key(lane)
        changed += [{**key, "first": first, "last": last} for first, last in after if before.get(first) != last]
        now = dict(after)
        swallowed += [{**_renamed(key), "of_first": first} for first in before if first not in now]
        noted[start] = _noted(fresh, sorted(before.items()), after)
    if swallowed:
        connection.execute(_FORGET, swallowed)
    upsert(connection, RECEIVED, changed, key=(*_KEY, "first"))
    return noted


def record(connection: Connection, gateway: Gateway, *, boot: int, boot_id: str, lane: str, seqs: Sequence[int]) -> int:
    """Note these sequence numbers; returns how many of them were there already, or stand twice in `seqs`.

    Call it inside a transaction. Two writers of one lane take turns; call it for several lanes in sorted order.
    """
    if not seqs:
        return 0
    start = Start(gateway, boot, boot_id)
    return len(seqs) - len(record_all(connection, lane, {start: seqs})[start].fresh)


def ranges(connection: Connection, gateway: Gateway, *, boot: int, boot_id: str, lane: str) -> list[Range]:
    """The inclusive ranges received, in order."""
    key = Start(gateway, boot, boot_id).key(lane)
    wanted = and_(*(RECEIVED.c[name] == value for name, value in key.items()))
    rows = connection.execute(select(RECEIVED.c.first, RECEIVED.c.last).where(wanted).order_by(RECEIVED.c.first))
    return [(first, last) for first, last in rows]


def merge(parts: Iterable[Range]) -> list[Range]:
    """The same numbers as the fewest inclusive ranges, in order."""
    merged: list[Range] = []
    for first, last in sorted(parts):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return merged


def without(parts: Iterable[Range], taken: Sequence[Range]) -> list[Range]:
    """What of `parts` lies in none of `taken` (merged, in order)."""
    left: list[Range] = []
    for first, last in parts:
        free_from = first
        for taken_first, taken_last in taken:
            if taken_last < free_from or taken_first > last:
                continue
            if taken_first > free_from:
                left.append((free_from, taken_first - 1))
            free_from = taken_last + 1
        if free_from <= last:
            left.append((free_from, last))
    return left


def size(parts: Iterable[Range]) -> int:
    """How many numbers lie in ranges that do not overlap."""
    return sum(last - first + 1 for first, last in parts)


def _noted(numbers: set[int], before: Sequence[Range], after: list[Range]) -> Noted:
    if not before:
        return Noted(numbers, 0, after)
    highest = before[-1][1]
    if min(numbers) > highest:
        return Noted(numbers, 0, after)
    firsts = [first for first, _last in before]

    def is_fresh(seq: int) -> bool:
        place = bisect_right(firsts, seq) - 1
        return place < 0 or seq > before[place][1]

    fresh = {seq for seq in numbers if is_fresh(seq)}
    return Noted(fresh, sum(1 for seq in fresh if seq < highest), after)


def _renamed(key: Mapping[str, Any]) -> dict[str, Any]:
    return {f"of_{name}": value for name, value in key.items()}


def _take_turns(connection: Connection, lane: str, starts: Iterable[Start]) -> None:
    """Hold the lanes until the transaction ends; SQLite has one writer anyway."""
    if connection.dialect.name != "postgresql":
        return
    digests = (hashlib.sha256(repr((start, lane)).encode()).digest() for start in starts)
    # In one order everywhere, two writers never wait for each other.
    locks = sorted({int.from_bytes(digest[:8], "big", signed=True) for digest in digests})
    statement = text("SELECT pg_advisory_xact_lock(k) FROM (SELECT unnest(CAST(:locks AS bigint[])) AS k ORDER BY 1) AS ordered")
    connection.execute(statement, {"locks": locks})
