"""The centre says of a gateway what it cannot say itself: its messages are not stored, some are missing, there are two of it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, select

from ingest.presence import Presence
from ingest.roster import Roster
from ingest.settings import PressureSettings
from ingest.watchdog import Watchdog
from lamplighter.contract.measurements import CAMERA
from lamplighter.contract.records import ENCODER, CameraHealth, Health
from lamplighter.contract.topics import Gateway
from lamplighter.runtime.clock import FakeClock
from lamplighter.runtime.mqtt import BrokerSettings, Message
from lamplighter.storage.sql.engine import SqlSettings, migrate, open_sql, transaction
from lamplighter.storage.sql.received import Start, record_all
from lamplighter.storage.sql.tables import CONDITIONS, LANES
from lamplighter.storage.timeseries.duckdb import DuckDbSettings, DuckDbStore

pytestmark = pytest.mark.unit
GATEWAY = Gateway("d1", "s1", "gw1")


class Bench:
    """A database, a presence that is fed by hand, and a watchdog."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock(1_780_000_000_000)
        self.sql: Engine = open_sql(SqlSettings(url=f"sqlite:///{folder / 'x.sqlite'}"))
        migrate(self.sql)
        self.store = DuckDbStore(DuckDbSettings(path=folder / "x.duckdb"))
        broker = BrokerSettings(url="mqtt://127.0.0.1:1")
        self.presence = Presence(worker="w", broker=broker, sql=self.sql, store=self.store, roster=Roster([]), clock=self.clock)
        self.watchdog = Watchdog(self.sql, PressureSettings(behind_s=300, gap_s=3600), self.clock)

    def health(
        self, boot: int, boot_id: str, *, waiting: int = 0, ahead_ms: float | None = None, cameras: Sequence[CameraHealth] = ()
    ) -> None:
        """The gateway tells how it does."""
        record = Health(
            at_ms=self.clock.now_ms(),
            boot=boot,
            boot_id=boot_id,
            uptime_s=1,
            cpu_pct=1,
            memory_pct=1,
            disk_free_mb=1,
            clock_offset_ms=ahead_ms,
            outbox_rows={"readings": waiting},
            cameras=list(cameras),
        )
        self.presence._handle(Message(GATEWAY.topic("health"), ENCODER.encode(record), lambda: None))

    def received(self, *seqs: int, high: int) -> None:
        """Messages were stored now; the gateway holds nothing below `high`."""
        start = Start(GATEWAY, 7, "b7")
        row = {"low": high, "high": high, "stored": len(seqs), "rejected": 0, "duplicates": 0, "last_at_ms": self.clock.now_ms()}
        with transaction(self.sql) as connection:
            connection.execute(insert(LANES).values(**start.key("readings"), **row))
            record_all(connection, "readings", {start: seqs})

    def active(self) -> set[str]:
        """The kinds that hold."""
        with self.sql.connect() as connection:
            return set(connection.scalars(select(CONDITIONS.c.kind).where(CONDITIONS.c.active)))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    found = Bench(tmp_path)
    yield found
    found.store.close()
    found.sql.dispose()


def test_how_a_camera_does_is_stored_with_what_was_not_seen(bench: Bench) -> None:
    said = CameraHealth(
        id="c1", state="online", fps=4.9, skipped=7, undecoded=3, inference_ms=11.5, armed_s=60.0, watched_s=58.5, analysed=290
    )
    bench.health(7, "b7", cameras=[said])
    (row,) = bench.store.select(CAMERA, where={}, start_ms=0, end_ms=2**53)
    assert {key: row[key] for key in ("camera", "online", "skipped", "undecoded", "armed_s", "watched_s")} == {
        "camera": "c1",
        "online": 1,
        "skipped": 7,
        "undecoded": 3,
        "armed_s": 60.0,
        "watched_s": 58.5,
    }


def test_a_live_gateway_whose_messages_wait_and_are_not_stored_is_behind(bench: Bench) -> None:
    bench.received(1, high=1)
    bench.clock.advance(301)
    bench.health(7, "b7", waiting=40)
    bench.watchdog.look()
    assert "store_behind" in bench.active()
    bench.health(7, "b7", waiting=0)
    bench.watchdog.look()
    assert "store_behind" not in bench.active()


def test_a_gateway_with_nothing_to_send_is_not_behind(bench: Bench) -> None:
    bench.received(1, high=1)
    bench.clock.advance(3_000)
    bench.health(7, "b7", waiting=0)
    bench.watchdog.look()
    assert bench.active() == set()


def test_a_gap_becomes_a_condition_only_when_it_is_old(bench: Bench) -> None:
    bench.received(1, 5, high=5)
    bench.watchdog.look()
    assert bench.active() == set()
    bench.clock.advance(3_601)
    bench.watchdog.look()
    assert bench.active() == {"delivery_gap"}


def test_two_live_starts_of_one_gateway_are_told(bench: Bench) -> None:
    bench.health(7, "first")
    bench.health(8, "second")
    bench.watchdog.look()
    assert "gateway_duplicate" not in bench.active(), "a restart is no duplicate"
    bench.health(7, "first")
    bench.watchdog.look()
    assert "gateway_duplicate" in bench.active()


def test_a_wrong_clock_is_told_and_a_right_one_takes_it_back(bench: Bench) -> None:
    bench.health(7, "b7", ahead_ms=86_400_000.0)
    assert bench.active() == {"clock_skew"}
    bench.health(7, "b7", ahead_ms=12.0)
    assert bench.active() == set()
