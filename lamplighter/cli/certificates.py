"""`lamplighter certificates list|renew`: how long each is good for, and new ones for the centre."""

from pathlib import Path
from typing import Annotated

import typer

from lamplighter.cli.extras import needs

app = typer.Typer(help="The deployment's certificates: days left, and new ones for the centre.", no_args_is_help=True)

Folder = Annotated[Path, typer.Option("--dir", help="The folder that `lamplighter init` made.")]


@app.command("list")
def list_certificates(*, folder: Folder) -> None:
    """Show every certificate that is in use, the one that ends first on top; exit code 1 where one has ended or soon will.

    Example: lamplighter certificates list --dir data/compose
    """
    with needs("server"):
        from lamplighter.deployment.certificates import in_use
    from lamplighter.runtime.clock import SystemClock

    now = SystemClock().now()
    found = in_use(folder)
    for name, certificate in found:
        typer.echo(f"{certificate.days_left(now):6d} days  {certificate.ends:%Y-%m-%d}  {name}")
    if any(certificate.fault(now) for _name, certificate in found):
        raise typer.Exit(1)


@app.command()
def renew(
    *,
    folder: Folder,
    no_reload: Annotated[
        bool, typer.Option("--no-reload", help="Only write the files; the broker reads them at its next start.")
    ] = False,
) -> None:
    """Make new certificates for the broker and for ingest; the broker goes on without a restart, ingest takes its at the next.

    Example: lamplighter certificates renew --dir data/compose
    """
    with needs("server"):
        from lamplighter.deployment.gateways import Gateways
    from lamplighter.runtime.clock import SystemClock

    gateways = Gateways(folder, SystemClock())
    for path in gateways.renew_centre():
        typer.echo(f"made {path}")
    if not no_reload:
        gateways.reload()
        typer.echo("in force: the broker has read its files anew")
