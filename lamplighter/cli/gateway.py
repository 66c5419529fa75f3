"""`lamplighter gateway add|renew|revoke|list`: who may talk to the broker."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lamplighter.cli.extras import needs

if TYPE_CHECKING:
    from lamplighter.contract.topics import Gateway
    from lamplighter.deployment.gateways import Gateways

app = typer.Typer(help="Admit a gateway, renew its certificate, shut it out.", no_args_is_help=True)

Id = Annotated[str, typer.Argument(metavar="ID", help="DISTRICT/SCHOOL/GATEWAY, as in the site file.")]
Folder = Annotated[Path, typer.Option("--dir", help="The folder that `lamplighter init` made.")]
NoReload = Annotated[bool, typer.Option("--no-reload", help="Only write the files; the broker reads them at its next start.")]


@app.command()
def add(
    gateway: Id,
    *,
    folder: Folder,
    at: Annotated[str, typer.Option(help="Folder on the gateway into which the bundle will be unpacked.")] = "/etc/lamplighter",
    data: Annotated[str, typer.Option(help="Folder on the gateway for its outbox.")] = "/var/lib/lamplighter",
    settings: Annotated[
        Path | None, typer.Option(help="A gateway.toml whose buses, cameras, rules and other tables the new one takes over.")
    ] = None,
    no_reload: NoReload = False,
) -> None:
    """Admit a gateway: key, certificate, password and settings as one bundle for its installer.

    Example: lamplighter gateway add district-1/school-7/gw1 --dir data/compose
    """
    from lamplighter.deployment.access import read_gateway
    from lamplighter.runtime.settings import read_toml

    name, gateways = read_gateway(gateway), _gateways(folder)
    from lamplighter.deployment.gateways import Target

    kept = {} if settings is None else read_toml(settings)
    bundle = gateways.add(name, Target(folder=at, data_dir=data, kept=kept))
    typer.echo(f"made {bundle}")
    typer.echo(f"On the gateway: mkdir -p {at} && tar -xzf {bundle.name} -C {at}. It holds the gateway's key: hand it over safely,")
    typer.echo("then delete it here.")
    if not no_reload:
        _put_in_force(gateways)


@app.command()
def renew(gateway: Id, *, folder: Folder) -> None:
    """Give a gateway a new key and certificate; password and settings stay, the old certificate is good until its own end.

    Example: lamplighter gateway renew district-1/school-7/gw1 --dir data/compose
    """
    from lamplighter.deployment.access import read_gateway

    bundle = _gateways(folder).renew(read_gateway(gateway))
    typer.echo(f"made {bundle}")
    typer.echo(f"On the gateway: tar -xzf {bundle.name} -C /etc/lamplighter, then restart it.")


@app.command()
def revoke(gateway: Id, *, folder: Folder, no_reload: NoReload = False) -> None:
    """Shut a gateway out: its connection ends, and it cannot come back.

    Example: lamplighter gateway revoke district-1/school-7/gw1 --dir data/compose
    """
    from lamplighter.deployment.access import read_gateway

    name, gateways = read_gateway(gateway), _gateways(folder)
    gateways.revoke(name)
    typer.echo(f"{gateway}: user, rights and certificates are void")
    if not no_reload:
        _put_in_force(gateways, name)


@app.command("list")
def list_gateways(*, folder: Folder) -> None:
    """Name every gateway that is admitted.

    Example: lamplighter gateway list --dir data/compose
    """
    for found in _gateways(folder).known():
        typer.echo("/".join(found))


def _gateways(folder: Path) -> "Gateways":
    with needs("server"):
        from lamplighter.deployment.gateways import Gateways
    from lamplighter.runtime.clock import SystemClock

    return Gateways(folder, SystemClock())


def _put_in_force(gateways: "Gateways", *gone: "Gateway") -> None:
    gateways.reload(gone=gone)
    typer.echo("in force: the broker has read its files anew")
