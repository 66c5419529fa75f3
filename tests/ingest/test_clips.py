"""Clips at the centre: told of, asked for, put together from pieces, once each however often they come."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from sqlalchemy import Engine, insert, select

from ingest.clips import Fetching
from ingest.commits import ConditionsPath, EvidencePath
from ingest.metrics import IngestMetrics
from ingest.roster import Roster
from lamplighter.contract.errors import Unavailable
from lamplighter.contract.records import DECODERS, ENCODER, ClipNote, Command, Condition, Envelope, Still
from lamplighter.contract.topics import Gateway
from lamplighter.runtime.clock import FakeClock
from lamplighter.runtime.mqtt import Message
from lamplighter.storage.clip_files import ClipFiles
from lamplighter.storage.evidence_files import EvidenceFiles
from lamplighter.storage.sql.engine import SqlSettings, open_sql, transaction
from lamplighter.storage.sql.tables import CLIP_FILES, CLIPS, METADATA, STILLS
from lamplighter.storage.timeseries.duckdb import DuckDbSettings, DuckDbStore

pytestmark = pytest.mark.unit
GATEWAY = Gateway("north", "school1", "gw1")
NOW_MS = 1_790_000_000_000
FILM = b"a film in three pieces"
PIECES = [FILM[:8], FILM[8:16], FILM[16:]]
SHA256 = hashlib.sha256(FILM).hexdigest()
NOTE = ClipNote(sha256=SHA256, bytes=len(FILM), raised_ms=NOW_MS, begin_ms=NOW_MS - 10_000, end_ms=NOW_MS + 10_000)


class Centre(NamedTuple):
    """The two paths that clips take, and who asks for them."""

    sql: Engine
    conditions: ConditionsPath
    evidence: EvidencePath
    files: ClipFiles
    fetching: Fetching
    sent: list[tuple[str, Command]]
    clock: FakeClock

    def rows(self, table: Any) -> list[dict[str, Any]]:
        """All of a table."""
        with self.sql.connect() as connection:
            return [dict(row) for row in connection.execute(select(table)).mappings()]

    def ask(self) -> None:
        """As the console does."""
        with transaction(self.sql) as connection:
            asked = {"state": "asked", "got": 0, "parts": 0, "reason": "", "at_ms": self.clock.now_ms(), "told_at_ms": 0}
            connection.execute(insert(CLIP_FILES).values(**GATEWAY._asdict(), sha256=SHA256, **asked))


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    sql = open_sql(SqlSettings(url=f"sqlite:///{tmp_path / 'x.sqlite'}"))
    METADATA.create_all(sql)
    store = DuckDbStore(DuckDbSettings(path=tmp_path / "x.duckdb"))
    metrics, clock, roster = IngestMetrics(), FakeClock(NOW_MS), Roster([])
    files, sent = ClipFiles(tmp_path / "clips"), list[tuple[str, Command]]()
    stills = EvidenceFiles(tmp_path / "stills")
    conditions = ConditionsPath(sql=sql, store=store, roster=roster, clock=clock, metrics=metrics.lane("conditions"))
    evidence = EvidencePath(stills, files, sql=sql, store=store, roster=roster, clock=clock, metrics=metrics.lane("evidence"))

    def send(topic: str, payload: bytes) -> None:
        sent.append((topic, DECODERS["command"].decode(payload)))

    yield Centre(sql, conditions, evidence, files, Fetching(sql, files, clock, send=send), sent, clock)
    store.close()
    sql.dispose()


def message(lane: str, body: msgspec.Struct, *, seq: int = 1) -> Message:
    envelope = Envelope(boot=7, boot_id="u", seq=seq, low=1, high=99, body=body)
    return Message(GATEWAY.topic(lane), ENCODER.encode(envelope), lambda: None)


def piece(part: int, data: bytes | None = None, *, sha256: str = SHA256, gone: str = "") -> Message:
    body = Still(
        sha256=sha256,
        condition="intrusion:cam1:yard",
        camera="cam1",
        at_ms=NOW_MS,
        data=PIECES[part] if data is None else data,
        media="video/mp4",
        part=part,
        parts=3,
        gone=gone,
    )
    return message("evidence", body, seq=part + 1)


def condition(*clips: ClipNote) -> Message:
    body = Condition(
        id="intrusion:cam1:yard",
        kind="intrusion",
        name="yard",
        source="cam1",
        active=True,
        at_ms=NOW_MS,
        since_ms=NOW_MS,
        repeat=True,
        clips=list(clips),
    )
    return message("conditions", body)


def test_which_clip_there_is_of_which_raise_is_kept_once(centre: Centre) -> None:
    for _turn in range(2):
        centre.conditions([condition(NOTE)])
    (row,) = centre.rows(CLIPS)
    assert (row["sha256"], row["condition"], row["raised_ms"], row["camera"]) == (SHA256, "intrusion:cam1:yard", NOW_MS, "cam1")


@pytest.mark.parametrize("wrong", [{"sha256": "x"}, {"sealed_sha256": "y"}, {"bytes": -1}, {"end_ms": 2**60}])
def test_a_clip_that_cannot_be_costs_its_message(centre: Centre, wrong: dict[str, Any]) -> None:
    (answer,) = centre.conditions([condition(msgspec.structs.replace(NOTE, **wrong))])
    assert answer.stored == []
    assert len(answer.rejected) == 1
    assert centre.rows(CLIPS) == []


def test_pieces_in_any_order_become_the_clip_and_progress_is_told(centre: Centre) -> None:
    centre.ask()
    centre.evidence([piece(2)])
    (row,) = centre.rows(CLIP_FILES)
    assert (row["state"], row["got"], row["parts"]) == ("coming", 1, 3)
    answers = centre.evidence([piece(0), piece(1), piece(1)])
    assert [answer.stored for answer in answers] == [[(1, 3)]]
    (row,) = centre.rows(CLIP_FILES)
    assert (row["state"], row["got"], row["parts"]) == ("here", 3, 3)
    path = centre.files.get(SHA256)
    assert path is not None
    assert path.read_bytes() == FILM
    assert centre.rows(STILLS) == []


def test_a_clip_of_another_sha256_is_refused_and_said_to_be_gone(centre: Centre) -> None:
    centre.ask()
    (answer,) = centre.evidence([piece(0), piece(1), piece(2, b"spoiled")])
    assert [seq for seq, _reason in answer.rejected] == [3]
    (row,) = centre.rows(CLIP_FILES)
    assert row["state"] == "gone"
    assert SHA256 in row["reason"]
    assert centre.files.get(SHA256) is None


def test_a_gateway_that_keeps_it_no_more_says_so(centre: Centre) -> None:
    centre.ask()
    centre.evidence([piece(0, b"", gone="its days are over")])
    (row,) = centre.rows(CLIP_FILES)
    assert (row["state"], row["reason"]) == ("gone", "its days are over")
    centre.clock.advance(120)
    centre.fetching.look()
    assert centre.sent == []


def test_the_gateway_is_asked_once_and_again_only_while_nothing_comes(centre: Centre) -> None:
    centre.ask()
    for _turn in range(3):
        centre.fetching.look()
    ((topic, command),) = centre.sent
    assert topic == GATEWAY.topic("command")
    assert (command.kind, command.arguments) == ("send_clip", {"sha256": SHA256, "part": 0})
    centre.clock.advance(50)
    centre.evidence([piece(0), piece(1)])
    centre.clock.advance(50)
    centre.fetching.look()
    assert len(centre.sent) == 1
    centre.clock.advance(50)
    centre.fetching.look()
    assert centre.sent[1][1].arguments == {"sha256": SHA256, "part": 2}
    assert centre.sent[1][1].id != command.id


def test_two_workers_do_not_both_ask(centre: Centre) -> None:
    centre.ask()
    other = Fetching(centre.sql, centre.files, centre.clock, send=lambda _topic, _payload: pytest.fail("asked twice"))
    centre.fetching.look()
    other.look()
    assert len(centre.sent) == 1


def test_while_the_broker_is_away_the_asking_is_put_off_not_lost(centre: Centre) -> None:
    def away(_topic: str, _payload: bytes) -> None:
        raise Unavailable("no broker")

    centre.ask()
    with pytest.raises(Unavailable):
        Fetching(centre.sql, centre.files, centre.clock, send=away).look()
    centre.clock.advance(61)
    centre.fetching.look()
    assert len(centre.sent) == 1
