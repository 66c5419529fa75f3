"""Readings of good messages as rows of `reading`, column by column; a wrong value costs itself alone."""

from bisect import bisect_right
from collections import defaultdict
from math import inf
from typing import Final, NamedTuple

from ingest.roster import Roster
from ingest.rows import FUTURE_MS, Decoded
from lamplighter.contract.points import POINTS, fault_of_value
from lamplighter.contract.records import ENCODER, QUALITY_CODES, Reading, Rejected
from lamplighter.contract.topics import Gateway
from lamplighter.storage.timeseries.columns import Columns

OLDEST_MS: Final = 1_577_836_800_000
"""2020-01-01: nothing of ours was measured before."""
_MOST_KNOWN: Final = 200_000


class _Series(NamedTuple):
    """A point of a device that its gateway may speak for; values are physically possible from `low` to `high`."""

    tags: tuple[str, str, str, str]
    low: float
    high: float


class SeriesBook:
    """The series met so far and found good, so that a reading of one costs a single look-up. For any number of threads."""

    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        self._of: dict[Gateway, dict[tuple[str, str], _Series]] = defaultdict(dict)
        self._count = 0

    def of(self, gateway: Gateway) -> dict[tuple[str, str], _Series]:
        """Those of a gateway, by device and point."""
        return self._of[gateway]

    def fault_of(self, gateway: Gateway, reading: Reading) -> str | None:
        """Why this reading is refused, its time aside; None when it is good."""
        if reading.point not in POINTS:
            return f"unknown point {reading.point[:60]!r}"
        if reading.value is None:
            if reading.quality == "good":
                return "a reading of good quality must carry a value"
        else:
            fault = fault_of_value(reading.point, reading.value)
            if fault is not None:
                return fault
        return self._roster.fault_of_source(gateway, reading.device)

    def note(self, gateway: Gateway, reading: Reading) -> _Series:
        """The series of a reading found good; it is known from now on."""
        point = POINTS[reading.point]
        tags = (gateway.school, gateway.gateway, reading.device, reading.point)
        series = self._of[gateway].setdefault((reading.device, reading.point), _Series(tags, point.low, point.high))
        self._count += 1
        if self._count > _MOST_KNOWN:  # devices come and go: begin anew rather than grow
            self._of.clear()
            self._count = 0
        return series


class ReadingRows:
    """The rows of many messages, and which message each came from."""

    def __init__(self, book: SeriesBook) -> None:
        self._book = book
        self.tags: list[tuple[str, ...]] = []
        self.at_ms: list[int] = []
        self.values: list[float | None] = []
        self.qualities: list[int] = []
        self._ends: list[int] = []
        self._origins: list[tuple[str, Decoded]] = []

    def add(self, decoded: Decoded, topic: str, *, now_ms: int | None) -> list[Rejected]:
        """Take the readings of a message; returns those refused one by one. `now_ms` None: any time will do."""
        gateway = decoded.gateway
        known = self._book.of(gateway)
        oldest, latest = (-inf, inf) if now_ms is None else (OLDEST_MS, now_ms + FUTURE_MS)
        rejected = []
        for reading in decoded.envelope.body.readings:
            value, at_ms = reading.value, reading.at_ms
            series = known.get((reading.device, reading.point))
            if series is None or value is None or not (series.low <= value <= series.high and oldest <= at_ms <= latest):
                fault = _fault_of_time(at_ms, now_ms) or self._book.fault_of(gateway, reading)
                if fault is not None:
                    rejected.append(_refused(decoded, topic, reading, fault))
                    continue
                series = self._book.note(gateway, reading)
            self.tags.append(series.tags)
            self.at_ms.append(at_ms)
            self.values.append(value)
            self.qualities.append(QUALITY_CODES[reading.quality])
        self._ends.append(len(self.at_ms))
        self._origins.append((topic, decoded))
        return rejected

    def columns(self) -> Columns:
        """Rows of `reading`."""
        return Columns(self.tags, self.at_ms, [self.values, self.qualities])

    def origin_of(self, position: int) -> tuple[str, Decoded]:
        """Topic and message of the row at this position."""
        return self._origins[bisect_right(self._ends, position)]

    def repeated(self, cells: list[int]) -> list[int]:
        """One cell a message, as one a row."""
        starts = [0, *self._ends][:-1]
        return [cell for cell, start, end in zip(cells, starts, self._ends, strict=True) for _ in range(start, end)]


def _fault_of_time(at_ms: int, now_ms: int | None) -> str | None:
    if now_ms is None:
        return None
    if at_ms > now_ms + FUTURE_MS:
        return f"dated {(at_ms - now_ms) / 1000:.0f} s ahead of the centre's clock"
    return f"dated {at_ms} ms, before 2020" if at_ms < OLDEST_MS else None


def _refused(decoded: Decoded, topic: str, reading: Reading, fault: str) -> Rejected:
    envelope = decoded.envelope
    return Rejected(topic=topic, reason=fault, payload=ENCODER.encode(reading), boot=envelope.boot, seq=envelope.seq, whole=False)
