"""Whether the readings of days that are over have stopped coming."""

from typing import Final

QUIET_MS: Final = 20_000
"""A gateway that returns tells all it held back in one go. A day closed in the middle of it would be amended at every look."""
LONGEST_MS: Final = 3_600_000
"""Nothing waits longer than this, whatever still comes."""


class Settling:
    """Remembers how many readings there were, and since when that number has stood."""

    def __init__(self) -> None:
        self._readings: int | None = None
        self._begun_ms = 0
        self._since_ms = 0

    def settled(self, readings: int, now_ms: int) -> bool:
        """Whether the number has stood for `QUIET_MS`, or was first asked about `LONGEST_MS` ago; a yes begins anew."""
        if self._readings is None:
            self._begun_ms = now_ms
        if readings != self._readings:
            self._readings, self._since_ms = readings, now_ms
        if now_ms - self._since_ms < QUIET_MS and now_ms - self._begun_ms < LONGEST_MS:
            return False
        self._readings = None
        return True
