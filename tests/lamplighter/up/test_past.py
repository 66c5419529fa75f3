"""The simulated gateway knows the start that lived through its past."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.outbox import Outbox, OutboxSettings
from lamplighter.contract.topics import Gateway
from lamplighter.runtime.clock import FakeClock
from lamplighter.storage.sql.completeness import accounts, note_ended
from lamplighter.storage.sql.engine import SqlSettings, migrate, open_sql, transaction
from lamplighter.storage.sql.tables import GATEWAYS
from lamplighter.up.past import remember_past
from simulator.backlog import Backlog

pytestmark = pytest.mark.unit

GATEWAY = Gateway("d1", "s1", "gw1")
PAST = Backlog(GATEWAY, until_ms=1_795_312_800_000, days=7)


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    for _ in range(2):  # `up` is started again
        remember_past(tmp_path / "gateway" / "outbox.sqlite", PAST)
    made = Outbox(tmp_path / "gateway" / "outbox.sqlite", OutboxSettings(), FakeClock(PAST.until_ms))
    yield made
    made.close()


def test_the_past_is_an_earlier_start_whose_numbers_are_final(outbox: Outbox) -> None:
    told = [(start.boot, start.boot_id, start.high) for start in outbox.starts()]
    assert told == [(1, PAST.boot_id, {"readings": PAST.messages})]
    assert outbox.boot > 1


def test_the_centre_then_knows_where_the_past_ends(outbox: Outbox, tmp_path: Path) -> None:
    sql = open_sql(SqlSettings(url=f"sqlite:///{tmp_path / 'state.sqlite'}"))
    migrate(sql)
    with transaction(sql) as connection:
        now = {"state": "online", "state_at_ms": 0, "boot": outbox.boot, "boot_id": outbox.boot_id}
        connection.execute(GATEWAYS.insert().values(**GATEWAY._asdict(), **now))
        note_ended(connection, GATEWAY, outbox.starts())
        (account,) = accounts(connection)
    sql.dispose()
    assert (account.start.boot, account.tail, account.produced) == (1, "ended", PAST.messages)
