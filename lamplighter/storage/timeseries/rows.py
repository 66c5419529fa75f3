"""Which rows every store takes, so that a row is refused for the same reason wherever it would have gone."""

import math
import re
from collections.abc import Sequence
from functools import lru_cache
from types import NoneType
from typing import Any, Final

from lamplighter.contract.measurements import Cell, Field, Measurement, RowTuple
from lamplighter.storage.timeseries.columns import Columns, Tags
from lamplighter.storage.timeseries.protocol import Refused

_MOST_SERIES_KNOWN: Final = 200_000
INT64: Final = 2**63
EARLIEST_MS: Final = -9_000_000_000_000
LATEST_MS: Final = 9_000_000_000_000
"""InfluxDB counts ns in 64 bits: the years 1684 to 2255."""

MAX_TAG_CHARACTERS: Final = 255
MAX_TEXT_CHARACTERS: Final = 16_384
# A line of line protocol ends at a control character, and no escape exists for a tag's last backslash.
_BAD_TAG: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]|\\$|^$")
_BAD_TEXT: Final = re.compile(r"[\x00\ud800-\udfff]")
_TYPES: Final[dict[str, set[type]]] = {"float": {float, int, NoneType}, "int": {int, NoneType}, "str": {str, NoneType}}


def sift(measurement: Measurement, rows: Sequence[RowTuple]) -> tuple[Columns, Sequence[int], list[Refused]]:
    """The rows that can be stored, their positions in `rows`, and the refused with the reason for each."""
    try:
        columns = Columns.of(measurement, rows)
        if _all_good(measurement, columns):
            return columns, range(len(columns)), []
    except (ValueError, TypeError, OverflowError):  # uneven rows, unhashable cells, numbers beyond a float
        pass
    good: list[RowTuple] = []
    positions: list[int] = []
    refused = []
    for position, row in enumerate(rows):
        fault = fault_of_row(measurement, row)
        if fault is None:
            good.append(row)
            positions.append(position)
        else:
            refused.append(Refused(position, fault))
    return Columns.of(measurement, good), positions, refused


def fault_of_row(measurement: Measurement, row: RowTuple) -> str | None:
    """Why no store takes this row; None when every store does."""
    if len(row) != len(measurement.columns):
        return f"{measurement.name} has {len(measurement.columns)} columns, the row has {len(row)}"
    tag_count = len(measurement.tags)
    cells = row[tag_count + 1 :]
    faults = [_fault_of_tag(name, cell) for name, cell in zip(measurement.tags, row, strict=False)]
    faults.append(_fault_of_time(row[tag_count]))
    faults += [_fault_of_cell(field, cell) for field, cell in zip(measurement.fields, cells, strict=True)]
    if all(cell is None for cell in cells):
        faults.append("no field has a value")
    return next((fault for fault in faults if fault is not None), None)


def _fault_of_tag(name: str, cell: Cell) -> str | None:
    if not isinstance(cell, str):
        return f"tag {name} = {cell!r} is not text"
    if len(cell) > MAX_TAG_CHARACTERS:
        return f"tag {name} is longer than {MAX_TAG_CHARACTERS} characters"
    if _BAD_TAG.search(cell):
        return f"tag {name} = {cell!r} is empty, has a control character, or ends with a backslash"
    return None


def _fault_of_time(cell: Cell) -> str | None:
    if type(cell) is not int or not EARLIEST_MS <= cell <= LATEST_MS:
        return f"at_ms = {cell!r} is not a time in ms since 1970"
    return None


def _fault_of_cell(field: Field, cell: Cell) -> str | None:
    if type(cell) not in _TYPES[field.type]:
        return f"{field.name} = {cell!r} is not {field.type}"
    if isinstance(cell, str):
        bad = len(cell) > MAX_TEXT_CHARACTERS or _BAD_TEXT.search(cell)
        return f"{field.name} holds NUL, a lone surrogate, or more than {MAX_TEXT_CHARACTERS} characters" if bad else None
    if isinstance(cell, int) and not -INT64 <= cell < INT64:
        return f"{field.name} does not fit in 64 bits"
    if isinstance(cell, float) and not math.isfinite(cell):
        return f"{field.name} is not a finite number"
    return None


def _all_good(measurement: Measurement, columns: Columns) -> bool:
    """Judge whole columns at once (ten times faster than rows); a False only means: look at each row."""
    types = [set(map(type, column)) for column in columns.fields]
    fields = zip(measurement.fields, columns.fields, types, strict=True)
    return (
        all(map(_tags_good, {id(tags): tags for tags in columns.tags}.values()))
        and _times_good(columns.at_ms)
        and all(_column_good(field, column, kinds) for field, column, kinds in fields)
        and any(NoneType not in kinds for kinds in types)
    )


@lru_cache(maxsize=_MOST_SERIES_KNOWN)
def _tags_good(tags: Tags) -> bool:
    return all(_fault_of_tag("", cell) is None for cell in tags)


def _times_good(column: Sequence[Cell]) -> bool:
    return set(map(type, column)) == {int} and all(_fault_of_time(edge) is None for edge in (min(column), max(column)))  # type: ignore[type-var] # all int by then


def _column_good(field: Field, column: Sequence[Cell], kinds: set[type]) -> bool:
    if not kinds <= _TYPES[field.type]:
        return False
    if field.type == "float":
        # One NaN or infinity makes the sum one; a sum that overflows only costs the slower look.
        numbers: Any = column if NoneType not in kinds else (cell for cell in column if cell is not None)
        return math.isfinite(sum(numbers))
    return all(_fault_of_cell(field, cell) is None for cell in set(column))
