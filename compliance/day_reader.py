"""Windows of a school's readings day by day: as far back as the rules look, each day read once, neighbours in one query."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final, TypeVar

from compliance.evidence import ElectricDay, Evidence, PointWindow, day_span_ms
from compliance.gathering import Read, Series, read_electric, read_series
from compliance.methods.screening import school_days
from compliance.rollups import RoomWindows, read_windows
from compliance.rules import Rule
from lamplighter.contract.errors import SettingsError
from lamplighter.site.model import Site
from lamplighter.storage.timeseries.protocol import TimeSeries

_MOST_DAYS: Final = timedelta(days=40)
"""Days kept in memory: more than a rule may look back."""

Windows = TypeVar("Windows")


class DayReader:
    """Reads one school's windows from a store; any call may raise Unavailable."""

    def __init__(self, site: Site, store: TimeSeries) -> None:
        self._site = site
        self._store = store
        self._zone = site.zone()
        self._rooms: dict[date, RoomWindows] = {}
        self._series: dict[date, tuple[frozenset[str], Series]] = {}
        self._electric: dict[date, Mapping[str, tuple[ElectricDay, ...]]] = {}

    def read(self, day: date, rules: Sequence[Rule], school: Evidence) -> Read:
        """All windows that the rules look at on a day; `school` is any evidence of the school: it knows the calendar."""
        self._forget(day)
        wanted = max((rule.screening.school_days for rule in rules if rule.screening is not None), default=0)
        rooms = [self._rooms_of(one) for one in _days_to_read(school, day, wanted)]
        return Read(joined(rooms), self._all_series(day, rules), self._electric_of(day, rules))

    def know(self, windows: Mapping[date, RoomWindows]) -> None:
        """Rooms' windows of whole days that somebody has read already."""
        self._rooms |= windows

    def of_day(self, day: date, rules: Sequence[Rule]) -> Read:
        """The windows of that one day alone which the rules may rest on; of the rooms' lamps and light sensors always."""
        points = {rule.window.point for rule in rules if rule.window is not None}
        self._fill({day: frozenset(points)} if points else {})
        series = _only(self._series[day][1], points) if points else {}
        kept = {device: rows for device, rows in sorted(series.items()) if rows}
        return Read(self._rooms_of(day), kept, self._electric_of(day, rules))

    def _electric_of(self, day: date, rules: Sequence[Rule]) -> Mapping[str, tuple[ElectricDay, ...]]:
        asked = any(rule.screening is not None and rule.screening.steps_min is not None for rule in rules)
        if not asked or not self._site.calibrations:
            return {}
        if day not in self._electric:
            self._electric[day] = read_electric(self._site, self._store, day)
        return self._electric[day]

    def _forget(self, day: date) -> None:
        self._rooms = {kept: row for kept, row in self._rooms.items() if kept > day - _MOST_DAYS}
        self._series = {kept: row for kept, row in self._series.items() if kept > day - _MOST_DAYS}
        self._electric = {kept: row for kept, row in self._electric.items() if kept > day - _MOST_DAYS}

    def _rooms_of(self, day: date) -> RoomWindows:
        if day not in self._rooms:
            start_ms, end_ms = day_span_ms(day, self._zone)
            self._rooms[day] = read_windows(self._site, self._store, start_ms=start_ms, end_ms=end_ms)
        return self._rooms[day]

    def _all_series(self, day: date, rules: Sequence[Rule]) -> Series:
        """Each point's windows over as many days as the rules about it look at."""
        points: dict[date, set[str]] = defaultdict(set)
        for window in [rule.window for rule in rules if rule.window is not None]:
            for back in range(window.days):
                points[day - timedelta(days=back)].add(window.point)
        self._fill({one: frozenset(names) for one, names in points.items()})
        return _chained([_only(self._series[one][1], names) for one, names in sorted(points.items())])

    def _fill(self, points: Mapping[date, frozenset[str]]) -> None:
        """Read the days that are not known, a run of neighbours that need the same points in one query."""
        run: list[date] = []
        missing = [one for one in sorted(points) if not points[one] <= self._series.get(one, (frozenset(), {}))[0]]
        for one in missing:
            if run and (one - run[-1] > timedelta(days=1) or points[one] != points[run[-1]]):
                self._read_run(run, points[run[-1]])
                run = []
            run.append(one)
        if run:
            self._read_run(run, points[run[-1]])

    def _read_run(self, run: Sequence[date], points: frozenset[str]) -> None:
        start_ms, end_ms = day_span_ms(run[0], self._zone)[0], day_span_ms(run[-1], self._zone)[1]
        found = read_series(self._site, self._store, points, start_ms=start_ms, end_ms=end_ms)
        for one in run:
            first, last = day_span_ms(one, self._zone)
            cut = {device: tuple(row for row in rows if first <= row.at_ms < last) for device, rows in found.items()}
            self._series[one] = points, cut


def _days_to_read(school: Evidence, day: date, wanted: int) -> list[date]:
    """The day and the school days before it that are looked at, oldest first; the day alone where the calendar cannot say."""
    try:
        found = [one for one, _ in school_days(school, day, wanted)] if wanted > 1 else []
    except SettingsError:
        found = []
    return sorted({*found, *([day] if wanted else [])})


def _only(series: Series, points: set[str]) -> dict[str, tuple[PointWindow, ...]]:
    return {device: tuple(row for row in rows if row.point in points) for device, rows in series.items()}


def joined(parts: Sequence[RoomWindows]) -> RoomWindows:
    """Windows of several spans of time, in the order given."""
    if len(parts) == 1:
        return parts[0]
    return RoomWindows(_chained([part.sensors for part in parts]), _chained([part.lamps for part in parts]))


def _chained(parts: Sequence[Mapping[str, tuple[Windows, ...]]]) -> dict[str, tuple[Windows, ...]]:
    names = {name for part in parts for name in part}
    return {name: tuple(row for part in parts for row in part.get(name, ())) for name in names}
