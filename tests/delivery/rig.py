"""Both ends of a delivery: a centre and a gateway, over a real broker."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine, select

from edge.outbox import Outbox, OutboxSettings
from edge.uplink import Uplink, UplinkSettings
from ingest.service import IngestService
from ingest.settings import BatchSettings, IngestSettings, PressureSettings
from lamplighter.contract.measurements import READING, Measurement
from lamplighter.contract.records import ENCODER, Condition, Reading, Readings
from lamplighter.contract.topics import Gateway
from lamplighter.runtime.clock import Clock, SystemClock
from lamplighter.runtime.mqtt import BrokerSettings
from lamplighter.storage.sql.engine import SqlSettings, migrate, open_sql
from lamplighter.storage.sql.tables import TRANSITIONS
from lamplighter.storage.timeseries.duckdb import DuckDbSettings, DuckDbStore
from tests.servers.processes import wait_for

CLOCK = SystemClock()
RESEND = UplinkSettings(resend_first_s=0.5, resend_most_s=1.0)


class Centre:
    """Ingest with a DuckDB and a SQLite of its own, in a thread of its own."""

    def __init__(self, folder: Path, broker: str, worker: str, pressure: PressureSettings = PressureSettings()) -> None:  # noqa: B008
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
            pressure=pressure,
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

    def values(self, school: str, measurement: Measurement = READING) -> list[float]:
        """Every stored value of a school, sorted."""
        rows = self.store.select(measurement, where={"school": school}, start_ms=0, end_ms=2**53)
        return sorted(float(row["value"]) for row in rows)  # type: ignore[arg-type] # a stored number

    def transitions(self) -> list[tuple[str, bool]]:
        """Every transition applied, in order."""
        with self.sql.connect() as connection:
            rows = connection.execute(select(TRANSITIONS.c.id, TRANSITIONS.c.active).order_by(TRANSITIONS.c.number))
            return [(key, bool(active)) for key, active in rows]


class Gate:
    """A gateway: outbox and uplink."""

    def __init__(
        self,
        folder: Path,
        broker: str,
        name: str,
        settings: UplinkSettings = RESEND,
        *,
        clock: Clock = CLOCK,
        outbox: OutboxSettings = OutboxSettings(),  # noqa: B008
        on_command: Callable[[bytes], None] = lambda _payload: None,
    ) -> None:
        self.gateway = Gateway("d1", name, "gw1")
        self.clock = clock
        self.outbox = Outbox(folder / "gate.sqlite", outbox, clock)
        self.uplink = Uplink(
            self.gateway,
            self.outbox,
            broker=BrokerSettings(url=broker, keepalive_s=2),
            settings=settings,
            clock=clock,
            on_command=on_command,
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
