"""InfluxDB's line protocol from rows: `measurement,tag=value,... field=value,... time_ms`."""

from collections.abc import Sequence
from typing import Final

from lamplighter.contract.measurements import Cell, Measurement, RowTuple

_IN_TAG: Final = str.maketrans({" ": "\\ ", ",": "\\,", "=": "\\="})  # a backslash alone stands for itself
_IN_TEXT: Final = str.maketrans({"\\": "\\\\", '"': '\\"'})
_PATTERNS: Final = {"float": "%r", "int": "%di"}
_MOST_PREFIXES: Final = 200_000


class LineEncoder:
    """Encodes one measurement; remembers the escaped start of each series' lines, which is most of the work."""

    def __init__(self, measurement: Measurement) -> None:
        self._measurement = measurement
        self._tag_count = len(measurement.tags)
        self._prefixes: dict[tuple[Cell, ...], str] = {}
        # InfluxDB sorts a series' tags; lines that come sorted save it the work.
        self._tag_order = sorted(range(self._tag_count), key=lambda i: measurement.tags[i])
        plain = all(field.type in _PATTERNS for field in measurement.fields)
        pattern = ",".join(f"{field.name}={_PATTERNS[field.type]}" for field in measurement.fields) if plain else None
        self._pattern = None if pattern is None else f"{pattern} %d"

    def lines(self, rows: Sequence[RowTuple]) -> list[str]:
        """One line a row, without its line end. The rows must be good ones (`rows.sift`)."""
        n, prefixes, pattern = self._tag_count, self._prefixes, self._pattern
        lines = []
        for row in rows:
            prefix = prefixes.get(row[:n]) or self._prefix(row[:n])
            if pattern is None or None in row:
                lines.append(prefix + self._fields(row))
            else:
                lines.append(prefix + pattern % (*row[n + 1 :], row[n]))
        return lines

    def _prefix(self, tags: tuple[Cell, ...]) -> str:
        if len(self._prefixes) >= _MOST_PREFIXES:
            self._prefixes.clear()
        names = self._measurement.tags
        parts = [f"{names[i]}={str(tags[i]).translate(_IN_TAG)}" for i in self._tag_order]
        prefix = ",".join((self._measurement.name, *parts)) + " "
        self._prefixes[tags] = prefix
        return prefix

    def _fields(self, row: RowTuple) -> str:
        """The fields that have a value, and the time."""
        cells = row[self._tag_count + 1 :]
        pairs = zip(self._measurement.fields, cells, strict=True)
        parts = [f"{field.name}={_encode(field.type, cell)}" for field, cell in pairs if cell is not None]
        return f"{','.join(parts)} {row[self._tag_count]}"


def _encode(kind: str, cell: Cell) -> str:
    if kind == "str":
        return f'"{str(cell).translate(_IN_TEXT)}"'
    return _PATTERNS[kind] % (cell,)
