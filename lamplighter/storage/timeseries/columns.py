"""Rows of one measurement, kept column by column: what a store writes fast. A tuple a row costs more than the rest of ingest."""

from collections.abc import Sequence
from typing import overload

from lamplighter.contract.measurements import Cell, Measurement, RowTuple

Tags = tuple[Cell, ...]
"""A row's series; rows of the same series should share one object."""


class Columns(Sequence[RowTuple]):
    """n rows as `tags` (n), `at_ms` (n) and one sequence (n) for each field; read by position they are rows again."""

    __slots__ = ("at_ms", "fields", "tags")

    def __init__(self, tags: Sequence[Tags], at_ms: Sequence[Cell], fields: Sequence[Sequence[Cell]]) -> None:
        self.tags = tags
        self.at_ms = at_ms
        self.fields = fields

    @classmethod
    def of(cls, measurement: Measurement, rows: Sequence[RowTuple]) -> "Columns":
        """The rows as columns; raises ValueError for rows of other lengths than the measurement's."""
        if isinstance(rows, cls):
            return rows
        if not rows:
            return cls([], [], [()] * len(measurement.fields))
        columns = list(zip(*rows, strict=True))
        if len(columns) != len(measurement.columns):
            raise ValueError(f"{measurement.name} has {len(measurement.columns)} columns, the rows have {len(columns)}")
        n = len(measurement.tags)
        return cls(list(zip(*columns[:n], strict=True)), columns[n], columns[n + 1 :])

    def __len__(self) -> int:
        """How many rows."""
        return len(self.at_ms)

    @overload
    def __getitem__(self, position: int) -> RowTuple: ...
    @overload
    def __getitem__(self, position: slice) -> "Columns": ...
    def __getitem__(self, position: int | slice) -> "RowTuple | Columns":
        """One row, or columns of some."""
        if isinstance(position, slice):
            return Columns(self.tags[position], self.at_ms[position], [column[position] for column in self.fields])
        return (*self.tags[position], self.at_ms[position], *(column[position] for column in self.fields))
