"""`lamplighter init`: everything `docker compose up` needs."""

from pathlib import Path
from typing import Annotated

import typer

from lamplighter.cli.extras import needs


def init(
    folder: Annotated[Path, typer.Argument(help="Folder to fill; what is there already is kept as it is.")],
    *,
    site: Annotated[list[Path] | None, typer.Option(help="Site file of a school; once for each. An example without it.")] = None,
    host: Annotated[
        list[str] | None,
        typer.Option(help="Name or address by which gateways reach the broker; once for each. Without it, this machine only."),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="How many ingest workers there will be.")] = 1,
) -> None:
    """Make certificates, secrets, settings and dashboards for docker compose.

    Example: lamplighter init data/compose --site school.toml --host broker.example
    """
    with needs("server"):
        from lamplighter.deployment.layout import prepare
    from lamplighter.deployment.sites import site_texts

    sites = site_texts(tuple(site or ()), folder)
    made = list(prepare(folder, sites=sites, grafana=_grafana(), hosts=tuple(host or ()), workers=workers))
    for path, new in made:
        typer.echo(f"{'made' if new else 'kept'} {path}")
    typer.echo(f"\nNext: docker compose --env-file {folder / '.env'} up --detach --build")
    typer.echo(f"Gateways: lamplighter gateway add DISTRICT/SCHOOL/GATEWAY --dir {folder}")
    typer.echo(f"Grafana: user admin, password in {folder / 'secrets' / 'grafana_admin_password'}")


def _grafana() -> dict[str, str]:
    from dashboards.build import files
    from lamplighter.cli.dashboards import default_settings

    return files(default_settings())
