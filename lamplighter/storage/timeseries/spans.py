"""Per series, a few spans of time that cover everything stored: a row outside them is surely new, and needs no look-up."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Int64s = NDArray[np.int64]
Int32s = NDArray[np.int32]

SPANS: Final = 4
"""Spans kept a series: live data, a backlog or two, and the past."""
GAP_MS: Final = 300_000
"""Rows of one batch that lie farther apart than this start a new span, so that live rows do not hide a backlog's gap."""

_NEVER: Final = np.iinfo(np.int64).max // 4


class StoredSpans:
    """`low` and `high` of shape (series, SPANS), inclusive ms; an unused span has low > high. Grows with the series."""

    def __init__(self) -> None:
        self._low: Int64s = np.full((0, SPANS), _NEVER, np.int64)
        self._high: Int64s = np.full((0, SPANS), -_NEVER, np.int64)

    def contain(self, series: Int32s, at_ms: Int64s) -> NDArray[np.bool_]:
        """For each row (n,), whether it may be stored already; False is certain."""
        self._grow(series)
        at = at_ms[:, None]
        inside: NDArray[np.bool_] = np.any((self._low[series] <= at) & (at <= self._high[series]), axis=1)
        return inside

    def add(self, series: Int32s, at_ms: Int64s) -> None:
        """Cover these rows (n,), sorted by series, then time."""
        if not len(series):
            return
        self._grow(series)
        fresh = np.diff(series, prepend=-1) != 0
        starts = fresh | (np.diff(at_ms, prepend=at_ms[0]) > GAP_MS)
        # At most SPANS segments a series: what follows widens the last one.
        number = np.cumsum(starts) - 1
        first_of_series = np.maximum.accumulate(np.where(fresh, number, 0))
        starts &= fresh | (number - first_of_series < SPANS)
        begin = np.flatnonzero(starts)
        end = np.append(begin[1:], len(series)) - 1
        rank = number[begin] - first_of_series[begin]
        for turn in range(int(rank.max()) + 1):
            chosen = rank == turn
            self.insert(series[begin[chosen]], at_ms[begin[chosen]], at_ms[end[chosen]])

    def insert(self, series: Int32s, low: Int64s, high: Int64s) -> None:
        """Add one span to each of these series (all different), merging the two that lie closest where there are too many."""
        self._grow(series)
        lows = np.concatenate([self._low[series], low[:, None]], axis=1)
        highs = np.concatenate([self._high[series], high[:, None]], axis=1)
        order = np.argsort(lows, axis=1, kind="stable")
        lows, highs = np.take_along_axis(lows, order, 1), np.take_along_axis(highs, order, 1)
        gaps = lows[:, 1:] - highs[:, :-1]  # an unused span lies _NEVER away, so it is merged first only when last
        row = np.arange(len(series))
        full = lows[:, -1] < _NEVER
        left = np.where(full, np.argmin(gaps, axis=1), SPANS - 1)
        merged = np.where(full, np.maximum(highs[row, left], highs[row, left + 1]), highs[row, left])
        highs[row, left] = merged
        keep = np.arange(SPANS + 1)[None, :] != (left + 1)[:, None]
        self._low[series] = lows[keep].reshape(-1, SPANS)
        self._high[series] = highs[keep].reshape(-1, SPANS)

    def _grow(self, series: Int32s) -> None:
        missing = int(series.max(initial=-1)) + 1 - len(self._low)
        if missing > 0:
            more = max(missing, len(self._low))
            self._low = np.concatenate([self._low, np.full((more, SPANS), _NEVER, np.int64)])
            self._high = np.concatenate([self._high, np.full((more, SPANS), -_NEVER, np.int64)])
