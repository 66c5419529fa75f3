"""One measurement in DuckDB: its tables, and how a batch of rows gets in, each row once."""

# ruff: noqa: S608 - names in queries are the contract's, values are parameters

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from lamplighter.contract.errors import SettingsError
from lamplighter.contract.measurements import Cell, FieldType, Measurement
from lamplighter.storage.timeseries.columns import Columns, Tags
from lamplighter.storage.timeseries.spans import StoredSpans

if TYPE_CHECKING:
    import duckdb

_SQL_TYPES: Final[dict[FieldType, str]] = {"float": "DOUBLE", "int": "BIGINT", "str": "VARCHAR"}
_ARRAY_TYPES: Final[dict[FieldType, Any]] = {"float": np.float64, "int": np.int64, "str": object}

Arrays = Mapping[str, NDArray[Any]]


class Table:
    """A measurement's rows; `store` is called by one thread at a time. Throw it away after an error and make it anew."""

    def __init__(self, connection: "duckdb.DuckDBPyConnection", measurement: Measurement) -> None:
        self._measurement = measurement
        self._name = measurement.name
        found = connection.execute(f"SELECT {', '.join(measurement.tags)}, id FROM {self._name}_series").fetchall()
        self._ids: dict[Tags, int] = {row[:-1]: row[-1] for row in found}
        stored = connection.execute(
            f"SELECT series, min(at_ms) AS low, max(at_ms) AS high FROM {self._name}_rows GROUP BY series"
        ).fetchnumpy()
        self._spans = StoredSpans()
        self._spans.insert(*(np.asarray(stored[name]) for name in ("series", "low", "high")))

    def store(self, connection: "duckdb.DuckDBPyConnection", rows: Columns) -> None:
        """Write the rows in one transaction; of rows with the same identity the last one counts."""
        new, series = self._series_of(rows.tags)
        at_ms = np.array(rows.at_ms, np.int64)
        order = np.lexsort((at_ms, series))
        changes = (np.diff(series[order]) != 0) | (np.diff(at_ms[order]) != 0)
        order = order[np.append(changes, True)]  # the sort is stable: the last row of each identity
        batch = {"series": series[order], "at_ms": at_ms[order]}
        for field, column in zip(self._measurement.fields, rows.fields, strict=True):
            batch[field.name] = _array(field.type, column)[order]
        connection.begin()
        self._insert_series(connection, new)
        self._insert_rows(connection, batch)
        connection.commit()
        self._spans.add(batch["series"], batch["at_ms"])

    def _series_of(self, tags: Sequence[Tags]) -> tuple[list[Tags], NDArray[np.int32]]:
        """The series that the file does not know yet, and the number (n,) of each row's."""
        try:
            return [], np.fromiter(map(self._ids.__getitem__, tags), np.int32, len(tags))
        except KeyError:
            new = self._number_new(tags)
            return new, np.fromiter(map(self._ids.__getitem__, tags), np.int32, len(tags))

    def _number_new(self, tags: Sequence[Tags]) -> list[Tags]:
        """Give numbers to series the file does not know; returns them in order."""
        new = [one for one in dict.fromkeys(tags) if one not in self._ids]
        for one in new:
            self._ids[one] = len(self._ids)
        return new

    def _insert_series(self, connection: "duckdb.DuckDBPyConnection", new: Sequence[Tags]) -> None:
        if not new:
            return
        columns = {"id": np.array([self._ids[one] for one in new], np.int32)}
        for name, column in zip(self._measurement.tags, zip(*new, strict=True), strict=True):
            columns[name] = np.array(column, object)
        _insert(connection, f"{self._name}_series", columns)

    def _insert_rows(self, connection: "duckdb.DuckDBPyConnection", batch: Arrays) -> None:
        """Insert what is new, change what differs, leave what is the same."""
        suspects = np.flatnonzero(self._spans.contain(batch["series"], batch["at_ms"]))
        if not len(suspects):
            _insert(connection, f"{self._name}_rows", batch)
            return
        stored, numbers, differs = self._find(connection, {name: column[suspects] for name, column in batch.items()})
        new = np.ones(len(batch["series"]), bool)
        new[suspects[stored]] = False
        if new.any():
            _insert(connection, f"{self._name}_rows", {name: column[new] for name, column in batch.items()})
        if differs.any():
            chosen = suspects[stored[differs]]
            self._change(connection, {"number": numbers[differs], **{name: column[chosen] for name, column in batch.items()}})

    def _find(
        self, connection: "duckdb.DuckDBPyConnection", suspects: Arrays
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
        """Those already stored: their positions among the suspects, row numbers in the table, and whether any field differs."""
        positions = np.arange(len(suspects["series"]), dtype=np.int64)
        differs = " OR ".join(f"r.{field.name} IS DISTINCT FROM s.{field.name}" for field in self._measurement.fields)
        connection.register("suspects", {"position": positions, **suspects})
        found = connection.execute(
            f"SELECT s.position, r.rowid AS number, {differs} AS differs FROM {self._name}_rows r "
            "JOIN suspects s ON r.series = s.series AND r.at_ms = s.at_ms WHERE r.at_ms BETWEEN ? AND ?",
            [int(suspects["at_ms"].min()), int(suspects["at_ms"].max())],
        ).fetchnumpy()
        connection.unregister("suspects")
        return found["position"], found["number"], found["differs"].astype(bool)

    def _change(self, connection: "duckdb.DuckDBPyConnection", changed: Arrays) -> None:
        """Give stored rows, chosen by `number`, the fields of `changed`."""
        fields = ", ".join(f"{field.name} = changed.{field.name}" for field in self._measurement.fields)
        connection.register("changed", dict(changed))
        connection.execute(f"UPDATE {self._name}_rows AS r SET {fields} FROM changed WHERE r.rowid = changed.number")
        connection.unregister("changed")


def _insert(connection: "duckdb.DuckDBPyConnection", table: str, columns: Arrays) -> None:
    names = ", ".join(columns)
    connection.register("batch", dict(columns))
    connection.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM batch")
    connection.unregister("batch")


def _array(kind: FieldType, column: Sequence[Cell]) -> NDArray[Any]:
    """A column (n,) as DuckDB reads it: float64 or int64 with None masked, or objects."""
    if kind == "str":
        return np.array(column, object)
    if None not in column:
        return np.array(column, _ARRAY_TYPES[kind])
    missing = np.fromiter((cell is None for cell in column), bool, len(column))
    filled = np.array([0 if cell is None else cell for cell in column], _ARRAY_TYPES[kind])
    return np.ma.masked_array(filled, mask=missing)


def create_tables(connection: "duckdb.DuckDBPyConnection", measurements: Sequence[Measurement]) -> None:
    """Make the tables and views, adding fields that are new in the contract; raises SettingsError for other tags or types."""
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in connection.execute("SELECT table_name, column_name, data_type FROM duckdb_columns()").fetchall():
        found.setdefault(table, {})[column] = kind
    for measurement in measurements:
        name = measurement.name
        fields = {field.name: _SQL_TYPES[field.type] for field in measurement.fields}
        series = {"id": "INTEGER", **dict.fromkeys(measurement.tags, "VARCHAR")}
        rows = {"series": "INTEGER", "at_ms": "BIGINT", **fields}
        made = [
            _create_table(connection, f"{name}_series", series, found=found, may_add=()),
            _create_table(connection, f"{name}_rows", rows, found=found, may_add=fields),
        ]
        if any(made) or name not in found:
            columns = ", ".join(measurement.columns)
            connection.execute(
                f"CREATE OR REPLACE VIEW {name} AS SELECT {columns} FROM {name}_rows JOIN {name}_series ON series = id"
            )


def _create_table(
    connection: "duckdb.DuckDBPyConnection",
    table: str,
    columns: Mapping[str, str],
    *,
    found: Mapping[str, Mapping[str, str]],
    may_add: Collection[str],
) -> bool:
    """Make the table, or add to it the columns it may lack; returns whether anything was done."""
    existing = found.get(table)
    if existing is None:
        connection.execute(f"CREATE TABLE {table} ({', '.join(f'{name} {kind}' for name, kind in columns.items())})")
        return True
    missing = {name: kind for name, kind in columns.items() if name not in existing and name in may_add}
    wrong = [
        f"{name} is {existing.get(name, 'absent')}, not {kind}"
        for name, kind in columns.items()
        if name not in missing and existing.get(name) != kind
    ]
    if wrong:
        raise SettingsError(f"the DuckDB file was written by another version: table {table}: {'; '.join(wrong)}; use a new file")
    for name, kind in missing.items():
        connection.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind}")
    return bool(missing)
