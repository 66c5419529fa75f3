"""Whether a sensor walks away from the others in its room, day by day. Its days are kept over a restart."""

import math
from statistics import median
from typing import Final

import msgspec

from edge.trust.table import Drift

_DAY_MS: Final = 86_400_000
_EVERY_MS: Final = 60_000
_LEAST: Final = 120
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

    def see(self, at_ms: int, value: float, others: float | None) -> bool:
        """Take one reading and the others' median (None where there are fewer than two); returns whether a day was closed."""
        day = at_ms // _DAY_MS
        closed = day > self._day >= 0 and self._close()
        if day != self._day:
            self._day, self._today, self._next_ms = day, [], 0
        compared = None if others is None or at_ms < self._next_ms else self._compare(value, others)
        if compared is not None:
            self._today.append(compared)
            self._next_ms = at_ms + _EVERY_MS
        return closed

    def _compare(self, value: float, others: float) -> float | None:
        if self._drift.apart is not None:
            return value - others
        if others < self._drift.floor or others <= 0 or value <= 0:
            return None
        return math.log(value / others)

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
        if len(self.days.last) < _LAST_DAYS:
            return None
        if self._drift.apart is not None:
            return all(abs(one) > self._drift.apart for one in self.days.last)
        if self._drift.factor is None or len(self.days.first) < _FIRST_DAYS:
            return None
        normal = median(self.days.first)
        return all(abs(one - normal) > math.log(self._drift.factor) for one in self.days.last)
