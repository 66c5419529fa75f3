"""`lamplighter quarantine`: what was refused, for a person to look at, to try again, and to throw away."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lamplighter.cli.extras import needs
from lamplighter.contract.errors import SettingsError

if TYPE_CHECKING:
    from sqlalchemy import Engine

app = typer.Typer(help="Messages and values that were refused.", no_args_is_help=True)

File = Annotated[Path | None, typer.Argument(help="Settings file of ingest or server.")]
Data = Annotated[Path | None, typer.Option(help="Or the data folder of `lamplighter up`.")]
Number = Annotated[int, typer.Option("--number", help="Its number in the list.")]


@app.command("list")
def list_all(file: File = None, *, data: Data = None, limit: Annotated[int, typer.Option(help="The newest so many.")] = 50) -> None:
    """List what was refused, newest first: number, time, how often, topic, reason.

    Example: lamplighter quarantine list ingest.toml
    """
    from lamplighter.storage.sql import quarantine
    from lamplighter.storage.sql.engine import snapshot

    with snapshot(_sql(file, data)) as connection:
        for one in quarantine.newest(connection, limit):
            at = datetime.fromtimestamp(one.at_ms / 1000, UTC).isoformat(timespec="seconds")
            typer.echo(f"{one.number}\t{at}\t{one.times}x\t{one.topic}\t{one.reason}")


@app.command()
def show(number: Number, file: File = None, *, data: Data = None) -> None:
    """Show one refusal and its payload (the first 64 kB).

    Example: lamplighter quarantine show ingest.toml --number 7
    """
    from lamplighter.storage.sql import quarantine
    from lamplighter.storage.sql.engine import snapshot

    with snapshot(_sql(file, data)) as connection:
        one = quarantine.find(connection, number)
    if one is None:
        raise SettingsError(f"number {number} is not in quarantine; `lamplighter quarantine list` shows those that are")
    typer.echo(f"topic {one.topic}\nreason {one.reason}\nwhole {one.whole}\nstart {one.boot} seq {one.seq}")
    typer.echo(f"bytes {one.size_bytes} sha256 {one.sha256} times {one.times}")
    typer.echo(one.payload.decode("utf-8", "backslashreplace"))


@app.command()
def replay(number: Number, file: File = None, *, data: Data = None) -> None:
    """Try a message refused whole once more, say after its device was added to the site file; stored, it leaves the quarantine.

    Ingest must not be running on a DuckDB file.

    Example: lamplighter quarantine replay ingest.toml --number 7
    """
    with needs("server"):
        from lamplighter.cli.stores import settings_of
        from lamplighter.processes.by_hand import replay as again

    reason = again(settings_of(file, data), number)
    typer.echo(f"{number}: " + ("stored" if reason is None else f"refused again: {reason}"))
    if reason is not None:
        raise typer.Exit(1)


@app.command()
def purge(
    before: Annotated[datetime, typer.Option(help="Throw away what was refused before then (UTC).")],
    file: File = None,
    *,
    data: Data = None,
) -> None:
    """Throw refusals away.

    Example: lamplighter quarantine purge ingest.toml --before 2026-01-01
    """
    from lamplighter.storage.sql import quarantine
    from lamplighter.storage.sql.engine import transaction

    with transaction(_sql(file, data)) as connection:
        gone = quarantine.purge(connection, before_ms=int(before.replace(tzinfo=before.tzinfo or UTC).timestamp() * 1000))
    typer.echo(f"{gone} thrown away")


def _sql(file: Path | None, data: Path | None) -> "Engine":
    with needs("server"):
        from lamplighter.cli.stores import settings_of
        from lamplighter.storage.sql.engine import open_existing_sql

    return open_existing_sql(settings_of(file, data).sql)
