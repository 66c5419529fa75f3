"""What a person does with the stores by hand: messages brought in, a refusal tried again, rows taken out."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, select

from ingest.carried import Imported, Paths, read_lines
from ingest.roster import Roster
from ingest.settings import IngestSettings
from lamplighter.contract.errors import SettingsError
from lamplighter.contract.measurements import READING
from lamplighter.contract.topics import Topic
from lamplighter.processes.ingest import load_sites
from lamplighter.runtime.clock import SystemClock
from lamplighter.runtime.mqtt import Message
from lamplighter.storage.sql import quarantine
from lamplighter.storage.sql.engine import migrate, open_existing_sql, open_sql, snapshot, transaction
from lamplighter.storage.sql.tables import TRANSITIONS
from lamplighter.storage.table_files import write_table
from lamplighter.storage.timeseries.protocol import TimeSeries
from lamplighter.storage.timeseries.settings import open_store

_HOUR_MS = 3_600_000
_MOST_IN_MEMORY = 2_000


@contextmanager
def _stores(settings: IngestSettings) -> Iterator[tuple[Engine, TimeSeries]]:
    sql = open_sql(settings.sql)
    migrate(sql)
    store = open_store(settings.store)
    try:
        yield sql, store
    finally:
        store.close()
        sql.dispose()


def _paths(settings: IngestSettings, sql: Engine, store: TimeSeries) -> Paths:
    roster = Roster(load_sites(settings.site_files))
    return Paths(sql=sql, store=store, roster=roster, clock=SystemClock(), data_dir=settings.data_dir)


def import_file(settings: IngestSettings, file: Path) -> Imported:
    """Take in a file of `edge outbox export`; raises SettingsError for a file that is none, Unavailable when a store is away."""
    total = Imported(0, 0, 0)
    with _stores(settings) as (sql, store), file.open("rb") as lines:
        paths = _paths(settings, sql, store)
        part: list[Message] = []
        for message in read_lines(lines):
            part.append(message)
            if len(part) >= _MOST_IN_MEMORY:
                total = _sum(total, paths.commit(part))
                part = []
        return _sum(total, paths.commit(part))


def _sum(first: Imported, second: Imported) -> Imported:
    return Imported(*(one + other for one, other in zip(first, second, strict=True)))


def replay(settings: IngestSettings, number: int) -> str | None:
    """Try a refused message again; returns why it was refused again, or None: it is stored and no longer in quarantine."""
    with _stores(settings) as (sql, store):
        with snapshot(sql) as connection:
            one = quarantine.find(connection, number)
        if one is None:
            raise SettingsError(f"number {number} is not in quarantine")
        if not one.whole or one.size_bytes > len(one.payload):
            raise SettingsError(f"number {number} is a single value or longer than what is kept of it: it cannot be replayed")
        Topic.parse(one.topic)
        before = one.times
        outcome = _paths(settings, sql, store).commit([Message(one.topic, one.payload, lambda: None)])
        if outcome.rejected or _times(sql, number) > before:
            return one.reason
        with transaction(sql) as connection:
            quarantine.remove(connection, number)
    return None


def _times(sql: Engine, number: int) -> int:
    with snapshot(sql) as connection:
        found = quarantine.find(connection, number)
    return 0 if found is None else found.times


def export(settings: IngestSettings, what: str, *, start_ms: int, end_ms: int, out: Path) -> int:
    """Write readings or conditions of start <= at < end to a CSV or Parquet file; returns how many rows."""
    if end_ms <= start_ms:
        raise SettingsError("--to must be later than --from")
    if what == "conditions":
        columns = [column.name for column in TRANSITIONS.columns]
        sql = open_existing_sql(settings.sql)
        with snapshot(sql) as connection:
            chosen = select(TRANSITIONS).where(TRANSITIONS.c.at_ms >= start_ms, TRANSITIONS.c.at_ms < end_ms)
            rows = [tuple(row) for row in connection.execute(chosen.order_by(TRANSITIONS.c.number))]
        sql.dispose()
        return write_table(out, columns, iter([rows]))
    with _stores(settings) as (_sql, store):
        return write_table(out, list(READING.columns), _readings(store, start_ms, end_ms))


def _readings(store: TimeSeries, start_ms: int, end_ms: int) -> Iterator[list[tuple[object, ...]]]:
    """An hour at a time, so that memory holds an hour."""
    for start in range(start_ms, end_ms, _HOUR_MS):
        found = store.select(READING, where={}, start_ms=start, end_ms=min(end_ms, start + _HOUR_MS))
        if found:
            yield [tuple(row.values()) for row in found]
