"""InfluxQL, the one query language that InfluxDB 1.x, 2.x and 3.x all answer: queries from measurements, rows from answers."""

# ruff: noqa: S608 - every name and value below is quoted

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from lamplighter.contract.measurements import Cell, Measurement, RowTuple
from lamplighter.storage.timeseries.line_protocol import DOUBTFUL, GOOD, QUALITY, has_quality
from lamplighter.storage.timeseries.protocol import Where

_MOST_VALUES: Final = 50
_NEVER: Final = "({}::tag = '')"
"""No stored tag is empty."""
_ESCAPES: Final = {"\\": "\\\\", "\n": "\\n"}
_IN_NAME: Final = str.maketrans({**_ESCAPES, '"': '\\"'})
_IN_TEXT: Final = str.maketrans({**_ESCAPES, "'": "\\'"})


class Series(NamedTuple):
    """One series of an answer: its tags by name, its columns and rows (`time` in ms)."""

    tags: Mapping[str, str]
    columns: Sequence[str]
    values: Sequence[Sequence[Any]]


def name(text: str) -> str:
    """A quoted identifier."""
    return f'"{text.translate(_IN_NAME)}"'


def literal(text: str) -> str:
    """A quoted string."""
    return f"'{text.translate(_IN_TEXT)}'"


def condition(measurement: Measurement, where: Where, start_ms: int, end_ms: int | None) -> str:
    """What follows WHERE. A column that may have no value at all makes a condition that is never true."""
    parts = [f"time >= {start_ms:d}ms"]
    if end_ms is not None:
        parts.append(f"time < {end_ms:d}ms")
    for column, wanted in where.items():
        if column not in measurement.texts:
            raise ValueError(f"{measurement.name} has no tag or text field {column!r}")
        kind = "tag" if column in measurement.tags else "field"
        allowed = [wanted] if isinstance(wanted, str) else list(wanted)
        tests = [f"{name(column)}::{kind} = {literal(value)}" for value in allowed]
        parts.append(f"({' OR '.join(tests)})" if tests else _NEVER.format(name(measurement.tags[0])))
    return " AND ".join(parts)


def select_rows(measurement: Measurement, where: str, limit: int | None) -> str:
    """Whole rows; with `limit`, the newest, newest first."""
    columns = [f"{name(tag)}::tag" for tag in measurement.tags] + _stored_fields(measurement)
    newest = "" if limit is None else f" ORDER BY time DESC LIMIT {limit:d}"
    return f"SELECT {', '.join(columns)} FROM {name(measurement.name)} WHERE {where}{newest}"


def select_latest(measurement: Measurement, where: str) -> str:
    """The newest row of each series."""
    return (
        f"SELECT {', '.join(_stored_fields(measurement))} FROM {name(measurement.name)} WHERE {where} "
        f"GROUP BY {', '.join(map(name, measurement.tags))} ORDER BY time DESC LIMIT 1"
    )


def select_values(measurement: Measurement, field: str, where: str) -> str:
    """One field of every row, series by series, oldest first."""
    tags = ", ".join(map(name, measurement.tags))
    return f"SELECT {name(field)}::field FROM {name(measurement.name)} WHERE {where} GROUP BY {tags}"


def select_counts(measurement: Measurement, where: str, *, tag: str) -> str:
    """How many values each field has, one series for each value of the tag."""
    counts = ", ".join(f"count({field})" for field in _stored_fields(measurement))
    return f"SELECT {counts} FROM {name(measurement.name)} WHERE {where} GROUP BY {name(tag)}"


def rows_counted(measurement: Measurement, counts: Sequence[int | None]) -> int:
    """How many rows there are, by the counts that `select_counts` asked for (each measurement has a field that all rows have)."""
    of = dict(zip(_stored_names(measurement), (count or 0 for count in counts), strict=True))
    good_and_doubtful = of["value"] + of[QUALITY] if has_quality(measurement) else 0
    return max(good_and_doubtful, *of.values())


def _stored_names(measurement: Measurement) -> list[str]:
    """The fields as lines have them, the doubtful ones included."""
    names = [field.name for field in measurement.fields]
    if has_quality(measurement):
        names += [DOUBTFUL + field.name for field in measurement.fields if field.type == "float"]
    return names


def _stored_fields(measurement: Measurement) -> list[str]:
    return [f"{name(one)}::field" for one in _stored_names(measurement)]


def narrowest(measurement: Measurement, rows: Sequence[RowTuple]) -> dict[str, list[str]]:
    """A `where` that lets all these rows through and few others; tags with many values stay free."""
    columns = zip(measurement.tags, zip(*rows, strict=True), strict=False)
    values = {tag: sorted({str(cell) for cell in column}) for tag, column in columns}
    return {tag: allowed for tag, allowed in values.items() if len(allowed) <= _MOST_VALUES}


def identity_predicate(measurement: Measurement, row: RowTuple) -> str:
    """A predicate of the delete API that names this row's series."""
    tags = (f"{tag}={name(str(cell))}" for tag, cell in zip(measurement.tags, row, strict=False))
    return " AND ".join((f"_measurement={name(measurement.name)}", *tags))


def typed(measurement: Measurement, cells: Mapping[str, Any]) -> dict[str, Cell]:
    """A row as column -> cell; JSON writes 3.0 as 3."""
    row = {column: cells.get(column) for column in measurement.columns}
    if has_quality(measurement):
        _judge(measurement, row, cells)
    for field in measurement.fields:
        if field.type == "float" and row[field.name] is not None:
            row[field.name] = float(row[field.name])  # type: ignore[arg-type] # a number by the field's type
    return row


def _judge(measurement: Measurement, row: dict[str, Cell], cells: Mapping[str, Any]) -> None:
    """Give a row its quality, and a doubtful one its values."""
    if row[QUALITY] is None:
        row[QUALITY] = GOOD
    elif row[QUALITY] != GOOD:
        row.update({field.name: cells.get(DOUBTFUL + field.name) for field in measurement.fields if field.type == "float"})
