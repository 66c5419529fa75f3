"""Days of a running system go into the chain when they end."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import Engine

from compliance.closed_days import ClosedDays
from compliance.history.book import entries
from compliance.history.export import export_history
from compliance.history.keys import make_key, read_private
from compliance.history.live import History, HistorySettings
from compliance.packs import load_packs
from compliance.scores import Scores
from compliance.verify.check import check
from compliance.verify.heads import Kept
from lamplighter.contract.errors import SettingsError, Unavailable
from lamplighter.contract.measurements import READING
from lamplighter.runtime.clock import FakeClock
from lamplighter.runtime.settings import load_settings
from lamplighter.site.model import Site
from lamplighter.storage.sql.engine import SqlSettings, migrate, open_sql, snapshot
from lamplighter.storage.timeseries.duckdb import DuckDbSettings, DuckDbStore

pytestmark = pytest.mark.unit

DARK = Path(__file__).parents[2] / "cases/compliance/a_calibrated_sensor_shows_a_dark_room/site.toml"
DAY = date(2026, 11, 19)
MORNING = datetime(2026, 11, 20, 1, tzinfo=UTC)


class Running(NamedTuple):
    """A centre with one school."""

    engine: Engine
    store: DuckDbStore
    key: Path
    site: Site

    def night(self) -> None:
        """What the process does after midnight."""
        clock = FakeClock(round(MORNING.timestamp() * 1000))
        history = History(self.engine, HistorySettings(key_file=self.key), clock)
        keep = history.keeper(self.site, load_packs())
        ClosedDays(self.site, load_packs(), Scores(self.store), clock, keep=keep).refresh([DAY])
        history.end_nights()

    def kinds(self) -> list[str]:
        """The school's entries."""
        with snapshot(self.engine) as connection:
            return [one.kind for one in entries(connection, self.site.school) if one.kind != "actions"]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """Nothing has happened yet."""
    engine = open_sql(SqlSettings(url=f"sqlite:///{tmp_path / 'state.sqlite'}"))
    migrate(engine)
    store = DuckDbStore(DuckDbSettings(path=tmp_path / "series.duckdb"))
    make_key(tmp_path / "h.pem")
    yield Running(engine, store, tmp_path / "h.pem", load_settings(DARK, Site))
    store.close()
    engine.dispose()


def test_a_day_that_is_over_is_closed_once(running: Running) -> None:
    running.night()
    running.night()
    assert running.kinds() == ["verdicts"]


def test_days_that_could_not_be_written_are_written_once_by_the_next_settle(running: Running) -> None:
    clock = FakeClock(round(MORNING.timestamp() * 1000))
    history = History(running.engine, HistorySettings(key_file=running.key), clock)
    keep = history.keeper(running.site, load_packs())
    ClosedDays(running.site, load_packs(), Scores(running.store), clock, keep=keep).refresh([DAY])
    with running.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE chain_entries RENAME TO away")
    with pytest.raises(Unavailable):
        history.settle()
    with running.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE away RENAME TO chain_entries")
    assert running.kinds() == []
    history.settle()
    history.settle()
    assert running.kinds() == ["verdicts"]


def test_readings_that_come_late_and_change_a_verdict_amend_the_day(running: Running) -> None:
    running.night()
    start_ms = round(datetime(2026, 11, 19, 1, tzinfo=UTC).timestamp() * 1000)
    site = running.site
    points = {"light_sensor": ("illuminance_lx", 50.0), "luminaire": ("dimming_level_pct", 100.0)}
    rows = [
        (site.school, device.gateway, device.id, point, start_ms + minute * 60_000, value, 0)
        for device in site.devices
        for point, value in (points[device.kind],)
        for minute in range(300)
    ]
    power = [(*row[:3], "active_power_w", row[4], 40.0, 0) for row in rows if row[3] == "dimming_level_pct"]
    running.store.write(READING, [*rows, *power])
    running.night()
    assert running.kinds() == ["verdicts", "amendment"]


def test_what_a_running_system_keeps_is_sound_when_exported(running: Running, tmp_path: Path) -> None:
    running.night()
    with snapshot(running.engine) as connection:
        (*_, newest) = entries(connection, "city")
        chains = ["city", running.site.school]
        export_history(connection, tmp_path / "out", chains=chains, key=read_private(running.key), at=MORNING)
    report = check(tmp_path / "out", running.key.with_suffix(".pub"), [Kept(newest.hash, "2026-11-20")])
    assert [fault.words("en") for fault in report.faults] == []


def test_a_key_that_is_missing_stops_the_start_with_its_remedy(running: Running, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="compliance history key"):
        History(running.engine, HistorySettings(key_file=tmp_path / "none.pem"), FakeClock())
