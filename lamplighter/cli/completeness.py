"""`lamplighter completeness`: what every gateway produced, and what became of it."""

import json as json_text
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lamplighter.cli.extras import needs

if TYPE_CHECKING:
    from lamplighter.storage.sql.completeness import Account


def completeness(
    file: Annotated[Path | None, typer.Argument(help="Settings file of ingest or server.")] = None,
    *,
    data: Annotated[Path | None, typer.Option(help="Or the data folder of `lamplighter up`.")] = None,
    since: Annotated[datetime | None, typer.Option(help="Only starts heard of since then (UTC).")] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Account for every message of every start of every gateway: produced, stored, rejected, shed, waiting, missing.

    Exit code 1 when anything is missing or cannot be known.

    Example: lamplighter completeness ingest.toml --since 2026-09-01
    """
    with needs("server"):
        from datetime import UTC

        from lamplighter.cli.stores import settings_of
        from lamplighter.storage.sql.completeness import accounts
        from lamplighter.storage.sql.engine import open_existing_sql, snapshot

    sql = open_existing_sql(settings_of(file, data).sql)
    since_ms = 0 if since is None else int(since.replace(tzinfo=since.tzinfo or UTC).timestamp() * 1000)
    with snapshot(sql) as connection:
        found = accounts(connection, since_ms=since_ms)
    sql.dispose()
    for one in found:
        typer.echo(json_text.dumps(_as_json(one)) if json else _as_text(one))
    if not all(one.complete for one in found):
        raise typer.Exit(1)


_COUNTS = ("produced", "stored", "rejected", "shed", "dead", "waiting", "missing", "late", "duplicates")


def _as_json(one: "Account") -> dict[str, Any]:
    found = {**one.start.key(one.lane), **{name: getattr(one, name) for name in (*_COUNTS, "shed_items", "last_at_ms", "tail")}}
    return {**found, "complete": one.complete, "gaps": [gap._asdict() for gap in one.gaps]}


def _as_text(one: "Account") -> str:
    counts = ", ".join(f"{name} {getattr(one, name)}" for name in _COUNTS if getattr(one, name) or name in _COUNTS[:2])
    gaps = "".join(f"\n  missing {gap.first}..{gap.last}" for gap in one.gaps)
    word = "complete" if one.complete else "NOT COMPLETE"
    return f"{'/'.join(one.start.gateway)} start {one.start.boot} {one.lane}: {word}; {counts}; tail {one.tail}{gaps}"
