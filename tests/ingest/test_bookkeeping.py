"""What ingest remembers of a batch, on both databases and by several workers at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, select

from ingest.answers import Confirmation
from ingest.bookkeeping import Batch, note_given_up, note_received
from ingest.roster import Roster
from ingest.rows import Decoded, decode
from lamplighter.contract.records import ENCODER, Envelope, GivenUp, Readings, Rejected
from lamplighter.contract.topics import Gateway
from lamplighter.storage.sql.engine import SqlSettings, migrate, open_sql, transaction
from lamplighter.storage.sql.received import ranges
from lamplighter.storage.sql.tables import GIVEN_UP, LANES


@pytest.fixture(params=[pytest.param("sqlite", marks=pytest.mark.unit), pytest.param("postgres", marks=pytest.mark.services)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "sqlite":
        opened = open_sql(SqlSettings(url=f"sqlite:///{tmp_path / 'x.sqlite'}"))
    else:
        opened = open_sql(request.getfixturevalue("postgres"))
    migrate(opened)
    yield opened
    opened.dispose()


@pytest.fixture
def gateway() -> Gateway:
    return Gateway("d1", "s" + uuid4().hex[:10], "gw1")


def batch(gateway: Gateway, *seqs: int, low: int = 1, refused: int | None = None) -> Batch:
    found = Batch()
    for seq in seqs:
        envelope = Envelope(boot=7, boot_id="u", seq=seq, low=low, high=99, body=Readings([]))
        decoded = decode(gateway.topic("readings"), ENCODER.encode(envelope), Roster([]))
        assert isinstance(decoded, Decoded)
        found.good.append((gateway.topic("readings"), decoded))
    if refused is not None:
        topic = gateway.topic("readings")
        found.rejected.append(Rejected(topic=topic, reason="no", payload=b"x", boot=7, boot_id="u", seq=refused))
    return found


def note(engine: Engine, found: Batch) -> list[Confirmation]:
    with transaction(engine) as connection:
        return note_received(connection, "readings", found, 1_780_000_000_000)


def counters(engine: Engine, gateway: Gateway) -> tuple[int, ...]:
    columns = [LANES.c[name] for name in ("stored", "rejected", "duplicates", "late", "low", "high")]
    with engine.connect() as connection:
        return tuple(connection.execute(select(*columns).filter_by(**gateway._asdict())).one())


def test_what_comes_twice_late_or_refused_is_counted_once_each(engine: Engine, gateway: Gateway) -> None:
    note(engine, batch(gateway, 1, 2, 5, refused=3))
    note(engine, batch(gateway, 2, 4, 6, refused=3))
    assert counters(engine, gateway) == (5, 1, 2, 1, 1, 99)


def test_the_answer_is_cumulative_from_what_the_gateway_still_holds(engine: Engine, gateway: Gateway) -> None:
    note(engine, batch(gateway, 1, 2, 4, 5))
    (answer,) = note(engine, batch(gateway, 7, low=4))
    assert answer.stored == [(4, 5), (7, 7)]


def test_workers_that_note_the_same_start_at_once_lose_nothing(engine: Engine, gateway: Gateway) -> None:
    with ThreadPoolExecutor(4) as workers:
        list(workers.map(lambda first: note(engine, batch(gateway, *range(first, 81, 8))), range(1, 9)))
    with engine.connect() as connection:
        assert ranges(connection, gateway, boot=7, boot_id="u", lane="readings") == [(1, 80)]
    assert counters(engine, gateway)[:3] == (80, 0, 0)


def test_a_span_told_again_replaces_the_earlier_word(engine: Engine, gateway: Gateway) -> None:
    def told(last: int, items: int) -> list[GivenUp]:
        span = GivenUp(boot=7, boot_id="u", lane="readings", why="shed", first=1, last=last, items=items, from_ms=1, to_ms=2)
        return [span]

    for spans in (told(3, 30), told(9, 90)):
        with transaction(engine) as connection:
            note_given_up(connection, gateway, spans)
    with engine.connect() as connection:
        found = connection.execute(select(GIVEN_UP.c.last, GIVEN_UP.c["items"]).filter_by(**gateway._asdict())).all()
    assert [tuple(row) for row in found] == [(9, 90)]
