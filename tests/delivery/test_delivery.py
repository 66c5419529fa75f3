"""From outbox to store over a real broker: what was accepted arrives once, whatever is lost in between."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from edge.outbox import Outbox, OutboxSettings
from edge.uplink import Uplink, UplinkSettings
from ingest.service import IngestService
from ingest.settings import BatchSettings, IngestSettings
from lamplighter.contract.errors import Unavailable
from lamplighter.contract.measurements import READING
from lamplighter.contract.records import ENCODER, Condition, Reading, Readings
from lamplighter.contract.topics import Gateway
from lamplighter.runtime.clock import SystemClock
from lamplighter.runtime.mqtt import BrokerSettings
from lamplighter.storage.sql.engine import SqlSettings, migrate, open_sql
from lamplighter.storage.sql.tables import QUARANTINE, TRANSITIONS
from lamplighter.storage.timeseries.duckdb import DuckDbSettings, DuckDbStore
from tests.servers.mosquitto import Mosquitto
from tests.servers.processes import wait_for

pytestmark = pytest.mark.services
CLOCK = SystemClock()
RESEND = UplinkSettings(resend_first_s=0.5, resend_most_s=1.0)


class Centre:
    """Ingest with a DuckDB and a SQLite of its own, in a thread of its own."""

    def __init__(self, folder: Path, broker: str, worker: str) -> None:
        self.sql: Engine = open_sql(SqlSettings(url=f"sqlite:///{folder / 'x.sqlite'}"))
        migrate(self.sql)
        self.store = DuckDbStore(DuckDbSettings(path=folder / "x.duckdb"))
        self._settings = IngestSettings(
            worker=worker,
            data_dir=folder,
            broker=BrokerSettings(url=broker),
            store=DuckDbSettings(path=folder / "x.duckdb"),
            sql=SqlSettings(url=f"sqlite:///{folder / 'x.sqlite'}"),
            batch=BatchSettings(wait_s=0.02),
        )
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to ingest; returns when its lanes hear the broker."""
        service = IngestService(self._settings, sites=[], store=self.store, sql=self.sql, clock=CLOCK)
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(service.run(self._stop)))
        self._thread.start()
        wait_for(lambda: service.up, "ingest reaches the broker")

    def stop(self) -> None:
        """End it; the stores stay open for the test to look into."""
        if self._thread is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()
            self._loop.close()
            self._thread = None

    def values(self, school: str) -> list[float]:
        """Every stored value of a school, sorted."""
        rows = self.store.select(READING, where={"school": school}, start_ms=0, end_ms=2**53)
        return sorted(float(row["value"]) for row in rows)  # type: ignore[arg-type] # a stored number

    def transitions(self) -> list[tuple[str, bool]]:
        """Every transition applied, in order."""
        with self.sql.connect() as connection:
            rows = connection.execute(select(TRANSITIONS.c.id, TRANSITIONS.c.active).order_by(TRANSITIONS.c.number))
            return [(key, bool(active)) for key, active in rows]


class Gate:
    """A gateway: outbox and uplink."""

    def __init__(self, folder: Path, broker: str, name: str, settings: UplinkSettings = RESEND) -> None:
        self.gateway = Gateway("d1", name, "gw1")
        self.outbox = Outbox(folder / "gate.sqlite", OutboxSettings(), CLOCK)
        self.uplink = Uplink(
            self.gateway, self.outbox, broker=BrokerSettings(url=broker, keepalive_s=2), settings=settings, clock=CLOCK
        )
        self._at_ms = 1_780_000_000_000

    def produce(self, *values: float) -> None:
        """One message a value."""
        for value in values:
            self._at_ms += 1000
            readings = Readings([Reading("lux1", "illuminance_lx", self._at_ms, value)])
            self.outbox.add("readings", ENCODER.encode(readings))
        self.uplink.wake()

    def tell(self, *, active: bool) -> None:
        """A transition."""
        condition = Condition(
            id="intrusion:cam1:x", kind="intrusion", name="x", source="cam1", active=active, at_ms=self._at_ms, since_ms=self._at_ms
        )
        self.outbox.add("conditions", ENCODER.encode(condition))
        self.uplink.wake()

    def drained(self) -> bool:
        """Nothing waits."""
        return all(lane.rows == 0 for lane in self.outbox.status().values())

    def stop(self) -> None:
        """End the uplink and close the file."""
        self.uplink.stop()
        self.outbox.close()


@pytest.fixture
def centre(own_mosquitto: Mosquitto, tmp_path: Path, unique_name: str) -> Iterator[Centre]:
    found = Centre(tmp_path, own_mosquitto.url, unique_name)
    yield found
    found.stop()
    found.store.close()
    found.sql.dispose()


