"""The three commit paths: what a batch of each durable lane becomes, and the answers it earns.

Order within a batch: time series first, then one SQL transaction with transitions, quarantine and the sequence numbers received.
A crash between the two costs nothing: unacknowledged messages come again, and every row is idempotent.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from operator import attrgetter

import msgspec
from sqlalchemy import Connection as SqlConnection
from sqlalchemy import Engine

from alarms.levels import apply_level
from ingest.answers import Confirmation
from ingest.bookkeeping import Batch, note_given_up, note_received
from ingest.centre import tell
from ingest.clips import FILM, Pieces, note_clips
from ingest.metrics import LaneMetrics
from ingest.readings import ReadingRows, SeriesBook
from ingest.roster import Roster
from ingest.rows import Decoded, ahead_ms, clock_of, decode
from lamplighter.contract.conditions import CONDITION_KINDS
from lamplighter.contract.measurements import CONDITION, READING, READING_MISDATED, Measurement, RowTuple
from lamplighter.contract.records import Rejected, Still
from lamplighter.contract.topics import Gateway
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.mqtt import Message
from lamplighter.storage.clip_files import ClipFiles
from lamplighter.storage.evidence_files import EvidenceFiles
from lamplighter.storage.sql.engine import transaction
from lamplighter.storage.sql.tables import STILLS
from lamplighter.storage.sql.upsert import upsert
from lamplighter.storage.timeseries.columns import Columns
from lamplighter.storage.timeseries.protocol import TimeSeries

_at_ms = attrgetter("at_ms")


class CommitPath(ABC):
    """What the three paths share: decoding, quarantine and the record of what was received."""

    lane = ""

    def __init__(self, *, sql: Engine, store: TimeSeries, roster: Roster, clock: Clock, metrics: LaneMetrics) -> None:
        self._sql = sql
        self._store = store
        self._roster = roster
        self._clock = clock
        self._metrics = metrics

    def __call__(self, messages: Sequence[Message]) -> list[Confirmation]:
        """Store the batch and return the answers; raises Unavailable when a store does."""
        now_ms = self._clock.now_ms()
        batch = Batch()
        for message in messages:
            decoded = decode(message.topic, message.payload, self._roster)
            if isinstance(decoded, Rejected):
                batch.rejected.append(decoded)
            else:
                batch.good.append((message.topic, decoded))
        rows = self.store_rows(batch, now_ms)
        with transaction(self._sql) as connection:
            self.apply(connection, batch, now_ms)
            answers = note_received(connection, self.lane, batch, now_ms)
        self._metrics.counted(rows=rows, quarantined=len(batch.rejected), again=len(batch.again))
        self.committed(batch)
        return answers

    @abstractmethod
    def store_rows(self, batch: Batch, now_ms: int) -> int:
        """Write the time series; add what is refused to the batch; return how many rows were stored."""

    @abstractmethod
    def apply(self, connection: SqlConnection, batch: Batch, now_ms: int) -> None:
        """Write this lane's own SQL state."""

    def committed(self, batch: Batch) -> None:
        """Measure the lag of what was committed."""
        now_ms = self._clock.now_ms()
        for _topic, decoded in batch.good:
            at_ms = self.oldest_at_ms(decoded)
            if at_ms is not None:
                self._metrics.lagged(decoded.envelope.boot, now_ms - at_ms)

    @abstractmethod
    def oldest_at_ms(self, decoded: Decoded) -> int | None:
        """The oldest time in the message, from which its lag counts."""


class ReadingsPath(CommitPath):
    """Readings become rows of `reading`; those dated by a wrong clock are kept apart, as rows of `reading_misdated`."""

    lane = "readings"

    def __init__(self, *, sql: Engine, store: TimeSeries, roster: Roster, clock: Clock, metrics: LaneMetrics) -> None:
        super().__init__(sql=sql, store=store, roster=roster, clock=clock, metrics=metrics)
        self._book = SeriesBook(roster)

    def store_rows(self, batch: Batch, now_ms: int) -> int:
        """Write every good reading; those the store refuses are quarantined."""
        right, wrong = ReadingRows(self._book), ReadingRows(self._book)
        wanted, ahead = [], []
        for topic, decoded in batch.good:
            clock = clock_of(decoded.envelope, now_ms)
            if clock == "unknown":
                batch.again.append(decoded)
                continue
            wanted.append((topic, decoded))
            if clock == "right":
                batch.rejected += right.add(decoded, topic, now_ms=now_ms)
            else:
                batch.rejected += wrong.add(decoded, topic, now_ms=None)
                ahead.append(ahead_ms(decoded.envelope))
        batch.good = wanted
        stored = self._write(READING, right, right.columns(), batch)
        kept = wrong.columns()
        told = [wrong.repeated(ahead), [now_ms] * len(kept)]
        return stored + self._write(READING_MISDATED, wrong, Columns(kept.tags, kept.at_ms, [*kept.fields, *told]), batch)

    def _write(self, measurement: Measurement, rows: ReadingRows, columns: Columns, batch: Batch) -> int:
        """Write and return how many were stored."""
        if not columns:
            return 0
        refusals = self._store.write(measurement, columns)
        for refusal in refusals:
            row = dict(zip(measurement.columns, columns[refusal.position], strict=True))
            topic, decoded = rows.origin_of(refusal.position)
            batch.rejected.append(
                Rejected(
                    topic=topic,
                    reason=f"store: {refusal.reason}",
                    payload=msgspec.json.encode(row),
                    boot=decoded.envelope.boot,
                    seq=decoded.envelope.seq,
                    whole=False,
                )
            )
        return len(columns) - len(refusals)

    def apply(self, connection: SqlConnection, batch: Batch, now_ms: int) -> None:
        """Say of each gateway whose clock was wrong that it was."""
        wrong = {
            decoded.gateway: ahead_ms(decoded.envelope)
            for _topic, decoded in batch.good
            if clock_of(decoded.envelope, now_ms) == "wrong"
        }
        for gateway, by_ms in sorted(wrong.items()):
            tell(connection, gateway, "clock_skew", active=True, at_ms=now_ms, evidence={"ahead_ms": by_ms})

    def oldest_at_ms(self, decoded: Decoded) -> int | None:
        """The oldest reading's time."""
        return min(map(_at_ms, decoded.envelope.body.readings), default=None)


