"""The ledger as a workbook (XLSX): template, export, import."""

import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final

from compliance.files.tables import raise_all
from compliance.ledger.columns import SEPARATOR, Cells, Column
from compliance.ledger.sheets import BY_NAME, SHEETS, Sheet
from compliance.ledger.tables import Placed
from compliance.ledger.words import COLUMNS, README, README_SHEET
from lamplighter.contract.errors import SettingsError

_NUMBER: Final = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")
_CHOICE_ROWS: Final = 5_000
_CHOICE_CHARACTERS: Final = 250


def write_template(path: Path) -> None:
    """An empty workbook whose header cells say in Chinese and English what goes below, with lists where words are fixed."""
    from openpyxl import Workbook
    from openpyxl.comments import Comment

    book = Workbook()
    _readme(book.active)
    for sheet in SHEETS:
        page = book.create_sheet(sheet.name)
        page.append([column.name for column in sheet.columns])
        for place, column in enumerate(sheet.columns, 1):
            page.cell(1, place).comment = Comment(_about(column), "Lamplighter")
            _offer(page, place, column)
        _dress(page, sheet)
    _save(book, path)


def write_workbook(path: Path, tables: Mapping[str, Sequence[Cells]]) -> None:
    """These rows as a workbook that `read_workbook` reads back."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    for sheet in SHEETS:
        page = book.create_sheet(sheet.name)
        _dress(page, sheet)
        names = [column.name for column in sheet.columns]
        numbers = [column.kind in {int, float} and not column.many for column in sheet.columns]
        page.append(names)
        for row in tables.get(sheet.name, ()):
            cells: list[Any] = []
            for name, number in zip(names, numbers, strict=True):
                text = row.get(name, "")
                if text.startswith("="):
                    cell = WriteOnlyCell(page, value=text)
                    cell.data_type = "s"  # a text, not a formula
                    cells.append(cell)
                else:
                    cells.append(_number(text) if number else text or None)
            page.append(cells)
    _save(book, path)


def read_workbook(path: Path) -> dict[str, list[Placed]]:
    """Every sheet's rows as text; raises SettingsError with every merged cell, formula and wrong header there is."""
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(path, rich_text=False)
    except FileNotFoundError as error:
        raise SettingsError(f"{path}: no such file; give a workbook (XLSX)") from error
    except (InvalidFileException, zipfile.BadZipFile, KeyError, OSError, ValueError) as error:
        raise SettingsError(f"{path}: is no workbook that can be read ({error}); save it as XLSX") from error
    problems: list[str] = []
    tables: dict[str, list[Placed]] = {}
    for page in book.worksheets:
        sheet = BY_NAME.get(page.title)
        if sheet is not None:
            tables[sheet.name] = list(_page(path, page, sheet, problems))
        elif page.title != README_SHEET:
            problems.append(f"{path}, sheet {page.title!r}: is unknown; allowed: {', '.join(BY_NAME)}")
    raise_all(problems)
    return tables


def _page(path: Path, page: Any, sheet: Sheet, problems: list[str]) -> Iterator[Placed]:
    where = f"{path}, sheet {sheet.name}"
    merged = [str(one) for one in page.merged_cells.ranges]
    problems += [f"{where}, cells {one}: are merged; unmerge them and fill in each" for one in merged]
    rows = page.iter_rows()
    header = [_as_text(cell.value) for cell in next(rows, ())]
    while header and not header[-1]:
        header.pop()
    faults = _header_faults(where, header, sheet)
    problems += faults
    if faults:
        return
    for row in rows:
        cells = {name: _cell(where, cell, name, problems) for name, cell in zip(header, row, strict=False)}
        filled = {name: text for name, text in cells.items() if text}
        if filled:
            yield Placed(f"{where}, row {row[0].row}", filled)
        problems += [
            f"{where}, cell {cell.coordinate} = {str(cell.value)[:60]!r}: stands outside the columns"
            for cell in row[len(header) :]
            if cell.value is not None
        ]


def _header_faults(where: str, header: Sequence[str], sheet: Sheet) -> list[str]:
    known = {column.name for column in sheet.columns}
    twice = sorted({name for name in header if header.count(name) > 1})
    missing = [column.name for column in sheet.columns if column.required and column.name not in header]
    return [
        *[f"{where}, row 1: column {name!r} is missing" for name in missing],
        *[f"{where}, row 1: unknown column {name!r}; allowed: {', '.join(sorted(known))}" for name in header if name not in known],
        *[f"{where}, row 1: column {name!r} is there twice" for name in twice],
    ]


def _cell(where: str, cell: Any, name: str, problems: list[str]) -> str:
    if getattr(cell, "data_type", "") in {"f", "e"}:
        what = "a formula" if cell.data_type == "f" else "an error"
        problems.append(f"{where}, row {cell.row}, column {name} = {str(cell.value)[:60]!r}: is {what}; put its value there")
        return ""
    return _as_text(cell.value)


def _as_text(value: object) -> str:
    """What a person sees in the cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time.min else value.isoformat()
    return value.isoformat() if isinstance(value, date | time) else str(value).strip()


def _number(text: str) -> int | float | str | None:
    """A number where the sheet can hold it without changing it."""
    if not _NUMBER.fullmatch(text):
        return text or None
    number = float(text) if "." in text else int(text)
    # The format keeps 15 digits; what has more stays a text.
    return number if repr(number) == text and len(text.strip("-").replace(".", "")) <= 15 else text


def _about(column: Column) -> str:
    zh, en = COLUMNS[column.name]
    needed = "必填 required" if column.required else "可空 may be empty"
    several = f"\n多值用 {SEPARATOR} 隔开 several values: {SEPARATOR}" if column.many else ""
    choices = f"\n{', '.join(column.choices)}" if column.choices else ""
    return f"{zh}\n{en}\n{needed}{several}{choices}"


def _offer(page: Any, place: int, column: Column) -> None:
    """A list to choose from where the words are fixed and the list is not too long for the format."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    words = ",".join(column.choices)
    if not words or column.many or len(words) > _CHOICE_CHARACTERS:
        return
    letter = get_column_letter(place)
    choice = DataValidation(type="list", formula1=f'"{words}"', allow_blank=not column.required)
    choice.add(f"{letter}2:{letter}{_CHOICE_ROWS}")
    page.add_data_validation(choice)


def _dress(page: Any, sheet: Sheet) -> None:
    from openpyxl.utils import get_column_letter

    page.freeze_panes = "A2"
    for place, column in enumerate(sheet.columns, 1):
        page.column_dimensions[get_column_letter(place)].width = max(12, len(column.name) + 2)


def _readme(page: Any) -> None:
    page.title = README_SHEET
    for zh, en in README:
        page.append([zh, en])
    page.append([])
    for sheet in SHEETS:
        page.append([f"{sheet.name} {sheet.zh}", sheet.en])
    page.column_dimensions["A"].width, page.column_dimensions["B"].width = 60, 90


def _save(book: Any, path: Path) -> None:
    try:
        book.save(path)
    except OSError as error:
        raise SettingsError(f"{path}: cannot be written: {error.strerror}; choose another path") from error
