"""What ingest remembers of every message: which sequence numbers came, what was refused, and what the gateway said it holds."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from ingest.lane import Confirmation
from ingest.rows import Decoded
from lamplighter.contract.records import Rejected
from lamplighter.contract.topics import Gateway, Topic, TopicError
from lamplighter.storage.sql import quarantine, received
from lamplighter.storage.sql.tables import LANES
from lamplighter.storage.sql.upsert import upsert


class Batch:
    """A batch on its way: the good messages with their topics, and everything refused so far."""

    def __init__(self) -> None:
        self.good: list[tuple[str, Decoded]] = []
        self.rejected: list[Rejected] = []


class _Start(NamedTuple):
    gateway: Gateway
    boot: int
    boot_id: str


class _Told:
    """What a batch says of one start of a gateway."""

    def __init__(self) -> None:
        self.stored: list[int] = []
        self.rejected: dict[int, str] = {}
        self.duplicates = 0
        self.low = 1
        self.high = 0


def note_received(connection: Connection, lane: str, batch: Batch, now_ms: int) -> list[Confirmation]:
    """Write quarantine, received ranges and lane counters; return the answers to give once this is committed."""
    quarantine.add(connection, batch.rejected, at_ms=now_ms)
    answers = []
    for start, told in _by_start(batch).items():
        seqs = sorted({*told.stored, *told.rejected})
        duplicates = received.record(connection, start.gateway, boot=start.boot, boot_id=start.boot_id, lane=lane, seqs=seqs)
        told.duplicates = duplicates + len(told.stored) + len(told.rejected) - len(seqs)
        _note_lane(connection, start, told, lane=lane, now_ms=now_ms)
        stored = []
        if told.stored:
            stored = received.ranges(connection, start.gateway, boot=start.boot, boot_id=start.boot_id, lane=lane)
        answers.append(Confirmation(start.gateway, start.boot, start.boot_id, stored, list(told.rejected.items())))
    return answers


def _by_start(batch: Batch) -> dict[_Start, _Told]:
    starts: dict[_Start, _Told] = defaultdict(_Told)
    for _topic, decoded in batch.good:
        envelope = decoded.envelope
        told = starts[_Start(decoded.gateway, envelope.boot, envelope.boot_id)]
        told.stored.append(envelope.seq)
        told.low, told.high = max(told.low, envelope.low), max(told.high, envelope.high)
    for refused in batch.rejected:
        start = _start_of(refused)
        if start is not None and refused.seq is not None:
            starts[start].rejected[refused.seq] = refused.reason
    return starts


def _start_of(refused: Rejected) -> _Start | None:
    """Whose sequence number a message refused whole takes up; None where it cannot be told or is not credible."""
    if not refused.whole or refused.boot is None or refused.seq is None or not refused.boot_id:
        return None
    if not (0 < refused.boot < 2**62 and 0 < refused.seq < 2**62):
        return None
    try:
        return _Start(Topic.parse(refused.topic).gateway, refused.boot, refused.boot_id)
    except TopicError:
        return None


def _note_lane(connection: Connection, start: _Start, told: _Told, *, lane: str, now_ms: int) -> None:
    """Called with the lane held by `received.record`, so that reading and writing back is safe."""
    key = {**start.gateway._asdict(), "boot": start.boot, "boot_id": start.boot_id, "lane": lane}
    known: Mapping[str, Any] = dict(connection.execute(select(LANES).filter_by(**key)).mappings().one_or_none() or {})
    row = {
        "low": max(told.low, known.get("low", 1)),
        "high": max(told.high, known.get("high", 0)),
        "stored": known.get("stored", 0) + max(0, len(told.stored) - told.duplicates),
        "rejected": known.get("rejected", 0) + len(told.rejected),
        "duplicates": known.get("duplicates", 0) + told.duplicates,
        "last_at_ms": now_ms,
    }
    upsert(connection, LANES, [{**key, **row}], key=list(key))
