"""The store and the schools that a server's or an ingest worker's settings file names."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from compliance.ledger.keeping import states_of
from lamplighter.runtime.settings import check_settings, read_toml
from lamplighter.site.model import Site
from lamplighter.site.states import States
from lamplighter.storage.sql.engine import SqlSettings, open_existing_sql, snapshot
from lamplighter.storage.timeseries.protocol import TimeSeries
from lamplighter.storage.timeseries.settings import StoreSettings, open_existing_store


class Stored(NamedTuple):
    """An open store, to be closed by the caller, the site files, and where the SQL state is."""

    store: TimeSeries
    site_files: Sequence[Path]
    sql: SqlSettings | None


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    store: StoreSettings
    site_files: tuple[Path, ...] = ()
    sql: SqlSettings | None = None


def open_stored(settings: Path) -> Stored:
    """Open the store that the file names; raises SettingsError, or Unavailable while a process owns an embedded store."""
    part = check_settings(read_toml(settings), _Part, where=str(settings))
    return Stored(open_existing_store(part.store), part.site_files, part.sql)


def ledger_states(stored: Stored, sites: Sequence[Site], since: date) -> Mapping[str, States]:
    """What held in each school from that day on, by its ledger and its site file; nothing without a SQL state."""
    if stored.sql is None:
        return {}
    sql = open_existing_sql(stored.sql)
    try:
        with snapshot(sql) as connection:
            return {site.school: states_of(connection, site, since) for site in sites}
    finally:
        sql.dispose()
