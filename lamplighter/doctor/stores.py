"""The databases: each is written to and read back from."""

import os
from collections.abc import Iterator

from sqlalchemy.exc import DBAPIError

from lamplighter.contract.errors import SettingsError, Unavailable
from lamplighter.contract.measurements import GATEWAY
from lamplighter.doctor.finding import Finding, fault, ok, tried
from lamplighter.doctor.machine import MOST_OFFSET_S
from lamplighter.runtime.clock import Clock
from lamplighter.storage.sql.engine import SqlSettings, open_sql, transaction
from lamplighter.storage.timeseries.duckdb import DuckDbSettings
from lamplighter.storage.timeseries.influxdb_http import InfluxDbSettings
from lamplighter.storage.timeseries.settings import open_store

NOBODY = "doctor"
"""School and gateway of the row that is written: no school is called so, so no page shows it."""
_ROW_FREE_MB = 1.0


def look_at_store(settings: DuckDbSettings | InfluxDbSettings, clock: Clock) -> Finding:
    """Write a row, read it back."""
    subject = settings.url if isinstance(settings, InfluxDbSettings) else str(settings.path)
    remedy = "is the database running, the address right, and do token, organisation and buckets exist?"
    found = tried("store", subject, lambda: _store_round_trip(settings, clock), remedy=remedy)
    if isinstance(settings, DuckDbSettings) and "PID" in found.detail:
        return ok("store", subject, "in use by a running process of ours, which alone may open it")
    return found


def look_at_sql(settings: SqlSettings) -> Finding:
    """Write a row into a table of its own, read it back, drop the table."""
    remedy = "is the database running, the address right, and user and password those that it was set up with?"
    return tried("sql", settings.url, lambda: _sql_round_trip(settings), remedy=remedy)


def look_at_sql_clock(settings: SqlSettings, clock: Clock) -> Iterator[Finding]:
    """How far this machine's clock is from PostgreSQL's; nothing for SQLite, which has none of its own."""
    if settings.url.startswith("sqlite"):
        return
    try:
        offset_s = _sql_offset_s(settings, clock)
    except (SettingsError, Unavailable):
        return  # the line about the database itself says why
    if abs(offset_s) > MOST_OFFSET_S:
        detail = f"this machine is {-offset_s:+.1f} s off the database's clock"
        yield fault(
            "clock", "database", detail, "find out which of the two is wrong, and have its clock kept (timedatectl set-ntp true)"
        )
    else:
        yield ok("clock", "database", f"{-offset_s * 1000:+.0f} ms off the database's clock")


def _sql_offset_s(settings: SqlSettings, clock: Clock) -> float:
    """Seconds to add to this machine's clock."""
    engine = open_sql(settings)
    try:
        with transaction(engine) as connection:
            before_ms = clock.now_ms()
            server_s = connection.exec_driver_sql("SELECT EXTRACT(EPOCH FROM clock_timestamp())").scalar_one()
            after_ms = clock.now_ms()
    except DBAPIError as error:
        raise Unavailable(f"database {engine.url!r}: {error.orig}") from error
    finally:
        engine.dispose()
    return float(server_s) - (before_ms + after_ms) / 2000


def _store_round_trip(settings: DuckDbSettings | InfluxDbSettings, clock: Clock) -> str:
    store = open_store(settings)
    try:
        at_ms = clock.now_ms()
        refused = store.write(GATEWAY, [(NOBODY, NOBODY, at_ms, 0.0, 0.0, _ROW_FREE_MB, 0)])
        if refused:
            raise SettingsError(f"refuses a row: {refused[0].reason}")
        rows = store.select(GATEWAY, where={"school": NOBODY}, start_ms=at_ms, end_ms=at_ms + 1)
    finally:
        store.close()
    if len(rows) != 1:
        raise Unavailable("a row was written but cannot be read back")
    return "a row was written and read back"


def _sql_round_trip(settings: SqlSettings) -> str:
    engine = open_sql(settings)
    table = f"doctor_{os.getpid()}"
    try:
        with transaction(engine) as connection:
            connection.exec_driver_sql(f"CREATE TABLE {table} (number INTEGER)")
            connection.exec_driver_sql(f"INSERT INTO {table} VALUES (1)")  # noqa: S608 - a name of our own
        with transaction(engine) as connection:
            number = connection.exec_driver_sql(f"SELECT number FROM {table}").scalar()  # noqa: S608 - a name of our own
            connection.exec_driver_sql(f"DROP TABLE {table}")
    except DBAPIError as error:  # such as no right to make a table, or a file that is no database
        raise Unavailable(f"database {engine.url!r}: {error.orig}") from error
    finally:
        engine.dispose()
    if number != 1:
        raise Unavailable("a row was written but cannot be read back")
    return "a row was written and read back"
