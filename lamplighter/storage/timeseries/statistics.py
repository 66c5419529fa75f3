"""Statistics of samples by series and window, worked out over whole columns.

InfluxDB does it series by series, at seven times the processor time of reading the samples (measured: 114 ms and 15 ms for a
day of a school with ten rooms).
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lamplighter.storage.timeseries.protocol import Window

_MOST_SAMPLES: Final = 200_000
"""Samples looked at together: whole series, so the longest series may exceed it."""

Samples = Sequence[Sequence[Any]]
"""(time in ms, number) of one series, oldest first."""


def windows_of(series: Iterable[tuple[tuple[str, ...], Samples]], every_ms: int) -> Iterator[Window]:
    """Windows of each series; windows start at multiples of `every_ms`. A series may come in parts that follow each other."""
    tags: list[tuple[str, ...]] = []
    lengths: list[int] = []
    samples: list[Sequence[Any]] = []
    for name, part in series:
        if tags and name == tags[-1]:
            lengths[-1] += len(part)
        else:
            if len(samples) >= _MOST_SAMPLES:
                yield from _of_columns(tags, lengths, samples, every_ms)
                tags, lengths, samples = [], [], []
            tags.append(name)
            lengths.append(len(part))
        samples += part
    if samples:
        yield from _of_columns(tags, lengths, samples, every_ms)


def _of_columns(
    tags: Sequence[tuple[str, ...]], lengths: Sequence[int], samples: Sequence[Sequence[Any]], every_ms: int
) -> Iterator[Window]:
    cells = np.array(samples, np.float64)  # exact for times in ms too
    number = np.repeat(np.arange(len(tags)), lengths)
    start, value = cells[:, 0].astype(np.int64) // every_ms * every_ms, cells[:, 1]
    first = np.flatnonzero((np.diff(number, prepend=-1) != 0) | (np.diff(start, prepend=start[0]) != 0))
    n = np.diff(first, append=len(value))
    mean, positive = np.add.reduceat(value, first) / n, np.add.reduceat(value > 0, first, dtype=np.int64) / n
    in_order = value[np.lexsort((value, np.repeat(np.arange(len(first)), n)))]
    low, high, median = in_order[first], in_order[first + n - 1], _medians(in_order, first, n)
    columns: list[NDArray[Any]] = [start[first], n, mean, low, high, median, positive]
    places = map(tags.__getitem__, number[first].tolist())
    yield from map(Window._make, zip(places, *(column.tolist() for column in columns), strict=True))


def _medians(in_order: NDArray[np.float64], first: NDArray[np.intp], n: NDArray[np.intp]) -> NDArray[np.float64]:
    """Of each window's values in order: the middle one, or halfway between the middle two."""
    lower, upper = in_order[first + (n - 1) // 2], in_order[first + n // 2]
    middle: NDArray[np.float64] = np.where(n % 2 == 1, upper, (lower + upper) / 2)
    return middle
