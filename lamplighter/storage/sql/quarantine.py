"""What was refused, kept for a person to look at."""

import hashlib
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, delete, select

from lamplighter.contract.records import Rejected
from lamplighter.storage.sql.tables import QUARANTINE
from lamplighter.storage.sql.upsert import upsert

KEPT_BYTES: Final = 65_536
"""How much of a refused payload is kept."""
_KEY: Final = ("topic", "sha256", "reason_sha256")
_COLUMNS: Final = {"size_bytes": "bytes", "times": "count"}
_TOPIC_CHARACTERS: Final = 255
_REASON_CHARACTERS: Final = 2_000


class Quarantined(NamedTuple):
    """One refusal; `payload` is the first 64 kB of `size_bytes`, `times` how often it came."""

    number: int
    at_ms: int
    topic: str
    reason: str
    whole: bool
    boot: int | None
    seq: int | None
    size_bytes: int
    sha256: str
    payload: bytes
    times: int


def add(connection: Connection, rejected: Sequence[Rejected], *, at_ms: int) -> None:
    """Keep these refusals; one that is there already (topic, payload and reason the same) only counts up."""
    rows: dict[tuple[str, ...], dict[str, Any]] = {}
    for one in rejected:
        row = _row(one, at_ms)
        known = rows.setdefault(tuple(row[name] for name in _KEY), row)
        if known is not row:
            known["count"] += 1
    upsert(connection, QUARANTINE, list(rows.values()), key=_KEY, add=("count",))


def newest(connection: Connection, limit: int) -> list[Quarantined]:
    """The latest refusals, newest first."""
    columns = [QUARANTINE.c[_COLUMNS.get(name, name)] for name in Quarantined._fields]
    rows = connection.execute(select(*columns).order_by(QUARANTINE.c.number.desc()).limit(limit))
    return [Quarantined(*row) for row in rows]


def find(connection: Connection, number: int) -> Quarantined | None:
    """One refusal; None when there is none of that number."""
    columns = [QUARANTINE.c[_COLUMNS.get(name, name)] for name in Quarantined._fields]
    row = connection.execute(select(*columns).where(QUARANTINE.c.number == number)).one_or_none()
    return None if row is None else Quarantined(*row)


def remove(connection: Connection, number: int) -> None:
    """Take one out."""
    connection.execute(delete(QUARANTINE).where(QUARANTINE.c.number == number))


def purge(connection: Connection, *, before_ms: int) -> int:
    """Throw away what was first refused before then; returns how many."""
    return connection.execute(delete(QUARANTINE).where(QUARANTINE.c.at_ms < before_ms)).rowcount


def _row(one: Rejected, at_ms: int) -> dict[str, Any]:
    reason = _storable(one.reason)[:_REASON_CHARACTERS]
    return {
        "at_ms": at_ms,
        "topic": _storable(one.topic)[:_TOPIC_CHARACTERS],
        "reason": reason,
        "whole": one.whole,
        "boot": _storable_number(one.boot),
        "seq": _storable_number(one.seq),
        "bytes": len(one.payload),
        "sha256": hashlib.sha256(one.payload).hexdigest(),
        "payload": one.payload[:KEPT_BYTES],
        "count": 1,
        "reason_sha256": hashlib.sha256(reason.encode()).hexdigest(),
    }


def _storable(text: str) -> str:
    """Without what PostgreSQL's text cannot hold: NUL and lone surrogates."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")


def _storable_number(number: int | None) -> int | None:
    return number if number is not None and -(2**63) <= number < 2**63 else None
