"""The time-series half: newest readings, a day of illuminance a room, newest verdicts; each asked no oftener than it changes."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from console.facts import Sample
from lamplighter.contract.measurements import READING, ROOM_10MIN, VERDICT_DAY, Cell
from lamplighter.site.model import Site
from lamplighter.storage.timeseries.protocol import TimeSeries

Row = dict[str, Cell]
Answer = TypeVar("Answer")

ILLUMINANCE = "illuminance_lx"
WINDOW_MS = 600_000
HISTORY_MS = 24 * 3_600_000
LOOK_BACK_MS = 900_000
VERDICTS_MS = 40 * 24 * 3_600_000


class Value(NamedTuple):
    """The newest value of a device's point; `value` is None when its quality was not good."""

    at_ms: int
    value: float | None


class Series:
    """Reads one site's series. Keeps the newest values seen, so that only the last minutes are asked for again."""

    def __init__(self, store: TimeSeries, site: Site) -> None:
        self._store = store
        self._site = site
        self._newest: dict[tuple[str, str], Value] = {}
        self._asked_ms: int | None = None
        self._kept: dict[str, tuple[int, Any]] = {}

    def newest(self, now_ms: int) -> dict[tuple[str, str], Value]:
        """(device, point) -> newest value of the last day or of this process's life."""
        start_ms = now_ms - HISTORY_MS if self._asked_ms is None else self._asked_ms - LOOK_BACK_MS
        for row in self._store.latest(READING, where={"school": self._site.school}, start_ms=start_ms):
            key, at_ms = (str(row["device"]), str(row["point"])), int(row["at_ms"] or 0)
            if key not in self._newest or self._newest[key].at_ms <= at_ms:
                self._newest[key] = Value(at_ms, _number(row["value"]) if row["quality"] == 0 else None)
        self._asked_ms = now_ms
        return self._newest

    def history(self, now_ms: int) -> dict[str, tuple[Sample, ...]]:
        """Space -> its last 24 h in 10-minute windows, oldest first."""
        return self._keep("history", now_ms, 30_000, lambda: self._read_history(now_ms))

    def verdicts(self, now_ms: int) -> list[Row]:
        """The newest row of `verdict_day` of each subject and rule."""
        where = {"school": self._site.school}
        start_ms = now_ms - VERDICTS_MS
        return self._keep("verdicts", now_ms, 5_000, lambda: self._store.latest(VERDICT_DAY, where=where, start_ms=start_ms))

    def _keep(self, name: str, now_ms: int, life_ms: int, ask: Callable[[], Answer]) -> Answer:
        at_ms, kept = self._kept.get(name, (now_ms - life_ms, None))
        if not 0 <= now_ms - at_ms < life_ms:
            kept = ask()
            self._kept[name] = (now_ms, kept)
        answer: Answer = kept
        return answer

    def _read_history(self, now_ms: int) -> dict[str, tuple[Sample, ...]]:
        """Roll-ups; raw readings only for rooms that have none yet."""
        start_ms = now_ms - HISTORY_MS
        samples: dict[str, list[Sample]] = defaultdict(list)
        where = {"school": self._site.school}
        for row in self._store.select(ROOM_10MIN, where=where, start_ms=start_ms, end_ms=now_ms + 1):
            lx = _number(row["illuminance_lx"])
            if lx is not None:
                samples[str(row["space"])].append(Sample(int(row["at_ms"] or 0), lx))
        bare = [row for row in self._site.devices if row.kind == "light_sensor" and row.space not in samples]
        if bare:
            samples |= self._from_raw({row.id: row.space for row in bare}, start_ms, now_ms)
        return {space: tuple(sorted(rows, key=lambda sample: sample.at_ms)) for space, rows in samples.items()}

    def _from_raw(self, space_of: dict[str, str], start_ms: int, end_ms: int) -> dict[str, list[Sample]]:
        where = {"school": self._site.school, "device": sorted(space_of), "point": ILLUMINANCE}
        windows = self._store.windows(READING, "value", where=where, start_ms=start_ms, end_ms=end_ms, every_ms=WINDOW_MS)
        device = READING.tags.index("device")
        medians: dict[tuple[str, int], list[float]] = defaultdict(list)
        for window in windows:
            medians[space_of[window.tags[device]], window.at_ms].append(window.median)
        samples: dict[str, list[Sample]] = defaultdict(list)
        for (space, at_ms), values in medians.items():
            samples[space].append(Sample(at_ms, sum(values) / len(values)))
        return samples


def _number(cell: Cell) -> float | None:
    return None if cell is None else float(cell)