class ConditionsPath(CommitPath):
    """Conditions become levels, transitions, and rows that Grafana can draw."""

    lane = "conditions"

    def store_rows(self, batch: Batch, now_ms: int) -> int:  # noqa: ARG002 - the paths share one shape
        """One row for each level said."""
        rows: list[RowTuple] = []
        for _topic, decoded in batch.good:
            condition = decoded.envelope.body
            priority = CONDITION_KINDS[condition.kind].priority
            school = decoded.gateway.school
            rows.append((school, condition.kind, condition.source, condition.at_ms, int(condition.active), priority))
        if rows:
            self._store.write(CONDITION, rows)
        return len(rows)

    def apply(self, connection: SqlConnection, batch: Batch, now_ms: int) -> None:
        """Apply each level in the order it came."""
        for _topic, decoded in batch.good:
            envelope = decoded.envelope
            apply_level(connection, decoded.gateway, envelope.body, boot=envelope.boot, seq=envelope.seq, received_at_ms=now_ms)
            if envelope.body.given_up:
                note_given_up(connection, decoded.gateway, envelope.body.given_up)
            if envelope.body.clips:
                note_clips(connection, decoded.gateway, envelope.body)

    def oldest_at_ms(self, decoded: Decoded) -> int | None:
        """When the level was true."""
        at_ms: int = decoded.envelope.body.at_ms
        return at_ms


class EvidencePath(CommitPath):
    """Stills and pieces of clips become files by sha256, and rows that say what they show and how far they have come."""

    lane = "evidence"

    def __init__(
        self,
        files: EvidenceFiles,
        clips: ClipFiles,
        *,
        sql: Engine,
        store: TimeSeries,
        roster: Roster,
        clock: Clock,
        metrics: LaneMetrics,
    ) -> None:
        super().__init__(sql=sql, store=store, roster=roster, clock=clock, metrics=metrics)
        self._files = files
        self._pieces = Pieces(clips)

    def store_rows(self, batch: Batch, now_ms: int) -> int:  # noqa: ARG002 - the paths share one shape
        """Keep each file whose content is what its name says."""
        kept = []
        for topic, decoded in batch.good:
            still = decoded.envelope.body
            fault = self._keep(decoded.gateway, still)
            if fault is None:
                kept.append((topic, decoded))
                continue
            envelope = decoded.envelope
            note = msgspec.json.encode({"sha256": still.sha256, "camera": still.camera, "bytes": len(still.data)})
            batch.rejected.append(
                Rejected(topic=topic, reason=fault, payload=note, boot=envelope.boot, boot_id=envelope.boot_id, seq=envelope.seq)
            )
        batch.good = kept
        return len(kept)

    def _keep(self, gateway: Gateway, still: Still) -> str | None:
        return self._pieces.take(gateway, still) if still.media == FILM else self._files.put(still.sha256, still.data)

    def apply(self, connection: SqlConnection, batch: Batch, now_ms: int) -> None:
        """Note what each still shows, and how far each clip has come."""
        self._pieces.note(connection, now_ms)
        rows = {}
        for _topic, decoded in batch.good:
            still = decoded.envelope.body
            if still.media == FILM:
                continue
            about = {"condition": still.condition, "camera": still.camera, "at_ms": still.at_ms, "bytes": len(still.data)}
            rows[still.sha256] = {"sha256": still.sha256, **decoded.gateway._asdict(), **about}
        upsert(connection, STILLS, list(rows.values()), key=["sha256"])

    def oldest_at_ms(self, decoded: Decoded) -> int | None:
        """When the picture was taken."""
        at_ms: int = decoded.envelope.body.at_ms
        return at_ms
