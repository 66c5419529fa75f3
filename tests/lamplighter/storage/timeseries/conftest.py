"""Every store, one after the other, for the laws they share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lamplighter.storage.timeseries.duckdb import DuckDbSettings
from lamplighter.storage.timeseries.protocol import TimeSeries
from lamplighter.storage.timeseries.settings import open_store


@pytest.fixture(params=[pytest.param("duckdb", marks=pytest.mark.unit), pytest.param("influxdb", marks=pytest.mark.services)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TimeSeries]:
    """An empty store of each kind."""
    if request.param == "duckdb":
        opened = open_store(DuckDbSettings(path=tmp_path / "series.duckdb"))
    else:
        opened = open_store(request.getfixturevalue("influxdb"))
    yield opened
    opened.close()
