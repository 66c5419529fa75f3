"""What every time-series store can do. Rows and columns are those of `lamplighter.contract.measurements`."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from lamplighter.contract.measurements import Cell, Measurement, RowTuple

Where = Mapping[str, str | Sequence[str]]
"""Tag or text field -> the value, or the values, it may have; one left out is free."""


class Refused(NamedTuple):
    """A row the store will never take: its `position` in the batch that was written, and why."""

    position: int
    reason: str


class Window(NamedTuple):
    """A series within one span of time; `tags` in the measurement's order. `positive` is the share of samples above zero."""

    tags: tuple[str, ...]
    at_ms: int
    n: int
    mean: float
    low: float
    high: float
    median: float
    positive: float


class TimeSeries(Protocol):
    """A store. Every call may raise Unavailable; every time is in ms since 1970 UTC; spans are start <= at < end."""

    def write(self, measurement: Measurement, rows: Sequence[RowTuple]) -> list[Refused]:
        """Store the rows durably; on return all but the refused are safe. A row with the identity of a stored one overwrites it."""

    def select(
        self, measurement: Measurement, *, where: Where, start_ms: int, end_ms: int, limit: int | None = None
    ) -> list[dict[str, Cell]]:
        """Rows as column -> cell, oldest first; with `limit`, the newest `limit` rows (still oldest first)."""

    def latest(self, measurement: Measurement, *, where: Where, start_ms: int) -> list[dict[str, Cell]]:
        """The newest row of each series since `start_ms`."""

    def windows(
        self, measurement: Measurement, field: str, *, where: Where, start_ms: int, end_ms: int, every_ms: int
    ) -> list[Window]:
        """Statistics of a numeric field per series and window; windows start at multiples of `every_ms`; empty ones are left out.

        For `reading`, only rows of good quality count.
        """

    def count(self, measurement: Measurement, *, where: Where, start_ms: int, end_ms: int) -> int:
        """How many rows there are."""

    def counts(self, measurement: Measurement, *, tag: str, where: Where, start_ms: int, end_ms: int) -> dict[str, int]:
        """How many rows there are with each value of a tag; values without rows are left out."""

    def close(self) -> None:
        """Let go of the file or the connection."""
