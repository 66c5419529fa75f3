"""Messages that come by hand, where there is no network: through the same checks and the same commit as over the wire."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
from sqlalchemy import Engine

from ingest.commits import CommitPath, ConditionsPath, EvidencePath, ReadingsPath
from ingest.metrics import IngestMetrics
from ingest.roster import Roster
from lamplighter.contract.errors import SettingsError
from lamplighter.contract.topics import Topic, TopicError
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.mqtt import Message
from lamplighter.storage.clip_files import ClipFiles
from lamplighter.storage.evidence_files import EvidenceFiles
from lamplighter.storage.sql.received import size
from lamplighter.storage.timeseries.protocol import TimeSeries

_BATCH = 200


class _Line(msgspec.Struct):
    topic: str
    message: msgspec.Raw


class Imported(NamedTuple):
    """What became of the messages: taken for good (`answered`), of these refused whole (`rejected`), or wanted again by clock."""

    messages: int
    rejected: int
    again: int


class Paths:
    """The three commit paths by lane, outside a running ingest."""

    def __init__(self, *, sql: Engine, store: TimeSeries, roster: Roster, clock: Clock, data_dir: Path) -> None:
        metrics = IngestMetrics()
        self._paths: dict[str, CommitPath] = {
            kind.lane: kind(sql=sql, store=store, roster=roster, clock=clock, metrics=metrics.lane(kind.lane))
            for kind in (ConditionsPath, ReadingsPath)
        }
        self._paths["evidence"] = EvidencePath(
            EvidenceFiles(data_dir / "stills"),
            ClipFiles(data_dir / "clips"),
            sql=sql,
            store=store,
            roster=roster,
            clock=clock,
            metrics=metrics.lane("evidence"),
        )

    def commit(self, messages: Sequence[Message]) -> Imported:
        """Store these; raises Unavailable when a store does."""
        rejected = again = 0
        for lane, path in self._paths.items():
            chosen = [message for message in messages if _lane_of(message.topic) == lane]
            for start in range(0, len(chosen), _BATCH):
                for answer in path(chosen[start : start + _BATCH]):
                    rejected += len(answer.rejected)
                    again += size(answer.again)
        return Imported(len(messages), rejected, again)


def read_lines(lines: Iterable[bytes]) -> Iterator[Message]:
    """Messages of an exported file; raises SettingsError that names the line that is none."""
    decoder = msgspec.json.Decoder(_Line)
    for number, line in enumerate(lines, start=1):
        try:
            found = decoder.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise SettingsError(f"line {number} is not a message of `edge outbox export`: {error}") from error
        if _lane_of(found.topic) is None:
            raise SettingsError(f"line {number}: topic {found.topic[:200]!r} is of no durable lane")
        yield Message(found.topic, bytes(found.message), _nobody_to_tell)


def _lane_of(topic: str) -> str | None:
    try:
        return Topic.parse(topic).lane
    except TopicError:
        return None


def _nobody_to_tell() -> None:
    """No broker brought it."""
