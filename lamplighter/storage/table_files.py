"""Rows into a file that other programs read: CSV or Parquet, by the file's ending."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from lamplighter.contract.errors import SettingsError

Rows = Sequence[tuple[object, ...]]


def write_table(out: Path, columns: Sequence[str], parts: Iterator[Rows]) -> int:
    """Write the parts one after another; returns how many rows. Raises SettingsError for a file that cannot be written."""
    if out.suffix not in (".csv", ".parquet"):
        raise SettingsError(f"{out}: its name must end with .csv or .parquet")
    try:
        if out.suffix == ".csv":
            return _write_csv(out, columns, parts)
        with TemporaryDirectory(dir=out.parent) as folder:
            path = Path(folder) / "rows.csv"
            count = _write_csv(path, columns, parts)
            _to_parquet(path, out)
            return count
    except OSError as error:
        raise SettingsError(f"{out}: cannot be written: {error.strerror}") from error


def _write_csv(out: Path, columns: Sequence[str], parts: Iterator[Rows]) -> int:
    count = 0
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for rows in parts:
            writer.writerows(rows)
            count += len(rows)
    return count


def _to_parquet(source: Path, out: Path) -> None:
    """DuckDB reads the whole CSV to tell the columns' types, then writes."""
    import duckdb

    with duckdb.connect() as connection:
        table = connection.read_csv(str(source), header=True, sample_size=-1)
        table.write_parquet(str(out))
