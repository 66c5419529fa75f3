"""CSV files as people's programs write them: any common encoding, every fault with its row and column, nothing half-read."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from lamplighter.contract.errors import SettingsError

MOST_PROBLEMS: Final = 200
"""A file that is wrong throughout is told so many times."""

_YES_NO: Final = {"是": "true", "否": "false", "有": "true", "无": "false"}

Model = TypeVar("Model", bound=BaseModel)


class Numbered(NamedTuple):
    """A line of a file: its number, as an editor shows it, and its cells by column."""

    number: int
    cells: dict[str, str]


def lines_of(path: Path, required: Sequence[str], optional: Sequence[str], *, encoding: str | None = None) -> Iterator[Numbered]:
    """Lines of a CSV file in UTF-8 (with or without byte-order mark) or GB18030, unless told which; empty lines are skipped.

    Raises SettingsError when the file cannot be read or its header is not the one wanted.
    """
    with path.open(encoding=encoding or encoding_of(path), newline="") as file:
        reader = csv.reader(file)
        header = [name.strip() for name in next(reader, [])]
        problems = _header_problems(path, header, required, optional)
        if problems:
            raise SettingsError(problems)
        for row in reader:
            if any(cell.strip() for cell in row):
                if len(row) != len(header):
                    raise SettingsError(f"{path}: row {reader.line_num}: {len(row)} cells where the header has {len(header)}")
                yield Numbered(reader.line_num, dict(zip(header, map(str.strip, row), strict=True)))


def read_models(path: Path, kind: type[Model], *, columns: Sequence[str] = ()) -> list[tuple[int, Model]]:
    """Each line as a checked model with its number; an empty cell is a cell left out. Raises SettingsError with all faults.

    `columns` must be there although their cells may be empty.
    """
    fields = kind.model_fields
    required = [name for name, field in fields.items() if field.is_required() or name in columns]
    made, problems = [], []
    for number, cells in lines_of(path, required, [name for name in fields if name not in required]):
        given = {name: _YES_NO.get(cell, cell) for name, cell in cells.items() if cell}
        try:
            made.append((number, kind.model_validate(given)))
        except ValidationError as error:
            problems += [f"{path}: row {number}, {_told(problem['loc'], problem['msg'], cells)}" for problem in error.errors()]
    raise_all(problems)
    return made


def raise_all(problems: Sequence[str]) -> None:
    """Raise SettingsError with the problems, if there are any; at most `MOST_PROBLEMS`, and how many more."""
    more = len(problems) - MOST_PROBLEMS
    if problems:
        raise SettingsError([*problems[:MOST_PROBLEMS], *([f"... and {more} more"] if more > 0 else [])])


def _told(place: tuple[int | str, ...], message: str, cells: dict[str, str]) -> str:
    column = str(place[0]) if place else "(whole row)"
    shown = f" = {cells[column]!r}" if column in cells else ""
    return f"{column}{shown}: {message}"


def encoding_of(path: Path) -> str:
    """UTF-8 with or without byte-order mark, or else GB18030; raises SettingsError where the file cannot be read."""
    try:
        with path.open(encoding="utf-8") as file:
            for _ in iter(lambda: file.read(1 << 20), ""):
                pass
    except UnicodeDecodeError:
        return "gb18030"
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from error
    return "utf-8-sig"


def _header_problems(path: Path, header: Sequence[str], required: Sequence[str], optional: Sequence[str]) -> list[str]:
    known = {*required, *optional}
    problems = [f"{path}: row 1: column {name!r} is missing" for name in required if name not in header]
    problems += [
        f"{path}: row 1: unknown column {name!r}; allowed: {', '.join(sorted(known))}" for name in header if name not in known
    ]
    problems += [f"{path}: row 1: column {name!r} is there twice" for name in sorted({n for n in header if header.count(n) > 1})]
    return problems
