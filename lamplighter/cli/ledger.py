"""`lamplighter compliance template` and `lamplighter compliance ledger`: the construction ledger in and out."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lamplighter.cli.extras import needs

if TYPE_CHECKING:
    from lamplighter.site.model import Site

app = typer.Typer(help="The construction ledger: workbooks and CSV in and out.", no_args_is_help=True)


def attach(compliance: typer.Typer) -> None:
    """Add these commands below `lamplighter compliance`."""
    compliance.command()(template)
    compliance.add_typer(app, name="ledger")


def template(out: Annotated[Path, typer.Argument(help="The workbook to write (XLSX).")]) -> None:
    """Write an empty workbook for a city's ledger, with comments in Chinese and English.

    Example: lamplighter compliance template ledger.xlsx
    """
    with needs("server"):
        from compliance.ledger.workbook import write_template

    with needs("reports"):
        write_template(out)
    typer.echo(f"{out}: fill it in, then `lamplighter compliance ledger import {out} --to sites/`")


@app.command("import")
def import_ledger(
    source: Annotated[Path, typer.Argument(help="A workbook (XLSX), or a folder of CSV files named as its sheets.")],
    *,
    to: Annotated[Path | None, typer.Option(help="Folder that gets one site file a school.")] = None,
    database: Annotated[str | None, typer.Option(help="SQL database that keeps every state of the ledger.")] = None,
    valid_from: Annotated[str | None, typer.Option(metavar="DAY", help="With --database: from which day it holds.")] = None,
    who: Annotated[str, typer.Option(help="With --database: who changes the ledger.")] = "",
    why: Annotated[str, typer.Option(help="With --database: why.")] = "",
    password_file: Annotated[Path | None, typer.Option(help="File with the PostgreSQL password.")] = None,
) -> None:
    """Read a ledger: every fault with sheet, row and column, or all of it; never half.

    Example: lamplighter compliance ledger import ledger.xlsx --to sites/
    """
    with needs("server"):
        from compliance.ledger.csv_folder import read_csv_folder
        from compliance.ledger.reading import sites_of
        from compliance.ledger.workbook import read_workbook
    from lamplighter.contract.errors import SettingsError

    if database is not None and not (who and why and valid_from):
        raise SettingsError("--database: say also --valid-from, --who and --why, as every change of the ledger does")
    with needs("reports"):
        tables = read_csv_folder(source) if source.is_dir() else read_workbook(source)
    sites = sites_of(tables)
    if to is not None:
        _write_sites(to, sites)
    if database is not None:
        _record(database, password_file, sites, (who, why, str(valid_from)))
    rooms = sum(len(site.spaces) for site in sites)
    typer.echo(f"{len(sites)} schools, {rooms} spaces: sound" + ("" if to or database else "; nothing written"))


@app.command("export")
def export_ledger(
    sites: Annotated[Path, typer.Argument(help="Folder of files, with site.toml or sites/*.toml.")],
    *,
    to: Annotated[Path, typer.Option(help="A workbook (*.xlsx), or a folder for CSV files.")],
) -> None:
    """Write the ledger of a folder's schools as a workbook or CSV files.

    Example: lamplighter compliance ledger export city/ --to ledger.xlsx
    """
    with needs("server"):
        from compliance.files.folder import read_folder
        from compliance.ledger.csv_folder import write_csv_folder
        from compliance.ledger.tables import tables_of
        from compliance.ledger.workbook import write_workbook

    found = read_folder(sites).sites
    write = write_workbook if to.suffix == ".xlsx" else write_csv_folder
    with needs("reports"):
        write(to, tables_of(found))
    typer.echo(f"{to}: {len(found)} schools, {sum(len(site.spaces) for site in found)} spaces")


def _write_sites(folder: Path, sites: "tuple[Site, ...]") -> None:
    from lamplighter.runtime.settings import write_toml

    folder.mkdir(parents=True, exist_ok=True)
    for site in sites:
        write_toml(folder / f"{site.school}.toml", site)


def _record(database: str, password_file: Path | None, sites: "tuple[Site, ...]", said: tuple[str, str, str]) -> None:
    from compliance.ledger.book import Reason, record
    from lamplighter.contract.errors import SettingsError
    from lamplighter.runtime.clock import SystemClock
    from lamplighter.runtime.settings import check_settings
    from lamplighter.storage.sql.engine import SqlSettings, migrate, open_sql, transaction

    who, why, day = said
    try:
        reason = Reason(who, why, date.fromisoformat(day))
    except ValueError as error:
        raise SettingsError(f"--valid-from {day}: is not a day; write it as 2026-11-20") from error
    engine = open_sql(check_settings({"url": database, "password_file": password_file}, SqlSettings, where="--database"))
    migrate(engine)
    with transaction(engine) as connection:
        changed = sum(record(connection, site, reason, at=SystemClock().now()) for site in sites)
    typer.echo(f"{changed} rows of the ledger changed")
