"""`lamplighter compliance survey sheet|fill`: a grid survey on paper, and from a meter's file."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from lamplighter.cli.extras import needs
from lamplighter.contract.errors import SettingsError

app = typer.Typer(help="Grid surveys: the sheet to print, and a meter's file.", no_args_is_help=True)


def attach(compliance: typer.Typer) -> None:
    """Add these commands below `lamplighter compliance`."""
    compliance.add_typer(app, name="survey")


@app.command()
def sheet(
    site: Annotated[Path, typer.Argument(metavar="SITE.toml", help="Site file of the school.")],
    *,
    space: Annotated[str, typer.Option(help="The room's id.")],
    name: Annotated[str, typer.Option("--id", help="Id that the survey will have, as a101-20261120.")],
    size: Annotated[str, typer.Option(metavar="LENGTHxWIDTH", help="Of the surface in metres, as 9x7.")],
    grid: Annotated[str, typer.Option(metavar="COLUMNSxROWS", help="Cells along length and width, as 3x3.")] = "3x3",
    surface: Annotated[Literal["desk", "board", "plane", "floor"], typer.Option(help="What is measured.")] = "desk",
    method: Annotated[Literal["centre", "four_corner"], typer.Option(help="Middle or corners of the cells.")] = "centre",
    out: Annotated[Path, typer.Option(help="Folder for ID.pdf (to print) and ID.csv (to fill).")] = Path(),
) -> None:
    """Write a sheet to print and the table its readings are typed into; filled, the table is a `surveys.csv`.

    Example: lamplighter compliance survey sheet site.toml --space a101 --id a101-1120 --size 9x7 --grid 3x3 --out surveys/
    """
    with needs("server"):
        from compliance.surveys.plan import Grid, places_of
        from compliance.surveys.sheet import Planned, write_sheet, write_table
    from lamplighter.runtime.settings import load_settings
    from lamplighter.site.model import Site

    school = load_settings(site, Site)
    room = next((row for row in school.spaces if row.id == space), None)
    if room is None:
        raise SettingsError(f"--space {space}: is not in {site}; use one of {', '.join(row.id for row in school.spaces)}")
    length_m, width_m = _pair("--size", size)
    columns, rows = _pair("--grid", grid)
    cells = Grid(length_m, width_m, int(columns), int(rows), method)
    planned = Planned(name, school, room, surface, cells, places_of(cells, surface))
    out.mkdir(parents=True, exist_ok=True)
    with needs("reports"):
        write_sheet(out / f"{name}.pdf", planned)
    write_table(out / f"{name}.csv", planned)
    typer.echo(f"{out / name}.pdf, {out / name}.csv: {len(planned.places)} points")


@app.command()
def fill(
    table: Annotated[Path, typer.Argument(metavar="ID.csv", help="The table that `survey sheet` wrote.")],
    *,
    meter: Annotated[Path, typer.Option(metavar="FILE.csv", help="The meter's readings with the lamps on, in the sheet's order.")],
    meter_off: Annotated[Path | None, typer.Option(metavar="FILE.csv", help="The same with the lamps off.")] = None,
    column: Annotated[str, typer.Option(help="The column of the meter's files that holds lux.")] = "lx",
    stated: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="What the sheet states, as tester=T7; once for each.")
    ] = None,
    out: Annotated[Path, typer.Option(help="The filled table.")] = Path("surveys.csv"),
) -> None:
    """Put a meter's own file into a survey's table. What nobody states stays empty, and the survey then counts for nothing.

    Example: lamplighter compliance survey fill a101-1120.csv --meter on.csv --meter-off off.csv --set tester=T7 --out surveys.csv
    """
    with needs("server"):
        from compliance.surveys import meter as meters

    pairs = [text.partition("=") for text in stated or []]
    wrong = [key for key, sign, _ in pairs if not sign]
    if wrong:
        raise SettingsError([f"--set {key}: is not KEY=VALUE" for key in wrong])
    lit, dark = meters.readings_of(meter, column), meters.readings_of(meter_off, column) if meter_off is not None else []
    points = meters.fill(table, meters.Taken(lit, dark, {key: value for key, _, value in pairs}), out)
    typer.echo(f"{out}: {points} points")


def _pair(option: str, text: str) -> tuple[float, float]:
    try:
        first, second = (float(part) for part in text.lower().split("x"))
    except ValueError as error:
        raise SettingsError(f"{option} {text}: is not two numbers; write them as 3x3") from error
    return first, second
