"""Which sequence numbers of a gateway's lane the centre has, as inclusive ranges that never overlap or touch."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, select, text

from lamplighter.contract.topics import Gateway
from lamplighter.storage.sql.tables import RECEIVED
from lamplighter.storage.sql.upsert import upsert

Range = tuple[int, int]


def record(connection: Connection, gateway: Gateway, *, boot: int, boot_id: str, lane: str, seqs: Sequence[int]) -> int:
    """Note these sequence numbers; returns how many of them were there already, or stand twice in `seqs`.

    Call it inside a transaction. Two writers of one lane take turns; call it for several lanes in sorted order.
    """
    if not seqs:
        return 0
    lane_key: dict[str, Any] = {**gateway._asdict(), "boot": boot, "boot_id": boot_id, "lane": lane}
    _take_turns(connection, lane_key)
    fresh = set(seqs)
    of_lane = _of_lane(lane_key)
    touching = and_(of_lane, RECEIVED.c.first <= max(fresh) + 1, RECEIVED.c.last >= min(fresh) - 1)
    found = connection.execute(select(RECEIVED.c.first, RECEIVED.c.last).where(touching))
    old: dict[int, int] = {row.first: row.last for row in found}
    merged = dict(merge([*old.items(), *((seq, seq) for seq in fresh)]))
    swallowed = [first for first in old if first not in merged]
    if swallowed:
        connection.execute(RECEIVED.delete().where(of_lane, RECEIVED.c.first.in_(swallowed)))
    changed = [{**lane_key, "first": first, "last": last} for first, last in merged.items() if old.get(first) != last]
    upsert(connection, RECEIVED, changed, key=(*lane_key, "first"))
    added = _size(merged.items()) - _size(old.items())
    return len(seqs) - added


def ranges(connection: Connection, gateway: Gateway, *, boot: int, boot_id: str, lane: str) -> list[Range]:
    """The inclusive ranges received, in order."""
    wanted = _of_lane({**gateway._asdict(), "boot": boot, "boot_id": boot_id, "lane": lane})
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


def _of_lane(lane_key: dict[str, Any]) -> ColumnElement[bool]:
    return and_(*(RECEIVED.c[name] == value for name, value in lane_key.items()))


def _take_turns(connection: Connection, lane_key: dict[str, Any]) -> None:
    """Hold the lane until the transaction ends; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        digest = hashlib.sha256(repr(lane_key).encode()).digest()
        connection.execute(text("SELECT pg_advisory_xact_lock(:lane)"), {"lane": int.from_bytes(digest[:8], "big", signed=True)})


def _size(parts: Iterable[Range]) -> int:
    return sum(last - first + 1 for first, last in parts)
