"""What ingest remembers of every message: which sequence numbers came, what was refused, and what the gateway said it holds."""

from collections import defaultdict
from typing import Any, Final

from sqlalchemy import Connection, Table, case
from sqlalchemy.dialects import postgresql, sqlite

from ingest.answers import Confirmation, Ranges
from ingest.rows import Decoded
from lamplighter.contract.records import GivenUp, Rejected
from lamplighter.contract.topics import Gateway, Topic, TopicError
from lamplighter.storage.sql import quarantine
from lamplighter.storage.sql.received import Noted, Start, merge, record_all
from lamplighter.storage.sql.tables import GIVEN_UP, LANES
from lamplighter.storage.sql.upsert import upsert

_LANE_KEY: Final = ("district", "school", "gateway", "boot", "boot_id", "lane")
_MOST_RANGES: Final = 4_000
"""Ranges in one answer: it must fit into a message."""


class Batch:
    """A batch on its way: the good messages with their topics, everything refused so far, and what is wanted again."""

    def __init__(self) -> None:
        self.good: list[tuple[str, Decoded]] = []
        self.rejected: list[Rejected] = []
        self.again: list[Decoded] = []


class _Told:
    """What a batch says of one start of a gateway."""

    def __init__(self) -> None:
        self.stored: list[int] = []
        self.rejected: dict[int, str] = {}
        self.again: list[int] = []
        self.low = 1
        self.high = 0
        self.heard_ms: int | None = None

    def hear(self, decoded: Decoded) -> None:
        """Take what the envelope says beside its number."""
        envelope = decoded.envelope
        self.low, self.high = max(self.low, envelope.low), max(self.high, envelope.high)
        if isinstance(envelope.sent_at_ms, int):
            self.heard_ms = envelope.sent_at_ms


def note_received(connection: Connection, lane: str, batch: Batch, now_ms: int) -> list[Confirmation]:
    """Write quarantine, received ranges and lane counters; return the answers to give once this is committed."""
    quarantine.add(connection, batch.rejected, at_ms=now_ms)
    starts = _by_start(batch)
    numbers = {start: {*told.stored, *told.rejected} for start, told in starts.items()}
    least = min((min(told.low, *numbers[start]) for start, told in starts.items() if numbers[start]), default=1)
    noted = record_all(connection, lane, numbers, least=least)
    rows = [_lane_row(start, told, noted.get(start), lane=lane, now_ms=now_ms) for start, told in starts.items()]
    _note_lanes(connection, rows)
    return [_answer(start, told, noted.get(start)) for start, told in starts.items()]


def note_given_up(connection: Connection, gateway: Gateway, spans: list[GivenUp]) -> None:
    """Keep what a gateway says it will not send; said again, the newer word counts."""
    rows = {}
    for span in spans:
        key = (span.boot, span.boot_id, span.lane, span.why, span.first)
        rows[key] = {
            **Start(gateway, span.boot, span.boot_id).key(span.lane),
            "why": span.why,
            "first": span.first,
            "last": span.last,
            "items": span.items,
            "from_ms": span.from_ms,
            "to_ms": span.to_ms,
        }
    upsert(connection, GIVEN_UP, list(rows.values()), key=(*_LANE_KEY, "why", "first"))


def _answer(start: Start, told: _Told, noted: Noted | None) -> Confirmation:
    stored: Ranges = []
    if told.stored and noted is not None:
        stored = [part for part in noted.ranges if part[1] >= told.low]
        if len(stored) > _MOST_RANGES:
            stored = merge((seq, seq) for seq in told.stored)
    return Confirmation(
        start.gateway,
        start.boot,
        start.boot_id,
        stored,
        list(told.rejected.items()),
        again=merge((seq, seq) for seq in told.again),
        heard_ms=told.heard_ms,
    )


def _by_start(batch: Batch) -> dict[Start, _Told]:
    starts: dict[Start, _Told] = defaultdict(_Told)
    for _topic, decoded in batch.good:
        told = starts[start_of(decoded)]
        told.stored.append(decoded.envelope.seq)
        told.hear(decoded)
    for refused in batch.rejected:
        start = _start_of_refused(refused)
        if start is not None and refused.seq is not None:
            starts[start].rejected[refused.seq] = refused.reason
    for decoded in batch.again:
        told = starts[start_of(decoded)]
        told.again.append(decoded.envelope.seq)
        told.hear(decoded)
    return starts


def start_of(decoded: Decoded) -> Start:
    """Whose start a good message belongs to."""
    return Start(decoded.gateway, decoded.envelope.boot, decoded.envelope.boot_id)


def _start_of_refused(refused: Rejected) -> Start | None:
    """Whose sequence number a message refused whole takes up; None where it cannot be told or is not credible."""
    if not refused.whole or refused.boot is None or refused.seq is None or not refused.boot_id or "\0" in refused.boot_id:
        return None
    if not (0 < refused.boot < 2**62 and 0 < refused.seq < 2**62):
        return None
    try:
        return Start(Topic.parse(refused.topic).gateway, refused.boot, refused.boot_id)
    except TopicError:
        return None


def _lane_row(start: Start, told: _Told, noted: Noted | None, *, lane: str, now_ms: int) -> dict[str, Any]:
    """What this batch adds to the row of a start's lane."""
    fresh = noted.fresh if noted is not None else set()
    rejected = len(fresh.intersection(told.rejected))
    return {
        **start.key(lane),
        "low": told.low,
        "high": told.high,
        "stored": len(fresh) - rejected,
        "rejected": rejected,
        "duplicates": len(told.stored) + len(told.rejected) - len(fresh),
        "late": noted.late if noted is not None else 0,
        "last_at_ms": now_ms,
    }


def _note_lanes(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Add to the counters, and let low and high only grow, in one statement."""
    if not rows:
        return
    statement = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(LANES)
    new = statement.excluded
    changes = {name: _greater(LANES, new, name) for name in ("low", "high", "last_at_ms")}
    changes |= {name: LANES.c[name] + new[name] for name in ("stored", "rejected", "duplicates", "late")}
    ordered = sorted(rows, key=lambda row: [row[name] for name in _LANE_KEY])
    connection.execute(statement.on_conflict_do_update(index_elements=list(_LANE_KEY), set_=changes), ordered)


def _greater(table: Table, new: Any, name: str) -> Any:
    return case((new[name] > table.c[name], new[name]), else_=table.c[name])
