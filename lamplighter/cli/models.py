"""`lamplighter models`: which networks there are, fetching them, checking them."""

import json as json_text
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lamplighter.cli.extras import needs
from lamplighter.contract.errors import SettingsError

if TYPE_CHECKING:
    from edge.detectors.catalog import Model

app = typer.Typer(help="Detection networks: list, pull, check.", no_args_is_help=True)

Folder = Annotated[Path | None, typer.Option("--dir", metavar="DIR", help="Where pulled models are; your data folder if absent.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="A name of `lamplighter models list`.")]


@app.command("list")
def list_models(
    *,
    folder: Folder = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Show the networks of the catalogue and whether they are on this machine.

    Example: lamplighter models list
    """
    from edge.detectors.catalog import place_of, read_catalog

    rows = [(model, place_of(model, folder=folder).is_file()) for model in read_catalog().model]
    if json:
        for model, here in rows:
            typer.echo(json_text.dumps({**model.model_dump(mode="json", exclude_none=True), "here": here}))
    else:
        _table(rows)


@app.command()
def pull(
    name: Name,
    *,
    folder: Folder = None,
    file: Annotated[Path | None, typer.Option("--from", metavar="FILE", help="Take this file instead of fetching it.")] = None,
    url: Annotated[str | None, typer.Option(metavar="URL", help="Fetch it from here, such as a mirror.")] = None,
) -> None:
    """Fetch a network, go on where it broke off, and keep it only if its sha256 is the catalogue's.

    Example: lamplighter models pull yolox_nano_416
    """
    from edge.detectors.catalog import read_catalog
    from edge.detectors.pull import take

    model = read_catalog().named(name)
    place = take(model, file, folder=folder) if file else _fetched(model, folder=folder, url=url)
    typer.echo(f"{model.name}: {place}")


@app.command()
def check(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Only this one; all that are here if absent.")] = None,
    *,
    folder: Folder = None,
) -> None:
    """Check sha256 and shapes of the networks on this machine and run each once.

    Example: lamplighter models check
    """
    with needs("edge"):
        from edge.detectors.catalog import place_of, read_catalog
        from edge.detectors.trial import try_model

    catalog = read_catalog()
    asked = (catalog.named(name),) if name else tuple(m for m in catalog.model if place_of(m, folder=folder).is_file())
    problems: list[str] = []
    for model in asked:
        try:
            typer.echo(f"{model.name}: ok, {try_model(model, folder=folder)}")
        except SettingsError as error:
            problems += error.problems
    if problems:
        raise SettingsError(problems)


def _fetched(model: "Model", *, folder: Path | None, url: str | None) -> Path:
    """Pull with a bar on stderr."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    from edge.detectors.pull import pull as fetch

    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn()
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(model.name, total=model.bytes)
        return fetch(model, folder=folder, url=url, progress=lambda have, total: bar.update(task, completed=have, total=total))


def _table(rows: list[tuple["Model", bool]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("model", "here", "finds", "licence", "size", "measured", box=None)
    for model, here in rows:
        where = "bundled" if model.bundled else "yes" if here else "pull"
        measured = ", ".join(f"{row.measure} {row.value:.2f} on {row.data}" for row in model.measured)
        table.add_row(model.name, where, model.labels, model.licence, f"{model.bytes / 1000:.0f} kB", measured or "-")
    Console().print(table)
