"""The doctor at real databases."""

from pathlib import Path

import pytest
from sqlalchemy import inspect

from lamplighter.doctor.stores import look_at_sql, look_at_sql_clock, look_at_store
from lamplighter.runtime.clock import FakeClock, SystemClock
from lamplighter.storage.sql.engine import SqlSettings, open_sql
from lamplighter.storage.timeseries.influxdb_http import InfluxDbSettings

pytestmark = pytest.mark.services

DAY_S = 86_400


def test_a_row_goes_into_postgresql_and_comes_back_and_nothing_stays(postgres: SqlSettings) -> None:
    assert look_at_sql(postgres).detail == "a row was written and read back"
    engine = open_sql(postgres)
    assert inspect(engine).get_table_names() == []
    engine.dispose()


def test_a_user_that_postgresql_does_not_know_is_named(postgres: SqlSettings) -> None:
    found = look_at_sql(postgres.model_copy(update={"url": postgres.url.replace("//", "//nobody_", 1)}))
    assert found.state == "fault"
    assert "nobody_" in found.detail


def test_two_machines_of_one_time_are_well(postgres: SqlSettings) -> None:
    (found,) = look_at_sql_clock(postgres, SystemClock())
    assert (found.state, found.subject) == ("ok", "database")


def test_a_machine_a_day_ahead_of_its_database_is_named(postgres: SqlSettings) -> None:
    ahead = FakeClock(start_ms=SystemClock().now_ms() + DAY_S * 1000)
    (found,) = look_at_sql_clock(postgres, ahead)
    assert found.state == "fault"
    assert found.detail.startswith("this machine is +86")


def test_a_row_goes_into_influxdb_and_comes_back(influxdb: InfluxDbSettings) -> None:
    assert look_at_store(influxdb, SystemClock()).detail == "a row was written and read back"


def test_a_token_that_influxdb_does_not_know_is_a_fault(influxdb: InfluxDbSettings, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("wrong", "utf-8")
    found = look_at_store(influxdb.model_copy(update={"token_file": tmp_path / "token"}), SystemClock())
    assert found.state == "fault"
