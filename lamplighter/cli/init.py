"""`lamplighter init`: everything `docker compose up` needs."""

from pathlib import Path
from typing import Annotated

import typer


def init(
    folder: Annotated[Path, typer.Argument(help="Folder to fill; what is there already is kept as it is.")],
    *,
    site: Annotated[list[Path] | None, typer.Option(help="Site file of a school; once for each. An example without it.")] = None,
) -> None:
    """Make secrets, settings and dashboards for docker compose.

    Example: lamplighter init data/compose --site school.toml
    """
    from lamplighter.deployment.layout import prepare
    from lamplighter.deployment.sites import site_texts

    made = list(prepare(folder, sites=site_texts(tuple(site or ()), folder), grafana=_grafana()))
    for path, new in made:
        typer.echo(f"{'made' if new else 'kept'} {path}")
    typer.echo(f"\nNext: docker compose --env-file {folder / '.env'} up --detach --build")
    typer.echo(f"Grafana: user admin, password in {folder / 'secrets' / 'grafana_admin_password'}")


def _grafana() -> dict[str, str]:
    from dashboards.build import files
    from lamplighter.cli.dashboards import default_settings

    return files(default_settings())
