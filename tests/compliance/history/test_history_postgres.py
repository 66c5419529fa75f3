"""The same history on PostgreSQL: written by several at once, kept, exported, sound."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from compliance.history.book import append, entries
from compliance.history.keys import make_key
from compliance.verify.check import check
from lamplighter.storage.sql.engine import SqlSettings, migrate, open_sql, snapshot, transaction
from tests.compliance.history.conftest import FIRST, History, evening

pytestmark = pytest.mark.services


@pytest.fixture
def on_postgres(postgres: SqlSettings, tmp_path: Path) -> Iterator[History]:
    """A history that has not begun."""
    engine = open_sql(postgres)
    migrate(engine)
    make_key(tmp_path / "h.pem")
    yield History(engine, tmp_path / "h.pem")
    engine.dispose()


def test_what_postgresql_keeps_is_sound_when_exported(on_postgres: History, tmp_path: Path) -> None:
    on_postgres.write(5)
    folder = on_postgres.export(tmp_path / "export")
    assert [fault.words("en") for fault in check(folder, on_postgres.public, [on_postgres.head()]).faults] == []


def test_writers_of_one_chain_take_turns(on_postgres: History) -> None:
    def write(number: int) -> None:
        with transaction(on_postgres.engine) as connection:
            append(connection, "yucai", "conditions", day=FIRST, at=evening(FIRST), said={"number": number})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(40)))
    with snapshot(on_postgres.engine) as connection:
        assert [one.seq for one in entries(connection, "yucai")] == list(range(1, 41))
