"""Options that several commands share: the SQL database, and a day."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lamplighter.contract.errors import SettingsError

if TYPE_CHECKING:
    from sqlalchemy import Engine

Database = Annotated[str, typer.Option(help="The SQL database, as sqlite:///PATH or postgresql://USER@HOST:PORT/DATABASE.")]
Password = Annotated[Path | None, typer.Option(help="File with the PostgreSQL password.")]


def opened(database: str, password_file: Path | None) -> "Engine":
    """The database with its newest layout; raises SettingsError, or Unavailable where it does not answer."""
    from lamplighter.runtime.settings import check_settings
    from lamplighter.storage.sql.engine import SqlSettings, migrate, open_sql

    engine = open_sql(check_settings({"url": database, "password_file": password_file}, SqlSettings, where="--database"))
    migrate(engine)
    return engine


def day_of(option: str, text: str) -> date:
    """The day an option names; raises SettingsError that names the option."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise SettingsError(f"{option} {text}: is not a day; write it as 2026-12-31") from error
