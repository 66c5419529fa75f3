"""`lamplighter compliance light|calibrate`: what readings say of rooms' electric light, and sensors' factors from a survey."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lamplighter.cli.extras import needs
from lamplighter.cli.options import day_of
from lamplighter.contract.errors import SettingsError

if TYPE_CHECKING:
    from compliance.files.light import Span

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of files; docs/compliance.md describes it.")]


def attach(compliance: typer.Typer) -> None:
    """Add these commands below `lamplighter compliance`."""
    compliance.command()(light)
    compliance.command()(calibrate)


def light(
    folder: Folder,
    *,
    first: Annotated[str, typer.Option("--from", metavar="DAY", help="First day looked at, as 2026-11-01.")],
    last: Annotated[str, typer.Option("--to", metavar="DAY", help="Last day: the one that is shown.")],
    json: Annotated[bool, typer.Option("--json", help="One room a line.")] = False,
) -> None:
    """Tell electric light from daylight, room by room: level, pattern, decline, hours and energy. Indicative, never a verdict.

    Example: lamplighter compliance light school/ --from 2026-11-01 --to 2026-11-20
    """
    with needs("server"):
        from compliance.files.folder import read_folder
        from compliance.files.light import light_of_folder
    from json import dumps

    from compliance.light.days import cells_of
    from compliance.light.words import words_of
    from compliance.packs import load_packs
    from lamplighter.runtime.clock import SystemClock

    days = day_of("--from", first), day_of("--to", last)
    for school in light_of_folder(read_folder(folder), load_packs(), days, SystemClock()):
        for room in school.rooms:
            if json:
                typer.echo(dumps(cells_of(school.school, room), ensure_ascii=False))
            else:
                zh, en = ("；".join(words_of(room, 0)), "; ".join(words_of(room, 1)))
                typer.echo(f"{school.school}/{room.room}: {zh}\n  {en}")


def calibrate(
    folder: Folder,
    *,
    survey: Annotated[str, typer.Option(metavar="ID", help="The grid survey taken meanwhile.")],
    on: Annotated[str, typer.Option(metavar="FROM/TO", help="When its lamps were all on, as two times with zone and a slash.")],
    off: Annotated[str, typer.Option(metavar="FROM/TO", help="When they were all off, daylight still shut out.")],
    lamps: Annotated[str | None, typer.Option(metavar="GROUP", help="Luminaire group measured; all lamps without it.")] = None,
    dimming_pct: Annotated[float, typer.Option("--dimming", help="Dimming level they were at, in percent.")] = 100.0,
) -> None:
    """Print the room's sensors' factors as [[calibrations]] of the site file, with zero and expanded uncertainty (k = 2).

    Example: lamplighter compliance calibrate school/ --survey a101-0910
      --on 2026-09-10T19:50:00+08:00/2026-09-10T20:05:00+08:00 --off 2026-09-10T20:06:00+08:00/2026-09-10T20:12:00+08:00
    """
    with needs("server"):
        from compliance.files.folder import read_folder
        from compliance.files.light import Session, calibrations_of_folder
        from compliance.light.calibration import State
    from tomli_w import dumps

    session = Session(survey, _span("--on", on), _span("--off", off), State(lamps, dimming_pct))
    rows = calibrations_of_folder(read_folder(folder), session)
    typer.echo(dumps({"calibrations": [row.model_dump(exclude_none=True) for row in rows]}), nl=False)


def _span(option: str, text: str) -> "Span":
    from compliance.files.light import Span

    try:
        start, end = (datetime.fromisoformat(part) for part in text.split("/"))
    except ValueError as error:
        raise SettingsError(
            f"{option} {text}: is not FROM/TO; write two times, as 2026-09-10T19:50:00+08:00, and a slash"
        ) from error
    if start.tzinfo is None or end.tzinfo is None or end <= start:
        raise SettingsError(f"{option} {text}: give both times a zone, as +08:00, the earlier one first")
    return Span(start, end)
