"""The store and the schools that a server's or an ingest worker's settings file names."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from lamplighter.runtime.settings import check_settings, read_toml
from lamplighter.storage.timeseries.protocol import TimeSeries
from lamplighter.storage.timeseries.settings import StoreSettings, open_store


class Stored(NamedTuple):
    """An open store, to be closed by the caller, and the site files."""

    store: TimeSeries
    site_files: Sequence[Path]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    store: StoreSettings
    site_files: tuple[Path, ...] = ()


def open_stored(settings: Path) -> Stored:
    """Open the store that the file names; raises SettingsError, or Unavailable while a process owns an embedded store."""
    part = check_settings(read_toml(settings), _Part, where=str(settings))
    return Stored(open_store(part.store), part.site_files)
