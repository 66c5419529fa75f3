"""Both databases, one after the other, for the laws they share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from lamplighter.storage.sql.engine import SqlSettings, migrate, open_sql


@pytest.fixture(params=[pytest.param("sqlite", marks=pytest.mark.unit), pytest.param("postgres", marks=pytest.mark.services)])
def empty_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database without tables."""
    if request.param == "sqlite":
        opened = open_sql(SqlSettings(url=f"sqlite:///{tmp_path / 'state.sqlite'}"))
    else:
        opened = open_sql(request.getfixturevalue("postgres"))
    yield opened
    opened.dispose()


@pytest.fixture
def engine(empty_engine: Engine) -> Engine:
    """A database with all tables."""
    migrate(empty_engine)
    return empty_engine
