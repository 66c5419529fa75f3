"""A meter's table: columns, times and numbers as meters' programs write them; every fault with its row and column."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from lamplighter.contract.points import fault_of_value
from lamplighter.runtime.text_files import encoding_of

MOST_PROBLEMS: Final = 100
"""A file that is wrong throughout is told so many times."""
MOST_BYTES: Final = 20_000_000
"""A longer file is no meter's."""
_DELIMITERS: Final = ";\t,"


class Layout(NamedTuple):
    """Where things stand: point -> column, the columns of time and device, how times are written."""

    values: dict[str, str]
    time: str
    device: str | None
    time_format: str | None
    zone: ZoneInfo


class MeterRow(NamedTuple):
    """One value: `label` is what stands in the device column, "" where there is none."""

    label: str
    point: str
    at_ms: int
    value: float


class MeterTable(NamedTuple):
    """What a file holds; its rows are worth nothing where there are problems."""

    rows: list[MeterRow]
    problems: list[str]


def read_table(path: Path, layout: Layout, labels: frozenset[str]) -> MeterTable:
    """Read a file whole; `labels` are the devices that may be named. Raises SettingsError when it cannot be read at all."""
    encoding = encoding_of(path)
    if path.stat().st_size > MOST_BYTES:
        return MeterTable([], [f"{path.name}: is longer than {MOST_BYTES} bytes; is this a meter's file?"])
    try:
        text = path.read_text(encoding)
    except UnicodeDecodeError as error:
        return MeterTable([], [f"{path.name}: byte {error.start} is neither UTF-8, UTF-16 nor GB18030; save it anew as UTF-8"])
    try:
        return parse_table(text, layout, labels, name=path.name)
    except csv.Error as error:
        return MeterTable([], [f"{path.name}: is no table: {error}; look for a quotation mark that is never closed"])


def parse_table(text: str, layout: Layout, labels: frozenset[str], *, name: str) -> MeterTable:
    """The same for text that is already in memory."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(_DELIMITERS, key=first.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    header = [cell.strip() for cell in next((row for row in lines if any(map(str.strip, row))), [])]
    wanted = [layout.time, *layout.values.values(), *([layout.device] if layout.device is not None else [])]
    problems = [
        f"{name}: row {lines.line_num}: column {column!r} is missing; the file has {', '.join(map(repr, header)) or 'nothing'}"
        for column in wanted
        if column not in header
    ]
    if problems:
        return MeterTable([], problems)
    reader = _Rows(name, header, layout, labels, decimal_comma=delimiter != ",")
    rows = [row for cells in lines if any(map(str.strip, cells)) for row in reader.row(lines.line_num, cells)]
    more = len(reader.problems) - MOST_PROBLEMS
    return MeterTable(rows, reader.problems[:MOST_PROBLEMS] + ([f"... and {more} more"] if more > 0 else []))


class _Rows:
    """Turns lines into rows and collects what is wrong."""

    def __init__(self, name: str, header: Sequence[str], layout: Layout, labels: frozenset[str], *, decimal_comma: bool) -> None:
        self._name, self._header, self._layout, self._labels = name, header, layout, labels
        self._decimal_comma = decimal_comma
        self.problems: list[str] = []

    def row(self, number: int, cells: Sequence[str]) -> Iterator[MeterRow]:
        """The values of one line; an empty cell is no value."""
        if len(cells) != len(self._header):
            self._wrong(number, None, f"{len(cells)} cells where the header has {len(self._header)}")
            return
        given = dict(zip(self._header, map(str.strip, cells), strict=True))
        label, at_ms = self._label(number, given), self._time(number, given)
        for point, column in self._layout.values.items():
            value = self._value(number, column, point, given[column]) if given[column] else None
            if value is not None and at_ms is not None and label is not None:
                yield MeterRow(label, point, at_ms, value)

    def _label(self, number: int, given: dict[str, str]) -> str | None:
        column = self._layout.device
        if column is None:
            return ""
        if given[column] not in self._labels:
            allowed = ", ".join(sorted(self._labels))
            self._wrong(number, column, f"= {given[column]!r} is no device of this bus; it has {allowed}")
            return None
        return given[column]

    def _time(self, number: int, given: dict[str, str]) -> int | None:
        text, form = given[self._layout.time], self._layout.time_format
        try:
            moment = datetime.strptime(text, form) if form is not None else datetime.fromisoformat(text.replace("/", "-"))  # noqa: DTZ007 - the zone follows
            at_ms = round((moment if moment.tzinfo else moment.replace(tzinfo=self._layout.zone)).timestamp() * 1000)
        except (ValueError, OverflowError):
            self._wrong(number, self._layout.time, f"= {text!r} is no time like {form or '2026-11-22 19:30:00'}")
            return None
        return at_ms

    def _value(self, number: int, column: str, point: str, text: str) -> float | None:
        try:
            value = float(text.replace(",", ".") if self._decimal_comma and text.count(",") == 1 else text)
        except ValueError:
            self._wrong(number, column, f"= {text!r} is no number")
            return None
        fault = fault_of_value(point, value)
        if fault is not None:
            self._wrong(number, column, f"= {text!r}: {fault}")
            return None
        return value

    def _wrong(self, number: int, column: str | None, what: str) -> None:
        self.problems.append(f"{self._name}: row {number}{f', column {column!r}' if column else ''} {what}")
