"""The same messages leave the same rows in every kind of store."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from ingest.commits import ConditionsPath, ReadingsPath
from ingest.metrics import IngestMetrics
from ingest.roster import Roster
from lamplighter.contract.measurements import CONDITION, READING, Cell
from lamplighter.contract.records import ENCODER, Condition, Envelope, Reading, Readings
from lamplighter.contract.topics import Gateway
from lamplighter.runtime.clock import FakeClock
from lamplighter.runtime.mqtt import Message
from lamplighter.storage.sql.engine import SqlSettings, open_sql
from lamplighter.storage.sql.tables import METADATA
from lamplighter.storage.timeseries.duckdb import DuckDbSettings, DuckDbStore
from lamplighter.storage.timeseries.protocol import TimeSeries
from lamplighter.storage.timeseries.settings import open_store
from tests.servers.influxdb import InfluxServer

pytestmark = pytest.mark.services
NOW_MS = 1_790_000_000_000


@pytest.fixture
def sql(tmp_path: Path) -> Iterator[Engine]:
    engine = open_sql(SqlSettings(url=f"sqlite:///{tmp_path / 'x.sqlite'}"))
    METADATA.create_all(engine)
    yield engine
    engine.dispose()


def messages(school: str) -> tuple[list[Message], list[Message]]:
    """Three hundred readings, some of them bad or wrong, one message twice, one unreadable; and a few levels."""
    gateway = Gateway("d1", school, "gw1")
    readings = []
    for seq in range(1, 31):
        rows = [Reading(f"lux{n}", "illuminance_lx", NOW_MS - seq * 1000 - n, seq + n / 8) for n in range(10)]
        rows[0] = Reading("lux0", "illuminance_lx", NOW_MS - seq * 1000, None, "bad")
        rows[1] = Reading("lux1", "illuminance_lx", NOW_MS - seq * 1000, -1.0 if seq % 5 == 0 else 7.0, "uncertain")
        readings.append(wrapped(gateway, "readings", seq, Readings(rows)))
    levels = []
    for seq in range(1, 9):
        condition = Condition(
            id="i", kind="intrusion", name="x", source="cam 1", active=seq % 2 == 1, at_ms=NOW_MS + seq, since_ms=NOW_MS + seq
        )
        levels.append(wrapped(gateway, "conditions", seq, condition))
    unreadable = Message(gateway.topic("readings"), b"\x00{", lambda: None)
    return [*readings, readings[4], unreadable], levels


def wrapped(gateway: Gateway, lane: str, seq: int, body: Readings | Condition) -> Message:
    payload = ENCODER.encode(Envelope(boot=3, boot_id="u", seq=seq, low=1, high=30, body=body))
    return Message(gateway.topic(lane), payload, lambda: None)


def stored(store: TimeSeries, sql: Engine, school: str) -> list[list[dict[str, Cell]]]:
    """Put all messages through both paths and read everything back."""
    metrics = IngestMetrics()
    readings, levels = messages(school)
    for kind, batch in ((ReadingsPath, readings), (ConditionsPath, levels)):
        path = kind(sql=sql, store=store, roster=Roster([]), clock=FakeClock(NOW_MS), metrics=metrics.lane(kind.lane))
        path(batch)
    found = []
    for measurement in (READING, CONDITION):
        rows = store.select(measurement, where={"school": school}, start_ms=NOW_MS - 3_600_000, end_ms=NOW_MS + 3_600_000)
        found.append(sorted((dict(row) for row in rows), key=str))
    return found


def test_influxdb_and_duckdb_hold_the_same_rows(
    influxdb_server: InfluxServer, sql: Engine, tmp_path: Path, unique_name: str
) -> None:
    duckdb = DuckDbStore(DuckDbSettings(path=tmp_path / "x.duckdb"))
    influx = open_store(influxdb_server.settings())
    ours, theirs = stored(duckdb, sql, unique_name), stored(influx, sql, unique_name)
    duckdb.close()
    influx.close()
    assert ours == theirs
    assert [len(rows) for rows in ours] == [294, 8]
