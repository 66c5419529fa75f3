"""One question each about a point's readings. Each answers yes, no, or None while it cannot tell."""

from collections import deque
from collections.abc import Sequence
from statistics import median
from typing import Final

from edge.trust.drifting import LEAST_OTHERS
from edge.trust.table import Limits, Still

_IN_A_ROW: Final = 3
_PAIRS: Final = 30
_PAIR_MS: Final = 60_000


class Repeated:
    """Something that is so, or not so, three times in a row: one outlier is neither."""

    def __init__(self) -> None:
        self._recent: deque[bool] = deque(maxlen=_IN_A_ROW)
        self.holds: bool | None = None

    def see(self, found: bool) -> bool | None:  # noqa: FBT001 - the one thing it is told
        """Take one finding."""
        self._recent.append(found)
        if len(self._recent) == _IN_A_ROW and len(set(self._recent)) == 1:
            self.holds = found
        return self.holds


class Noisy:
    """Readings that jump about: half of the steps between two within a minute are larger than the limit."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._steps: deque[float] = deque(maxlen=_PAIRS)
        self._values: deque[float] = deque(maxlen=_PAIRS)
        self._last: tuple[int, float] | None = None
        self.holds: bool | None = None

    def see(self, at_ms: int, value: float) -> bool | None:
        """Take one reading."""
        if self._limits.noise is None:
            return False
        if self._last is not None and 0 < at_ms - self._last[0] <= _PAIR_MS:
            self._steps.append(abs(value - self._last[1]))
            self._values.append(value)
        self._last = (at_ms, value)
        if len(self._steps) == _PAIRS:
            amount, share = self._limits.noise
            limit = amount + share * median(map(abs, self._values))
            # Once noisy, it must calm down to half of that.
            self.holds = median(self._steps) > (limit / 2 if self.holds else limit)
        return self.holds


class Stuck:
    """A reading that stays the same while its room's others move, or for far too long."""

    def __init__(self, still: Still, *, after_s: float) -> None:
        self._still = still
        self._after_ms = after_s * 1000
        self._value: float | None = None
        self._since_ms = 0
        self._others: float | None = None
        self._moved_since_ms: int | None = None
        self.holds: bool | None = None

    def see(self, at_ms: int, value: float, others: Sequence[float]) -> bool | None:
        """Take one reading, and what the room's others read now."""
        if self._value is None or at_ms < self._since_ms:
            self._begin(at_ms, value)
        elif value != self._value:
            self._begin(at_ms, value)
            self.holds = False
        elif self._others_moved(at_ms, others) or (value > self._still.floor and self._alone_too_long(at_ms)):
            self.holds = True
        return self.holds

    def _begin(self, at_ms: int, value: float) -> None:
        # The others are looked at from the next reading on: just now some of them may not have been read yet.
        self._value, self._since_ms, self._others, self._moved_since_ms = value, at_ms, None, None

    def _others_moved(self, at_ms: int, others: Sequence[float]) -> bool:
        if len(others) < LEAST_OTHERS:
            return False
        middle = median(others)
        if self._others is None:
            self._others = middle
        far = abs(middle - self._others) >= max(self._still.moved, self._still.moved_share * abs(self._others))
        if not far:
            self._moved_since_ms = None
            return False
        if self._moved_since_ms is None:
            self._moved_since_ms = at_ms
        return at_ms - self._moved_since_ms >= self._after_ms

    def _alone_too_long(self, at_ms: int) -> bool:
        return at_ms - self._since_ms >= self._still.alone_s * 1000