@pytest.fixture
def gate(own_mosquitto: Mosquitto, tmp_path: Path, unique_name: str) -> Iterator[Gate]:
    found = Gate(tmp_path, own_mosquitto.url, unique_name)
    yield found
    found.stop()


def test_what_a_gateway_accepted_is_stored_and_then_forgotten_there(centre: Centre, gate: Gate) -> None:
    centre.start()
    gate.uplink.start()
    gate.produce(*range(1, 51))
    gate.tell(active=True)
    gate.tell(active=False)
    wait_for(gate.drained, "the outbox is empty")
    assert centre.values(gate.gateway.school) == [float(value) for value in range(1, 51)]
    assert [active for _id, active in centre.transitions()] == [True, False]


def test_what_was_produced_without_a_broker_arrives_when_it_is_there(centre: Centre, gate: Gate, own_mosquitto: Mosquitto) -> None:
    centre.start()
    own_mosquitto.kill()
    gate.uplink.start()
    gate.produce(*range(1, 31))
    own_mosquitto.restart()
    wait_for(gate.drained, "the outbox is empty", within_s=60)
    assert centre.values(gate.gateway.school) == [float(value) for value in range(1, 31)]


def test_a_broker_that_forgets_everything_costs_nothing(centre: Centre, gate: Gate, own_mosquitto: Mosquitto) -> None:
    centre.start()
    gate.uplink.start()
    gate.produce(1.0)
    wait_for(gate.drained, "the first is stored")
    centre.stop()
    gate.produce(*range(2, 21))  # accepted by the broker, heard by nobody
    wait_for(lambda: bool(gate.uplink.unconfirmed()), "messages are under way")
    own_mosquitto.kill()
    own_mosquitto.wipe()
    own_mosquitto.restart()
    centre.start()
    wait_for(gate.drained, "the outbox is empty", within_s=60)
    assert centre.values(gate.gateway.school) == [float(value) for value in range(1, 21)]


def test_a_store_that_is_away_loses_nothing_and_nothing_is_confirmed_meanwhile(
    centre: Centre, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = threading.Event()
    away.set()
    write = centre.store.write

    def refusing(*arguments: object) -> object:
        if away.is_set():
            raise Unavailable("away", retry_after_s=0.05)
        return write(*arguments)  # type: ignore[arg-type] # passed through

    monkeypatch.setattr(centre.store, "write", refusing)
    centre.start()
    gate.uplink.start()
    gate.produce(*range(1, 11))
    wait_for(lambda: len(gate.uplink.unconfirmed()) == 10, "all are under way")
    assert gate.outbox.status()["readings"].rows == 10
    away.clear()
    wait_for(gate.drained, "the outbox is empty")
    assert centre.values(gate.gateway.school) == [float(value) for value in range(1, 11)]


def test_a_message_that_cannot_be_read_is_answered_and_does_not_come_again(centre: Centre, gate: Gate) -> None:
    centre.start()
    gate.uplink.start()
    gate.outbox.add("readings", b'{"readings":"none"}')
    gate.produce(5.0)
    wait_for(gate.drained, "both are answered")
    assert centre.values(gate.gateway.school) == [5.0]
    with centre.sql.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(QUARANTINE)) == 1


def test_a_live_message_overtakes_the_backlog(centre: Centre, own_mosquitto: Mosquitto, tmp_path: Path, unique_name: str) -> None:
    slow = Gate(tmp_path, own_mosquitto.url, unique_name, UplinkSettings(backlog_per_s=1.0))
    slow.produce(*range(1, 41))  # its uplink never starts: they are the past of the one below
    again = Uplink(
        slow.gateway,
        slow.outbox,
        broker=BrokerSettings(url=own_mosquitto.url),
        settings=UplinkSettings(backlog_per_s=1.0),
        clock=CLOCK,
    )
    centre.start()
    again.start()
    wait_for(lambda: again.up, "the gateway is on line")
    slow.produce(99.0)
    wait_for(lambda: 99.0 in centre.values(unique_name), "the live reading is stored")
    assert len(centre.values(unique_name)) < 30, "the backlog is still under way"
    again.stop()
    slow.outbox.close()


def test_a_dead_gateway_is_told_by_its_last_will(centre: Centre, gate: Gate) -> None:
    centre.start()
    gate.uplink.start()
    wait_for(lambda: gate.uplink.up, "the gateway is on line")
    gate.uplink._connection.renew()  # no goodbye, as with a cut cable
    wait_for(lambda: ("gateway_offline:gw1:", True) in centre.transitions(), "gateway_offline is raised")
    wait_for(lambda: centre.transitions()[-1] == ("gateway_offline:gw1:", False), "it is cleared on return", within_s=30)
