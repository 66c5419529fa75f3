"""A meter's own file into a survey's table: readings in the order of the plan, with the lamps on and again with them off."""

import csv
from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import Final, NamedTuple

from compliance.files.rows import SurveyRow
from compliance.files.tables import raise_all
from lamplighter.contract.errors import SettingsError
from lamplighter.runtime.text_files import encoding_of

MOST_LX: Final = 200_000.0


class Table(NamedTuple):
    """A survey's table as it stands: its columns and its rows."""

    columns: tuple[str, ...]
    rows: tuple[dict[str, str], ...]


def readings_of(path: Path, column: str) -> list[float]:
    """The numbers of one column, in lux, in the file's order; raises SettingsError with every row that is none."""
    table = _table(path)
    if column not in table.columns:
        raise SettingsError(f"{path}: row 1: column {column!r} is missing; there are {', '.join(table.columns) or 'none'}")
    found, problems = [], []
    for number, row in enumerate(table.rows, start=2):
        value = _number(row[column])
        if value is None or not 0 <= value <= MOST_LX:
            problems.append(f"{path}: row {number}, {column} = {row[column]!r}: is no illuminance from 0 to {MOST_LX:g} lx")
        else:
            found.append(value)
    raise_all(problems)
    return found


class Taken(NamedTuple):
    """What was measured, in the plan's order and in lux, and what the tester states; `dark` may be empty."""

    lit: list[float]
    dark: list[float]
    stated: Mapping[str, str]


def fill(table_path: Path, taken: Taken, out: Path) -> int:
    """Write the table with its readings and what the tester stated; how many points. Raises SettingsError where counts differ.

    Without lamps-off readings those of the table stay as they are.
    """
    table, (lit, dark, stated) = _table(table_path), taken
    problems = [
        f"{table_path}: {len(table.rows)} points, and {len(readings)} readings with the lamps {state}; measure the missing ones"
        for state, readings in (("on", lit), ("off", dark))
        if len(readings) != len(table.rows) and (readings or state == "on")
    ]
    columns = set(SurveyRow.model_fields)
    problems += [
        f"{name}: is no column of a survey; use {', '.join(SurveyRow.model_fields)}" for name in stated if name not in columns
    ]
    raise_all(problems)
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, table.columns)
        writer.writeheader()
        for number, row in enumerate(table.rows):
            off = {"lamps_off_lx": repr(dark[number])} if dark else {}
            writer.writerow(row | dict(stated) | {"lx": repr(lit[number])} | off)
    return len(table.rows)


def _table(path: Path) -> Table:
    with path.open(encoding=encoding_of(path), newline="") as file:
        reader = csv.DictReader(file, restval="")
        columns = tuple(name.strip() for name in reader.fieldnames or ())
        rows = [{(name or "").strip(): str(cell) for name, cell in row.items()} for row in reader]
    return Table(columns, tuple(row for row in rows if any(row.values())))


def _number(text: str) -> float | None:
    try:
        value = float(text.strip().removesuffix("lx").removesuffix("lux").strip())
    except ValueError:
        return None
    return value if isfinite(value) else None
