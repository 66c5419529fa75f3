"""`lamplighter docs`: the reference pages, written from the code."""

from pathlib import Path
from typing import Annotated

import typer

from lamplighter.cli.extras import needs

app = typer.Typer(help="The reference pages, written from the code.", no_args_is_help=True)


@app.callback()
def _docs() -> None:
    """Keep `build` a command of its own."""


@app.command()
def build(
    *,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 and name the pages that are stale.")] = False,
    into: Annotated[Path, typer.Option("--into", metavar="DIR", help="The docs folder.")] = Path("docs"),
) -> None:
    """Write settings.md, cli.md, asyncapi.json and the tables of mqtt-contract.md.

    Example: python -m lamplighter docs build
    """
    with needs("all"):
        from lamplighter.reference.build import build_pages, stale_pages

    changed = list(stale_pages(into)) if check else build_pages(into)
    for path in changed:
        typer.echo(f"{path}: {'stale; run: python -m lamplighter docs build' if check else 'written'}")
    if check and changed:
        raise typer.Exit(1)
