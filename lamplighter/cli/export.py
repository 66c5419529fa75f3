"""`lamplighter export`: the stored rows themselves, as CSV or Parquet."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from lamplighter.cli.extras import needs

app = typer.Typer(help="Stored rows as a file.", no_args_is_help=True)

File = Annotated[Path | None, typer.Argument(help="Settings file of ingest or server.")]
Data = Annotated[Path | None, typer.Option(help="Or the data folder of `lamplighter up` (stopped).")]
From = Annotated[datetime, typer.Option("--from", help="From this time on (UTC).")]
To = Annotated[datetime, typer.Option("--to", help="Up to, and not including, this time (UTC).")]
Out = Annotated[Path, typer.Option(help="The file: *.csv or *.parquet.")]


@app.command()
def readings(start: From, end: To, out: Out, file: File = None, *, data: Data = None) -> None:
    """Write every reading of that time.

    Example: lamplighter export readings ingest.toml --from 2026-09-01 --to 2026-09-02 --out day.parquet
    """
    _export("readings", (start, end), out, file=file, data=data)


@app.command()
def conditions(start: From, end: To, out: Out, file: File = None, *, data: Data = None) -> None:
    """Write every transition of a condition of that time.

    Example: lamplighter export conditions ingest.toml --from 2026-09-01 --to 2026-10-01 --out month.csv
    """
    _export("conditions", (start, end), out, file=file, data=data)


def _export(what: str, span: tuple[datetime, datetime], out: Path, *, file: Path | None, data: Path | None) -> None:
    with needs("server"):
        from lamplighter.cli.stores import settings_of
        from lamplighter.processes.by_hand import export

    start_ms, end_ms = (int(at.replace(tzinfo=at.tzinfo or UTC).timestamp() * 1000) for at in span)
    rows = export(settings_of(file, data), what, start_ms=start_ms, end_ms=end_ms, out=out)
    typer.echo(f"{out}: {rows} rows")
