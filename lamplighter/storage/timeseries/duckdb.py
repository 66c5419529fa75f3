"""Time series in one DuckDB file, owned by one process: for one school, or a city's reports.

Each measurement has a table of rows, `NAME_rows`, whose tags are a number looked up in `NAME_series`, and a view `NAME` that joins
them. There is no primary key: its index takes most of the insert rate and grows with the table. Instead `StoredSpans` tells which
rows are surely new; only the others are looked up, within their span of time.
"""

# ruff: noqa: S608 - names in queries are the contract's, values are parameters

import threading
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import Field

from lamplighter.contract.errors import SettingsError, Unavailable
from lamplighter.contract.measurements import MEASUREMENTS, Cell, Measurement, RowTuple
from lamplighter.runtime.settings import Settings
from lamplighter.storage.timeseries.columns import Columns
from lamplighter.storage.timeseries.protocol import Refused, Where, Window
from lamplighter.storage.timeseries.rows import sift

if TYPE_CHECKING:
    import duckdb

    from lamplighter.storage.timeseries.duckdb_table import Table

IN_MEMORY: Final = ":memory:"


class DuckDbSettings(Settings):
    """An embedded store."""

    kind: Literal["duckdb"] = "duckdb"
    path: Path = Field(description="the file; `:memory:` keeps nothing")
    memory_mb: int = Field(512, ge=64, description="most memory DuckDB may take, in MB")
    threads: int = Field(2, ge=1, le=64, description="threads DuckDB may use")


