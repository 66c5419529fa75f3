"""InfluxQL built from the contract: a name that the stores do not write cannot be asked for.

Queries read series, they never aggregate across them: a function such as `mean` is refused unless every tag is either
pinned by `where` or kept apart by `by`.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Literal, NamedTuple

from lamplighter.contract.measurements import Field, Measurement

Function = Literal["", "mean", "min", "max", "last", "sum"]
Fill = Literal["none", "null", "0"]

TIME_FILTER: Final = "$timeFilter"
PER_INTERVAL: Final = "$__interval"
_PLACES: Final = frozenset({"district", "gateway"})


class Pick(NamedTuple):
    """A column of a result: a field or tag, through a function of its own series' values in each window."""

    name: str
    function: Function = ""
    per_minute: bool = False
    """The growth of a counter in a minute; a counter that starts again at 0 shows no negative growth."""


def field_of(measurement: Measurement, name: str) -> Field:
    """The contract's field; raises ValueError that names those there are."""
    for field in measurement.fields:
        if field.name == name:
            return field
    known = ", ".join(field.name for field in measurement.fields)
    raise ValueError(f"measurement {measurement.name} has no field {name!r}; it has {known}")


def select(
    measurement: Measurement,
    *picks: Pick | str,
    where: Mapping[str, str],
    by: Sequence[str] = (),
    every: str = "",
    fill: Fill = "none",
    newest: int = 0,
    filled: str = "",
) -> str:
    """A bounded query: rows, or with `every` ("5m", or PER_INTERVAL) one value per window and series.

    `where` holds tags to values (Grafana variables such as `$school` stay as they are), `newest` asks for the last rows of
    each series, newest first; `filled` names a text field that must not be empty. Raises ValueError for a name the contract
    does not have, and for a mean across series.
    """
    columns = [Pick(pick) if isinstance(pick, str) else pick for pick in picks]
    _check(measurement, columns, where=where, by=by)
    group = [f"time({every})"] if every else []
    group += [_name(tag) for tag in by]
    parts = [
        f"SELECT {', '.join(_column(column) for column in columns)}",
        f"FROM {_name(measurement.name)}",
        f"WHERE {_conditions(where)}",
        f"AND {_name(field_of(measurement, filled).name)} != ''" if filled else "",
        f"GROUP BY {', '.join(group)}" if group else "",
        f"fill({fill})" if every else "",
        f"ORDER BY time DESC LIMIT {newest}" if newest else "",
    ]
    return " ".join(part for part in parts if part)


def share_of_windows(measurement: Measurement, flag: str, *, where: Mapping[str, str], by: Sequence[str], every: str) -> str:
    """How much of the time a 0/1 field was 1, in percent per series; a window without any row counts as 0.

    Silence is not presence: whoever did not report was not watching.
    """
    inner = select(measurement, Pick(flag, "mean"), where=where, by=by, every=every, fill="0")
    share = f"SELECT mean({_name(flag)}) * 100 AS {_name(flag)}"
    # The inner query bounds the time. A second bound outside makes InfluxDB 2.9 return nothing where windows are filled.
    return f"{share} FROM ({inner}) GROUP BY {', '.join(map(_name, by))}"


def worst_quality(measurement: Measurement, *, where: Mapping[str, str], by: Sequence[str], every: str) -> str:
    """The worst quality of each series in each window; `quality` is stored with rows that are not good, `value` with the good."""
    _check(measurement, [Pick("value"), Pick("quality", "max")], where=where, by=by)
    name, conditions = _name(measurement.name), _conditions(where)
    inner = f"AS worst FROM {name} WHERE {conditions}"
    group = ", ".join([f"time({every})", *map(_name, by)])
    sources = f'(SELECT "value" * 0 {inner}), (SELECT "quality" {inner})'
    return f'SELECT max(worst) AS "quality" FROM {sources} WHERE {TIME_FILTER} GROUP BY {group} fill(none)'  # noqa: S608 - quoted


def tag_values(measurement: Measurement, tag: str, *, where: Mapping[str, str] | None = None) -> str:
    """Which values a tag has: what a dashboard's variable offers."""
    _known_tags(measurement, [tag, *(where or {})])
    text = f"SHOW TAG VALUES FROM {_name(measurement.name)} WITH KEY = {_name(tag)}"
    return f"{text} WHERE {_equals(where)}" if where else text


def _check(measurement: Measurement, columns: Sequence[Pick], *, where: Mapping[str, str], by: Sequence[str]) -> None:
    _known_tags(measurement, [*where, *by])
    for column in columns:
        if column.name not in measurement.tags:
            field_of(measurement, column.name)
    merging = [column for column in columns if column.function]
    free = [tag for tag in measurement.tags if tag not in by and tag not in where]
    if merging and free and not _one_series(measurement, free):
        names = ", ".join(free)
        raise ValueError(
            f"{measurement.name}: {merging[0].function} would merge the series of different {names}; pin or group by them"
        )


def _one_series(measurement: Measurement, free: Sequence[str]) -> bool:
    """Whether the free tags follow from the others: a school lies in one district, a device, room or camera at one gateway."""
    return set(free) <= _PLACES and measurement.tags[-1] not in free


def _known_tags(measurement: Measurement, tags: Sequence[str]) -> None:
    for tag in tags:
        if tag not in measurement.tags:
            raise ValueError(f"measurement {measurement.name} has no tag {tag!r}; it has {', '.join(measurement.tags)}")


def _column(pick: Pick) -> str:
    text = _name(pick.name)
    if pick.function:
        text = f"{pick.function}({text})"
    if pick.per_minute:
        text = f"non_negative_derivative({text}, 1m)"
    return f"{text} AS {_name(pick.name)}" if pick.function else text


def _conditions(where: Mapping[str, str]) -> str:
    return f"{_equals(where)} AND {TIME_FILTER}" if where else TIME_FILTER


def _equals(where: Mapping[str, str]) -> str:
    return " AND ".join(f"{_name(tag)} = {_text(value)}" for tag, value in where.items())


def _name(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
