"""The ledger as a folder of CSV files, one a sheet, in UTF-8 (with or without a byte-order mark) or GB18030."""

import codecs
import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from compliance.files.tables import lines_of, raise_all
from compliance.ledger.columns import Cells
from compliance.ledger.sheets import BY_NAME, SHEETS
from compliance.ledger.tables import Placed
from lamplighter.contract.errors import SettingsError


def read_csv_folder(folder: Path) -> dict[str, list[Placed]]:
    """Every `SHEET.csv` of the folder; raises SettingsError with the faults of all files."""
    problems: list[str] = []
    tables: dict[str, list[Placed]] = {}
    files = sorted(folder.glob("*.csv"))
    plain = "utf-8-sig" if all(map(_is_utf8, files)) else "gb18030"
    for path in files:
        sheet = BY_NAME.get(path.stem)
        if sheet is None:
            problems.append(f"{path}: is unknown; allowed: {', '.join(f'{name}.csv' for name in BY_NAME)}")
            continue
        required = [column.name for column in sheet.columns if column.required]
        optional = [column.name for column in sheet.columns if not column.required]
        try:
            lines = list(lines_of(path, required, optional, encoding=_encoding(path, plain)))
        except SettingsError as error:
            problems += error.problems
            continue
        tables[sheet.name] = [
            Placed(f"{path}: row {line.number}", {name: text for name, text in line.cells.items() if text}) for line in lines
        ]
    raise_all(problems)
    return tables


def _is_utf8(path: Path) -> bool:
    try:
        path.read_text("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _encoding(path: Path, plain: str) -> str:
    """A program writes all its files alike: a few Chinese words in GB18030 may look like UTF-8, a whole ledger does not."""
    return "utf-8-sig" if path.read_bytes().startswith(codecs.BOM_UTF8) else plain


def write_csv_folder(folder: Path, tables: Mapping[str, Sequence[Cells]]) -> None:
    """One file a sheet that has rows; with a byte-order mark, so that spreadsheets show Chinese."""
    folder.mkdir(parents=True, exist_ok=True)
    for sheet in SHEETS:
        rows = tables.get(sheet.name, ())
        if rows:
            with (folder / f"{sheet.name}.csv").open("w", encoding="utf-8-sig", newline="") as file:
                writer = csv.DictWriter(file, [column.name for column in sheet.columns], restval="")
                writer.writeheader()
                writer.writerows(rows)
