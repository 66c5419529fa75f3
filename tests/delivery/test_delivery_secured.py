"""From outbox to store over TLS, each connection with its own user and rights, as `lamplighter init` sets them up."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from edge.outbox import Outbox, OutboxSettings
from edge.settings import GatewaySettings
from edge.uplink import Uplink
from ingest.service import IngestService
from ingest.settings import BatchSettings, IngestSettings
from lamplighter.contract.measurements import READING
from lamplighter.contract.records import ENCODER, Condition, Reading, Readings
from lamplighter.contract.topics import Gateway
from lamplighter.runtime.clock import SystemClock
from lamplighter.runtime.settings import load_settings
from lamplighter.storage.sql.engine import SqlSettings, migrate, open_sql
from lamplighter.storage.sql.tables import GATEWAYS, TRANSITIONS
from lamplighter.storage.timeseries.duckdb import DuckDbSettings, DuckDbStore
from tests.servers.processes import wait_for
from tests.servers.secured import SecuredBroker

pytestmark = pytest.mark.services
CLOCK = SystemClock()
GATEWAY = Gateway("d1", "s1", "gw-a")
AT_MS = 1_780_000_000_000


class Centre:
    """Ingest in a thread of its own."""

    def __init__(self, folder: Path, broker: SecuredBroker) -> None:
        store, sql = DuckDbSettings(path=folder / "x.duckdb"), SqlSettings(url=f"sqlite:///{folder / 'x.sqlite'}")
        self.sql, self.store = open_sql(sql), DuckDbStore(store)
        migrate(self.sql)
        settings = IngestSettings(
            worker="ingest-1", data_dir=folder, broker=broker.worker(), store=store, sql=sql, batch=BatchSettings(wait_s=0.02)
        )
        service = IngestService(settings, sites=[], store=self.store, sql=self.sql, clock=CLOCK)
        self._loop, self._stop = asyncio.new_event_loop(), asyncio.Event()
        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(service.run(self._stop)))
        self._thread.start()
        wait_for(lambda: service.up, "every connection of ingest is admitted")

    def values(self) -> list[float]:
        """Every stored value, sorted."""
        rows = self.store.select(READING, where={"school": GATEWAY.school}, start_ms=0, end_ms=2**53)
        return sorted(float(row["value"]) for row in rows)  # type: ignore[arg-type] # a stored number

    def states(self) -> list[str]:
        """Availability of the gateways."""
        with self.sql.connect() as connection:
            return list(connection.scalars(select(GATEWAYS.c.state)))

    def transitions(self) -> list[bool]:
        """Transitions of the condition the test tells, in order."""
        with self.sql.connect() as connection:
            rows = connection.execute(select(TRANSITIONS.c.id, TRANSITIONS.c.active).order_by(TRANSITIONS.c.number))
            return [bool(active) for key, active in rows if key.startswith("intrusion")]

    def close(self) -> None:
        """End it."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self._loop.close()
        self.store.close()
        self.sql.dispose()


@pytest.fixture
def centre(secured_broker: SecuredBroker, tmp_path: Path) -> Iterator[Centre]:
    found = Centre(tmp_path, secured_broker)
    yield found
    found.close()


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    found = Outbox(tmp_path / "outbox.sqlite", OutboxSettings(), CLOCK)
    yield found
    found.close()


@pytest.fixture
def uplink(secured_broker: SecuredBroker, outbox: Outbox) -> Iterator[Uplink]:
    settings = load_settings(secured_broker.admit(GATEWAY) / "gateway.toml", GatewaySettings)
    found = Uplink(settings.identity, outbox, broker=settings.broker, settings=settings.uplink, clock=CLOCK)
    found.start()
    yield found
    found.stop()


def produce(outbox: Outbox, uplink: Uplink, *values: float) -> None:
    for number, value in enumerate(values):
        readings = Readings([Reading("lux1", "illuminance_lx", AT_MS + number * 1000 + int(value), value)])
        outbox.add("readings", ENCODER.encode(readings))
    for active in (True, False):
        condition = Condition(
            id="intrusion:cam1:x", kind="intrusion", name="x", source="cam1", active=active, at_ms=AT_MS, since_ms=AT_MS
        )
        outbox.add("conditions", ENCODER.encode(condition))
    uplink.wake()


def drained(outbox: Outbox) -> bool:
    return all(lane.rows == 0 for lane in outbox.status().values())


def test_everything_a_gateway_accepted_is_stored_and_then_forgotten_there(centre: Centre, outbox: Outbox, uplink: Uplink) -> None:
    produce(outbox, uplink, *range(1, 21))
    wait_for(lambda: drained(outbox), "the outbox is empty")
    assert centre.values() == [float(value) for value in range(1, 21)]
    assert centre.transitions() == [True, False]
    wait_for(lambda: centre.states() == ["online"], "the gateway is seen")


def test_what_a_revoked_gateway_holds_is_delivered_once_it_is_admitted_anew(
    centre: Centre, outbox: Outbox, uplink: Uplink, secured_broker: SecuredBroker
) -> None:
    produce(outbox, uplink, 1.0)
    wait_for(lambda: drained(outbox), "the first is stored")
    secured_broker.gateways.revoke(GATEWAY)
    secured_broker.gateways.reload(gone=[GATEWAY])
    wait_for(lambda: not uplink.up, "the gateway is off")
    produce(outbox, uplink, 2.0)
    uplink.stop()
    wait_for(lambda: centre.states() == ["offline"], "the centre is told")
    assert centre.values() == [1.0]
    settings = load_settings(secured_broker.admit(GATEWAY) / "gateway.toml", GatewaySettings)
    again = Uplink(GATEWAY, outbox, broker=settings.broker, settings=settings.uplink, clock=CLOCK)
    again.start()
    wait_for(lambda: drained(outbox), "the outbox is empty")
    again.stop()
    assert centre.values() == [1.0, 2.0]
