"""Opening a database: what is refused, what is set, what a database that is away looks like."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import Engine, func, insert, select

from lamplighter.contract.errors import SettingsError, Unavailable
from lamplighter.storage.sql.engine import SqlSettings, migrate, open_existing_sql, open_sql, snapshot, transaction
from lamplighter.storage.sql.tables import STILLS
from tests.servers.postgres import Postgres
from tests.servers.processes import free_port


def still(number: int) -> dict[str, object]:
    text = dict.fromkeys(("district", "school", "gateway", "condition", "camera"), "x")
    return {"sha256": f"{number:064d}", **text, "at_ms": 2**40, "bytes": 1}


@pytest.mark.unit
@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("state.sqlite", "must look like"),
        ("mysql://host/db", "must begin with"),
        ("postgresql://user:secret@host/db", "password_file"),
        ("sqlite://", "must name a file"),
        ("sqlite:///:memory:", "must name a file"),
    ],
)
def test_a_wrong_url_is_refused_with_what_is_allowed(url: str, allowed: str) -> None:
    with pytest.raises(ValidationError, match=allowed):
        SqlSettings(url=url)


@pytest.mark.unit
def test_sqlite_is_durable_and_checks_foreign_keys(tmp_path: Path) -> None:
    engine = open_sql(SqlSettings(url=f"sqlite:///{tmp_path / 'new' / 'folder' / 'state.sqlite'}"))
    with snapshot(engine) as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    engine.dispose()


@pytest.mark.unit
def test_a_folder_that_cannot_be_made_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(SettingsError, match="folder cannot be made"):
        open_sql(SqlSettings(url=f"sqlite:///{tmp_path / 'file' / 'below' / 'state.sqlite'}"))


@pytest.mark.unit
def test_a_command_that_only_looks_names_the_file_that_is_not_there_and_makes_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError, match=str(tmp_path / "data" / "state.sqlite")):
        open_existing_sql(SqlSettings(url="sqlite:///data/state.sqlite"))
    assert not (tmp_path / "data").exists()


@pytest.mark.unit
def test_a_missing_password_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="absent"):
        open_sql(SqlSettings(url="postgresql://user@host/db", password_file=tmp_path / "absent"))


@pytest.mark.unit
def test_a_server_that_is_away_is_unavailable() -> None:
    engine = open_sql(SqlSettings(url=f"postgresql://user@127.0.0.1:{free_port()}/db", connect_timeout_s=2))
    with pytest.raises(Unavailable, match="refused"), transaction(engine):
        pass
    engine.dispose()


@pytest.mark.services
def test_a_wrong_password_is_unavailable_and_is_not_shown(postgres: SqlSettings, tmp_path: Path) -> None:
    password_file = tmp_path / "password"
    password_file.write_text("a-wrong-one", "utf-8")
    engine = open_sql(postgres.model_copy(update={"password_file": password_file}))
    with pytest.raises(Unavailable, match="password authentication failed") as caught, transaction(engine):
        pass
    assert "a-wrong-one" not in str(caught.value)
    engine.dispose()


def test_a_transaction_that_fails_leaves_nothing(engine: Engine) -> None:
    def insert_and_fail() -> None:
        with transaction(engine) as connection:
            connection.execute(insert(STILLS), [still(1)])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        insert_and_fail()
    with snapshot(engine) as connection:
        assert connection.scalar(select(func.count()).select_from(STILLS)) == 0


@pytest.mark.services
def test_a_server_that_restarts_is_unavailable_and_then_serves_again(own_postgres: Postgres) -> None:
    engine = open_sql(own_postgres.create_schema())
    migrate(engine)
    own_postgres.stop()
    with pytest.raises(Unavailable), transaction(engine):
        pass
    own_postgres.restart()
    with transaction(engine) as connection:
        connection.execute(insert(STILLS), [still(1)])
    engine.dispose()


def test_a_reader_neither_waits_for_a_writer_nor_holds_it_up(engine: Engine) -> None:
    with snapshot(engine) as reader:
        assert reader.scalar(select(func.count()).select_from(STILLS)) == 0
        with transaction(engine) as writer:
            writer.execute(insert(STILLS), [still(1)])
            with snapshot(engine) as other:
                assert other.scalar(select(func.count()).select_from(STILLS)) == 0
    with snapshot(engine) as reader:
        assert reader.scalar(select(func.count()).select_from(STILLS)) == 1


def test_several_processes_may_migrate_at_once(empty_engine: Engine) -> None:
    engines = [empty_engine] * 4
    with ThreadPoolExecutor(4) as threads:
        assert [*threads.map(migrate, engines)] == [None] * 4
    with snapshot(empty_engine) as connection:
        assert connection.scalar(select(func.count()).select_from(STILLS)) == 0
