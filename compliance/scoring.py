"""Verdicts of one school, day after day, from its site file and a store: the same for files and for a running system."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Final, TypeVar

import msgspec

from compliance.engine import judge
from compliance.evidence import Evidence, day_span_ms
from compliance.gathering import NOTHING, Gatherer, Read, Series, read_series
from compliance.methods.screening import LOOK_BACK
from compliance.rollups import RoomWindows, read_windows
from compliance.rules import Rule
from compliance.subjects import Subject, concerns
from compliance.verdicts import Verdict
from lamplighter.site.calendar import days_between
from lamplighter.site.model import Site
from lamplighter.storage.timeseries.protocol import TimeSeries

_ONE_DAY: Final = timedelta(days=1)
_MOST_DAYS: Final = timedelta(days=40)
"""Days kept in memory: more than a rule may look back."""


LowDays = Mapping[tuple[str, str], frozenset[date]]
"""(subject, rule) -> days on which calibrated sensors showed a surveyed room low."""


class SchoolScorer:
    """Judges every subject of a school by every rule in force; days must come in order, oldest first.

    What sensors showed on an earlier day may end a survey, so the days from the first reading on are looked at before the first
    day wanted. Any call may raise Unavailable. Without a store there are no readings.
    """

    def __init__(self, site: Site, rules: Sequence[Rule], store: TimeSeries | None, *, low_days: LowDays | None = None) -> None:
        self._site = site
        self._store = store
        self._gatherer = Gatherer(site)
        self._rules = tuple(rule for rule in rules if concerns(rule, site))
        self._low_days: dict[tuple[str, str], set[date]] = defaultdict(set)
        for key, found in (low_days or {}).items():
            self._low_days[key] |= found
        self._rooms: dict[date, RoomWindows] = {}
        self._windows: dict[date, tuple[frozenset[str], Series]] = {}
        self._back = max((_days_of(rule) for rule in self._rules if rule.screening is not None), default=1)

    def verdicts(
        self, first: date, last: date, *, seen_from: date | None = None, rules_of: date | None = None
    ) -> Iterator[Verdict]:
        """Every verdict of every day from `first` to `last`, by day, subject and rule.

        `seen_from` is the day of the first reading; `rules_of` re-scores the days under the rules in force on another day.
        """
        if seen_from is not None:
            for day in days_between(seen_from, first - _ONE_DAY):
                self._look_back(day, rules_of)
        for day in days_between(first, last):
            yield from self._judge_day(day, self._in_force(rules_of or day), rules_of)

    def _in_force(self, day: date) -> list[Rule]:
        return [rule for rule in self._rules if rule.in_force(day)]

    def _look_back(self, day: date, rules_of: date | None) -> None:
        ending = [rule for rule in self._in_force(rules_of or day) if rule.screened]
        for _ in self._judge_day(day, ending, rules_of):
            pass

    def _judge_day(self, day: date, rules: Sequence[Rule], rules_of: date | None) -> Iterator[Verdict]:
        read = self._read(day, rules)
        for subject in self._gatherer.subjects:
            evidence = self._gatherer.evidence(subject, read)
            for rule in rules:
                if rule.subject == subject.kind:
                    yield self._judged(_for_day(rule, day, rules_of), subject, day, evidence)

    def _judged(self, rule: Rule, subject: Subject, day: date, evidence: Evidence) -> Verdict:
        if not rule.screened:
            return judge(rule, subject, day, evidence)
        low = self._low_days[subject.id, rule.id]
        found = judge(rule, subject, day, msgspec.structs.replace(evidence, low_days=frozenset(low)))
        if found.verdict == "indicative_low":
            low.add(day)
        return found

    def _read(self, day: date, rules: Sequence[Rule]) -> Read:
        if self._store is None:
            return NOTHING
        rooms = NOTHING.rooms
        if any(rule.screening is not None for rule in rules):
            rooms = joined([self._rooms_of(self._store, day - timedelta(days=back)) for back in range(self._back - 1, -1, -1)])
        return Read(rooms, self._series(self._store, day, rules))

    def _series(self, store: TimeSeries, day: date, rules: Sequence[Rule]) -> Series:
        """Each point's windows over as many days as the rules about it look at, each day read once."""
        points: dict[int, set[str]] = defaultdict(set)
        for rule in rules:
            for back in range(rule.window.days if rule.window is not None else 0):
                points[back] |= {rule.window.point} if rule.window is not None else set()
        days = [
            self._series_of(store, day - timedelta(days=back), frozenset(points[back])) for back in sorted(points, reverse=True)
        ]
        return _chained(days)

    def _series_of(self, store: TimeSeries, day: date, points: frozenset[str]) -> Series:
        known_points, known = self._windows.get(day, (frozenset(), {}))
        if not points <= known_points:
            start_ms, end_ms = day_span_ms(day, self._site.zone())
            known = read_series(self._site, store, points, start_ms=start_ms, end_ms=end_ms)
            self._windows = {kept: row for kept, row in self._windows.items() if kept > day - _MOST_DAYS}
            self._windows[day] = points, known
        return {device: tuple(row for row in rows if row.point in points) for device, rows in known.items()}

    def _rooms_of(self, store: TimeSeries, day: date) -> RoomWindows:
        if day not in self._rooms:
            self._rooms = {kept: windows for kept, windows in self._rooms.items() if kept > day - LOOK_BACK}
            start_ms, end_ms = day_span_ms(day, self._site.zone())
            self._rooms[day] = read_windows(self._site, store, start_ms=start_ms, end_ms=end_ms)
        return self._rooms[day]


def _days_of(rule: Rule) -> int:
    return LOOK_BACK.days if rule.screening is not None and rule.screening.school_days > 1 else 1


def _for_day(rule: Rule, day: date, rules_of: date | None) -> Rule:
    """A rule of another day, as if it were in force on this one."""
    if rules_of is None or rule.in_force(day):
        return rule
    return rule.model_copy(update={"effective_from": min(rule.effective_from, day), "effective_to": None})


def joined(parts: Sequence[RoomWindows]) -> RoomWindows:
    """Windows of several spans of time, in the order given."""
    if len(parts) == 1:
        return parts[0]
    return RoomWindows(_chained([part.sensors for part in parts]), _chained([part.lamps for part in parts]))


Windows = TypeVar("Windows")


def _chained(parts: Sequence[Mapping[str, tuple[Windows, ...]]]) -> dict[str, tuple[Windows, ...]]:
    rooms = {room for part in parts for room in part}
    return {room: tuple(row for part in parts for row in part.get(room, ())) for room in rooms}
