"""Which store: one file a kind, chosen by `kind` in the settings."""

from typing import Annotated

from pydantic import Field

from lamplighter.contract.errors import SettingsError
from lamplighter.storage.timeseries.duckdb import IN_MEMORY, DuckDbSettings, DuckDbStore
from lamplighter.storage.timeseries.influxdb import InfluxDbStore
from lamplighter.storage.timeseries.influxdb_http import InfluxDbSettings
from lamplighter.storage.timeseries.protocol import TimeSeries

StoreSettings = Annotated[DuckDbSettings | InfluxDbSettings, Field(discriminator="kind")]


def open_store(settings: DuckDbSettings | InfluxDbSettings) -> TimeSeries:
    """The store these settings describe; raises SettingsError. An InfluxDB that is away shows only at the first call."""
    if isinstance(settings, InfluxDbSettings):
        return InfluxDbStore(settings)
    return DuckDbStore(settings)


def open_existing_store(settings: DuckDbSettings | InfluxDbSettings) -> TimeSeries:
    """As `open_store`, for commands that only look: raises SettingsError where the DuckDB file is not there, and makes none."""
    if isinstance(settings, DuckDbSettings) and str(settings.path) != IN_MEMORY and not settings.path.is_file():
        raise SettingsError(
            f"DuckDB file {settings.path.absolute()}: is not there; ingest makes it when it starts."
            " A relative path counts from the folder in which a command runs: run it where ingest was started"
        )
    return open_store(settings)
