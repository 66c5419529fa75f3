"""Opening the SQL database: SQLite for one process tree on one machine, PostgreSQL in production."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from lamplighter.contract.errors import SettingsError, Unavailable
from lamplighter.runtime.settings import Settings

BUSY_TIMEOUT_MS: Final = 10_000
MIGRATIONS: Final = "lamplighter.storage.sql:migrations"
_DIALECTS: Final = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgresql+psycopg": "postgresql+psycopg"}


def _database_url(text: str) -> str:
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise ValueError("must look like sqlite:///PATH or postgresql://USER@HOST:PORT/DATABASE") from error
    if url.drivername not in _DIALECTS:
        raise ValueError("must begin with sqlite:/// or postgresql://")
    if url.password is not None:
        raise ValueError("must not hold a password; put it in a file and name it in password_file")
    if url.drivername == "sqlite" and url.database in (None, "", ":memory:"):
        raise ValueError("must name a file, such as sqlite:///data/lamplighter.sqlite")
    return text


class SqlSettings(Settings):
    """Where SQL state lives."""

    url: Annotated[str, AfterValidator(_database_url)] = Field(description="sqlite:///PATH or postgresql://USER@HOST:PORT/DATABASE")
    password_file: Path | None = Field(None, description="file that holds the PostgreSQL password")
    connect_timeout_s: int = Field(10, ge=1, le=300, description="seconds to wait for PostgreSQL to answer")


def open_sql(settings: SqlSettings) -> Engine:
    """An engine on that database; connects lazily. Raises SettingsError for a password file or a folder that cannot be used."""
    url = make_url(settings.url)
    url = url.set(drivername=_DIALECTS[url.drivername])
    if url.drivername == "sqlite":
        return _open_sqlite(url)
    if settings.password_file is not None:
        url = url.set(password=_read_secret(settings.password_file))
    arguments = {"connect_timeout": settings.connect_timeout_s, "application_name": "lamplighter"}
    # READ COMMITTED is what the received-ranges merge is written for; `pre_ping` survives a restarted server.
    return create_engine(url, pool_pre_ping=True, connect_args=arguments, isolation_level="READ COMMITTED")


def open_existing_sql(settings: SqlSettings) -> Engine:
    """As `open_sql`, for commands that only look: raises SettingsError where the SQLite file is not there, and makes none."""
    url = make_url(settings.url)
    if url.drivername == "sqlite" and not (file := Path(url.database or "").absolute()).is_file():
        raise SettingsError(
            f"SQLite file {file}: is not there; the server makes it when it starts."
            " A relative path counts from the folder in which a command runs: run it where the server was started"
        )
    return open_sql(settings)


def migrate(engine: Engine) -> None:
    """Bring the database to the newest layout; safe to call by several processes at once. Raises Unavailable."""
    from alembic import command
    from alembic.config import Config

    with transaction(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('lamplighter migrations'))")
        config = Config()
        config.set_main_option("script_location", MIGRATIONS)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes: `engine.begin()`, with a database that is away or busy as Unavailable."""
    with _translated(engine), engine.begin() as connection:
        yield connection


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads, and on SQLite holds up no writer; raises Unavailable."""
    with _translated(engine), engine.execution_options(reads_only=True).begin() as connection:
        yield connection


@contextmanager
def _translated(engine: Engine) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        if isinstance(error, OperationalError) or error.connection_invalidated:
            raise Unavailable(f"database {engine.url!r}: {error.orig}") from error
        raise


def _open_sqlite(url: URL) -> Engine:
    folder = Path(url.database or "").parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"SQLite file {url.database}: its folder cannot be made: {error.strerror}; choose another") from error
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own: we do
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", f"busy_timeout = {BUSY_TIMEOUT_MS}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads, then writes, fails at once if another wrote between: a writer takes the lock at the start.
    reads_only = connection.get_execution_options().get("reads_only", False)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")


def _read_secret(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except OSError as error:
        raise SettingsError(f"{path}: cannot read the database password: {error.strerror}") from error
