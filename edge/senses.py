"""What the sensors of a room say now, for the rules that look at its pictures."""

import threading
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Final

from edge.drivers.protocol import Sample
from edge.rules.protocol import Sensed

_FRESH_MS: Final = 180_000
"""An older value says nothing of now: three polls of a slow bus."""
_RISE_MS: Final = 600_000
_STEP_MS: Final = 10_000


class Senses:
    """The newest good values of each room; written by the agent's loop, read by the cameras' threads."""

    def __init__(self, spaces: Mapping[str, str]) -> None:
        self._spaces = spaces
        self._lock = threading.Lock()
        self._rooms: dict[str, dict[tuple[str, str], deque[tuple[int, float]]]] = {}

    def take(self, samples: Iterable[Sample]) -> None:
        """Take what the drivers read; bad values and devices of no room are passed over."""
        with self._lock:
            for row in samples:
                room = self._spaces.get(row.device)
                if room is not None and row.value is not None and row.quality == "good":
                    series = self._rooms.setdefault(room, {}).setdefault((row.device, row.point), deque())
                    _append(series, row.at_ms, row.value)

    def of(self, room: str, at_ms: int) -> tuple[Sensed, ...]:
        """Every point of the room that has a fresh value at this moment, and by how much it rose in ten minutes."""
        with self._lock:
            return tuple(
                Sensed(device, point, series[-1][1], series[-1][1] - min(value for _at_ms, value in series))
                for (device, point), series in self._rooms.get(room, {}).items()
                if abs(at_ms - series[-1][0]) <= _FRESH_MS
            )


def _append(series: deque[tuple[int, float]], at_ms: int, value: float) -> None:
    """Keep ten minutes, a value in ten seconds; a clock set back begins anew."""
    if series and at_ms < series[-1][0]:
        series.clear()
    if len(series) > 1 and series[-1][0] - series[-2][0] < _STEP_MS:
        series.pop()
    series.append((at_ms, value))
    while at_ms - series[0][0] > _RISE_MS:
        series.popleft()
