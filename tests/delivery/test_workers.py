"""Several workers on one shared subscription: any of them may answer, and one that dies for good costs nothing."""

import asyncio
import threading
from pathlib import Path

import pytest

from edge.uplink import UplinkSettings
from ingest.service import IngestService
from ingest.settings import BatchSettings, IngestSettings
from lamplighter.contract.errors import SettingsError
from lamplighter.contract.measurements import READING
from lamplighter.runtime.mqtt import BrokerSettings
from lamplighter.runtime.settings import check_settings
from lamplighter.storage.sql.engine import SqlSettings, migrate, open_sql
from lamplighter.storage.timeseries.duckdb import DuckDbSettings, DuckDbStore
from lamplighter.storage.timeseries.influxdb_http import InfluxDbSettings
from tests.delivery.rig import CLOCK, Gate
from tests.servers.mosquitto import Mosquitto
from tests.servers.processes import wait_for

pytestmark = pytest.mark.services


class Worker:
    """One of several; all write to one store."""

    def __init__(self, name: str, folder: Path, broker: str, store: DuckDbStore) -> None:
        sql = SqlSettings(url=f"sqlite:///{folder / 'x.sqlite'}")
        self._sql = open_sql(sql)
        migrate(self._sql)
        settings = IngestSettings(
            worker=name,
            data_dir=folder / name,
            broker=BrokerSettings(url=broker, protocol="5"),
            store=InfluxDbSettings(url="http://127.0.0.1:1", token_file=folder / "none"),  # the store itself is handed in
            sql=sql,
            batch=BatchSettings(wait_s=0.02),
            share="ingest",
            session_expiry_s=2,
        )
        self.service = IngestService(settings, sites=[], store=store, sql=self._sql, clock=CLOCK)
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(self.service.run(self._stop)))
        self._thread.start()
        wait_for(lambda: self.service.up, "the worker reaches the broker")

    def stop(self) -> None:
        """End it."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self._loop.close()
        self._sql.dispose()

    def messages(self) -> float:
        """How many messages of readings it has committed."""
        found = self.service.metrics.registry.get_sample_value("lamplighter_messages_total", {"lane": "readings"})
        return found or 0.0


def test_workers_share_the_messages_and_each_is_stored_once(own_mosquitto: Mosquitto, tmp_path: Path) -> None:
    store = DuckDbStore(DuckDbSettings(path=tmp_path / "x.duckdb"))
    workers = [Worker(f"w{n}", tmp_path, own_mosquitto.url, store) for n in (1, 2)]
    gate = Gate(tmp_path, own_mosquitto.url, "s1")
    gate.uplink.start()
    gate.produce(*range(1, 201))
    wait_for(gate.drained, "the outbox is empty", within_s=30)
    assert store.count(READING, where={"school": "s1"}, start_ms=0, end_ms=2**53) == 200
    assert all(worker.messages() > 0 for worker in workers), "both took a share"
    assert sum(worker.messages() for worker in workers) == 200
    gate.stop()
    for worker in workers:
        worker.stop()
    store.close()


def test_a_worker_that_is_gone_for_good_costs_nothing(own_mosquitto: Mosquitto, tmp_path: Path) -> None:
    store = DuckDbStore(DuckDbSettings(path=tmp_path / "x.duckdb"))
    lasting, dying = (Worker(f"w{n}", tmp_path, own_mosquitto.url, store) for n in (1, 2))
    gate = Gate(tmp_path, own_mosquitto.url, "s1", UplinkSettings(resend_first_s=1.0, resend_most_s=1.0))
    gate.uplink.start()
    gate.produce(*range(1, 51))
    dying.stop()  # its session, and its share of what comes, stays at the broker until it expires
    gate.produce(*range(51, 101))
    wait_for(gate.drained, "the outbox is empty", within_s=60)
    assert store.count(READING, where={"school": "s1"}, start_ms=0, end_ms=2**53) == 100
    gate.stop()
    lasting.stop()
    store.close()


@pytest.mark.unit
def test_a_duckdb_file_is_not_for_several_workers(tmp_path: Path) -> None:
    content = {
        "data_dir": str(tmp_path),
        "broker": {"url": "mqtt://127.0.0.1:1"},
        "store": {"kind": "duckdb", "path": str(tmp_path / "x.duckdb")},
        "sql": {"url": f"sqlite:///{tmp_path / 'x.sqlite'}"},
        "share": "ingest",
    }
    with pytest.raises(SettingsError, match="a DuckDB file has one owner"):
        check_settings(content, IngestSettings, where="ingest.toml")