class DuckDbStore:
    """The store. Calls may come from any thread; writes are done one at a time and do not hold up reads."""

    def __init__(self, settings: DuckDbSettings) -> None:
        self._path = settings.path
        self._options: dict[str, Any] = {
            "memory_limit": f"{settings.memory_mb}MB",
            "threads": settings.threads,
            "checkpoint_threshold": "128MB",
            # DuckDB refuses to open a file again with other options: so two stores of one process never share a file.
            "custom_user_agent": f"lamplighter-{uuid.uuid4().hex}",
        }
        self._closed = False
        self._writing = threading.Lock()
        self._opening = threading.Lock()
        self._root: duckdb.DuckDBPyConnection | None = None
        self._tables: Mapping[str, Table] = {}
        with self._cursor():
            pass

    def write(self, measurement: Measurement, rows: Sequence[RowTuple]) -> list[Refused]:
        """Store the rows; on return they are in DuckDB's log, synced to disk. Raises Unavailable."""
        good, _, refused = sift(measurement, rows)
        if good:
            with self._writing:
                self._store(measurement, good)
        return refused

    def select(
        self, measurement: Measurement, *, where: Where, start_ms: int, end_ms: int, limit: int | None = None
    ) -> list[dict[str, Cell]]:
        """Rows as column -> cell, oldest first; with `limit`, the newest `limit` rows (still oldest first)."""
        condition, values = _condition(measurement, where, start_ms, end_ms)
        order = ", ".join(f"{name} DESC" for name in ("at_ms", *measurement.tags))
        newest = "" if limit is None else f"LIMIT {limit:d}"
        rows = self._fetch(f"SELECT * FROM {measurement.name} WHERE {condition} ORDER BY {order} {newest}", values)
        return [dict(zip(measurement.columns, row, strict=True)) for row in reversed(rows)]

    def latest(self, measurement: Measurement, *, where: Where, start_ms: int) -> list[dict[str, Cell]]:
        """The newest row of each series since `start_ms`, in the order of the tags."""
        condition, values = _condition(measurement, where, start_ms, None)
        tags = ", ".join(measurement.tags)
        # arg_max skips a null argument, a struct of nulls is none.
        fields = ", ".join(f"'{field.name}': {field.name}" for field in measurement.fields)
        rows = self._fetch(
            f"SELECT {tags}, max(at_ms), arg_max({{{fields}}}, at_ms) FROM {measurement.name} WHERE {condition} "
            f"GROUP BY {tags} ORDER BY {tags}",
            values,
        )
        return [dict(zip(measurement.columns, (*row[:-1], *row[-1].values()), strict=True)) for row in rows]

    def windows(
        self, measurement: Measurement, field: str, *, where: Where, start_ms: int, end_ms: int, every_ms: int
    ) -> list[Window]:
        """Statistics of a numeric field per series and window, ordered by tags, then time; see the protocol."""
        condition, values = _condition(measurement, where, start_ms, end_ms)
        good = "AND quality = 0" if "quality" in measurement.index else ""
        tags = ", ".join(measurement.tags)
        positive = f"avg(CASE WHEN {field} > 0 THEN 1 ELSE 0 END)"
        rows = self._fetch(
            f"SELECT {tags}, at_ms - at_ms % {every_ms:d} AS window_ms, count({field}), avg({field}), min({field}), max({field}), "
            f"median({field}), {positive} FROM {measurement.name} WHERE {condition} AND {field} IS NOT NULL {good} "
            f"GROUP BY {tags}, window_ms ORDER BY {tags}, window_ms",
            values,
        )
        n = len(measurement.tags)
        return [Window(row[:n], row[n], row[n + 1], *(float(cell) for cell in row[n + 2 :])) for row in rows]

    def count(self, measurement: Measurement, *, where: Where, start_ms: int, end_ms: int) -> int:
        """How many rows there are."""
        condition, values = _condition(measurement, where, start_ms, end_ms)
        return int(self._fetch(f"SELECT count(*) FROM {measurement.name} WHERE {condition}", values)[0][0])

    def counts(self, measurement: Measurement, *, tag: str, where: Where, start_ms: int, end_ms: int) -> dict[str, int]:
        """How many rows there are with each value of a tag; values without rows are left out."""
        if tag not in measurement.tags:
            raise ValueError(f"{measurement.name} has no tag {tag!r}")
        condition, values = _condition(measurement, where, start_ms, end_ms)
        rows = self._fetch(f"SELECT {tag}, count(*) FROM {measurement.name} WHERE {condition} GROUP BY {tag}", values)
        return {str(value): int(n) for value, n in rows}

    def close(self) -> None:
        """Fold the log into the file and let go of it."""
        with self._writing:
            self._closed = True
            self._forget()

    def _store(self, measurement: Measurement, rows: Columns) -> None:
        try:
            with self._cursor() as cursor:
                self._tables[measurement.name].store(cursor, rows)
        except Unavailable:
            # What is stored is known from the file alone now. Only a writer may do this, or a table would miss another's rows.
            if str(self._path) != IN_MEMORY:
                self._forget()
            raise

    def _fetch(self, query: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        with self._cursor() as cursor:
            rows: list[tuple[Any, ...]] = cursor.execute(query, values).fetchall()
            return rows

    @contextmanager
    def _cursor(self) -> Iterator["duckdb.DuckDBPyConnection"]:
        """A connection of this call's own; DuckDB's troubles become Unavailable."""
        import duckdb

        try:
            with self._opening:
                root = self._root or self._open()
            with root.cursor() as cursor:
                yield cursor
        except (duckdb.OperationalError, duckdb.FatalException, duckdb.InternalError, duckdb.InterruptException) as error:
            raise Unavailable(f"DuckDB file {self._path}: {error}") from error

    def _open(self) -> "duckdb.DuckDBPyConnection":
        from lamplighter.storage.timeseries.duckdb_table import Table, create_tables

        if self._closed:
            raise Unavailable(f"DuckDB file {self._path} was closed")
        root = _connect(self._path, self._options)
        root.begin()
        create_tables(root, list(MEASUREMENTS.values()))
        root.commit()
        self._tables = {name: Table(root, measurement) for name, measurement in MEASUREMENTS.items()}
        self._root = root
        return root

    def _forget(self) -> None:
        with self._opening:
            if self._root is not None:
                self._root.close()
            self._root = None


def _connect(path: Path, options: Mapping[str, Any]) -> "duckdb.DuckDBPyConnection":
    """Open the file, making its folder; raises SettingsError that says who has it or what is wrong with it."""
    import duckdb

    try:
        if str(path) != IN_MEMORY:
            path.parent.mkdir(parents=True, exist_ok=True)
        return duckdb.connect(str(path), config=dict(options))
    except duckdb.ConnectionException as error:
        raise SettingsError(f"DuckDB file {path} is already open in this process; it has one owner") from error
    except duckdb.Error as error:
        remedy = "stop that process or choose another file" if "PID" in str(error) else "choose another file or mend its rights"
        raise SettingsError(f"DuckDB file {path} cannot be opened: {error}; {remedy}") from error
    except OSError as error:
        raise SettingsError(f"DuckDB file {path}: its folder cannot be made: {error.strerror}; choose another path") from error


def _condition(measurement: Measurement, where: Where, start_ms: int, end_ms: int | None) -> tuple[str, list[Any]]:
    """An SQL condition on the measurement's view and its values."""
    parts = ["at_ms >= ?"]
    values: list[Any] = [start_ms]
    if end_ms is not None:
        parts.append("at_ms < ?")
        values.append(end_ms)
    for column, wanted in where.items():
        if column not in measurement.texts:
            raise ValueError(f"{measurement.name} has no tag or text field {column!r}")
        allowed = [wanted] if isinstance(wanted, str) else list(wanted)
        parts.append(f"{column} IN ({', '.join('?' * len(allowed))})" if allowed else "false")
        values += allowed
    return " AND ".join(parts), values
