"""`lamplighter edge outbox`: a look into a gateway's outbox, and its messages taken out by hand."""

import json
from pathlib import Path
from typing import Annotated

import typer

from lamplighter.cli.extras import needs

app = typer.Typer(help="What waits at a gateway, and taking it out where there is no network.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(help="The gateway's settings file (TOML).")]


@app.command()
def status(file: File, *, as_json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False) -> None:
    """Say what waits, lane by lane; the gateway may be running.

    Example: lamplighter edge outbox status gateway.toml
    """
    with needs("edge"):
        from edge import outbox_file
        from edge.settings import GatewaySettings
    from lamplighter.runtime.settings import load_settings

    found = outbox_file.status(load_settings(file, GatewaySettings).data_dir / "outbox.sqlite")
    if as_json:
        typer.echo(json.dumps(found))
        return
    for lane, columns in found.items():
        typer.echo(f"{lane}: " + ", ".join(f"{name} {value}" for name, value in columns.items()))


@app.command()
def export(file: File, out: Annotated[Path, typer.Option(help="File to write, one message a line.")]) -> None:
    """Write every waiting message to a file for `lamplighter ingest import`; the outbox keeps them until the centre answers.

    Example: lamplighter edge outbox export gateway.toml --out school-7.jsonl
    """
    with needs("edge"):
        from edge import outbox_file
        from edge.settings import GatewaySettings
    from lamplighter.runtime.settings import load_settings

    settings = load_settings(file, GatewaySettings)
    count = 0
    with out.open("wb") as target:
        for line in outbox_file.export(settings.data_dir / "outbox.sqlite", settings.identity):
            target.write(line)
            count += 1
    typer.echo(f"{out}: {count} messages")
