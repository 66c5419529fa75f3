"""Which store: one file a kind, chosen by `kind` in the settings."""

from typing import Annotated

from pydantic import Field

from lamplighter.storage.timeseries.duckdb import DuckDbSettings, DuckDbStore
from lamplighter.storage.timeseries.influxdb import InfluxDbStore
from lamplighter.storage.timeseries.influxdb_http import InfluxDbSettings
from lamplighter.storage.timeseries.protocol import TimeSeries

StoreSettings = Annotated[DuckDbSettings | InfluxDbSettings, Field(discriminator="kind")]


def open_store(settings: DuckDbSettings | InfluxDbSettings) -> TimeSeries:
    """The store these settings describe; raises SettingsError. An InfluxDB that is away shows only at the first call."""
    if isinstance(settings, InfluxDbSettings):
        return InfluxDbStore(settings)
    return DuckDbStore(settings)
