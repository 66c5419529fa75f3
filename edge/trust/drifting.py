"""Whether a sensor walks away from the others in its room, day by day. Its days are kept over a restart."""

import math
from collections.abc import Sequence
from statistics import median
from typing import Final

import msgspec

from edge.trust.table import Drift

LEAST_OTHERS: Final = 2
"""One neighbour alone proves nothing: either may be wrong."""
_DAY_MS: Final = 86_400_000
_EVERY_MS: Final = 60_000
_LEAST: Final = 60
"""Comparisons, one a minute at most, that make a day worth judging."""
_FIRST_DAYS: Final = 7
_LAST_DAYS: Final = 2


class DriftDays(msgspec.Struct):
    """What is kept: the medians of the first days, the sensor's normal; those of the newest; and the verdict."""

    first: list[float] = []
    last: list[float] = []
    holds: bool | None = None


class Drifting:
    """Compares one sensor with the median of its neighbours; answers once a day."""

    def __init__(self, drift: Drift, days: DriftDays | None = None) -> None:
        self._drift = drift
        self.days = days or DriftDays()
        self._day = -1
        self._today: list[float] = []
        self._next_ms = 0

    def see(self, at_ms: int, value: float, others: Sequence[float]) -> bool:
        """Take one reading and what the room's others read now; returns whether a day was closed."""
        day = at_ms // _DAY_MS
        closed = day > self._day >= 0 and self._close()
        if day != self._day:
            self._day, self._today, self._next_ms = day, [], 0
        compared = self._compare(value, others) if len(others) >= LEAST_OTHERS and at_ms >= self._next_ms else None
        if compared is not None:
            self._today.append(compared)
            self._next_ms = at_ms + _EVERY_MS
        return closed

    @property
    def deviation(self) -> float:
        """How far its newest days stand from its normal, at most; 0 while there is none."""
        normal = self._normal()
        return 0.0 if normal is None else max((abs(one - normal) for one in self.days.last), default=0.0)

    def _normal(self) -> float | None:
        if self._drift.apart is not None:
            return 0.0
        return median(self.days.first) if len(self.days.first) == _FIRST_DAYS else None

    def _compare(self, value: float, others: Sequence[float]) -> float | None:
        if self._drift.apart is not None:
            return value - median(others)
        agreeing = _agreeing(others)
        low, high = agreeing[0], agreeing[-1]
        if low <= max(0.0, self._drift.floor) or high > self._drift.spread * low or value <= 0:
            return None
        return math.log(value / median(agreeing))

    def _close(self) -> bool:
        """Judge the day that has ended; False where it held too little."""
        if len(self._today) < _LEAST:
            return False
        middle = median(self._today)
        if len(self.days.first) < _FIRST_DAYS:
            self.days.first.append(middle)
        self.days.last = [*self.days.last, middle][-_LAST_DAYS:]
        self.days.holds = self._judged()
        return True

    def _judged(self) -> bool | None:
        normal = self._normal()
        if normal is None or len(self.days.last) < _LAST_DAYS:
            return None
        limit = self._drift.apart if self._drift.apart is not None else math.log(self._drift.factor or math.inf)
        return all(abs(one - normal) > limit for one in self.days.last)


def _agreeing(others: Sequence[float]) -> list[float]:
    """All but the one that stands farthest from the rest, lowest first; both of two. A faulty neighbour must accuse nobody."""
    ordered = sorted(others)
    if len(ordered) <= LEAST_OTHERS:
        return ordered
    without_high, without_low = ordered[:-1], ordered[1:]
    return without_high if without_high[-1] - without_high[0] <= without_low[-1] - without_low[0] else without_low
