"""Verdicts of one school, day after day, from its site file and a store: the same for files and for a running system."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Final

import msgspec

from compliance.day_reader import DayReader
from compliance.engine import judge
from compliance.evidence import Evidence
from compliance.gathering import NOTHING, Gatherer, Read
from compliance.rollups import RoomWindows
from compliance.rules import Rule
from compliance.subjects import Subject, concerns
from compliance.verdicts import Verdict
from lamplighter.site.calendar import days_between
from lamplighter.site.model import Site
from lamplighter.storage.timeseries.protocol import TimeSeries

_ONE_DAY: Final = timedelta(days=1)
LowDays = Mapping[tuple[str, str], frozenset[date]]
"""(subject, rule) -> days on which calibrated sensors showed a surveyed room low."""


class SchoolScorer:
    """Judges every subject of a school by every rule in force; days must come in order, oldest first.

    What sensors showed on an earlier day may end a survey, so the days from the first reading on are looked at before the first
    day wanted. Any call may raise Unavailable. Without a store there are no readings.
    """

    def __init__(self, site: Site, rules: Sequence[Rule], store: TimeSeries | None, *, low_days: LowDays | None = None) -> None:
        self._site = site
        self._reader = None if store is None else DayReader(site, store)
        self._gatherer = Gatherer(site)
        self._rules = tuple(rule for rule in rules if concerns(rule, site))
        self._low_days: dict[tuple[str, str], set[date]] = defaultdict(set)
        for key, found in (low_days or {}).items():
            self._low_days[key] |= found

    @property
    def low_days(self) -> LowDays:
        """Those it was given and those it found."""
        return {key: frozenset(days) for key, days in self._low_days.items()}

    def know(self, windows: Mapping[date, RoomWindows]) -> None:
        """Rooms' windows of whole days that somebody has read already."""
        if self._reader is not None:
            self._reader.know(windows)

    def windows_of(self, day: date) -> Read:
        """What the store holds of one day that its verdicts may rest on. May raise Unavailable."""
        return NOTHING if self._reader is None else self._reader.of_day(day, self._in_force(day))

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
            asked = [_for_day(rule, day, rules_of) for rule in rules if rule.subject == subject.kind]
            # Sensors first: what they contradict is evidence for no other rule either, from that day on.
            sensed = {rule.id: self._screened(rule, subject, day, evidence) for rule in asked if rule.screened}
            low = [days for (name, _), days in self._low_days.items() if name == subject.id] if sensed else []
            left = msgspec.structs.replace(evidence, low_days=frozenset().union(*low)) if low else evidence
            for rule in asked:
                yield sensed.get(rule.id) or judge(rule, subject, day, left)

    def _screened(self, rule: Rule, subject: Subject, day: date, evidence: Evidence) -> Verdict:
        low = self._low_days[subject.id, rule.id]
        found = judge(rule, subject, day, msgspec.structs.replace(evidence, low_days=frozenset(low)))
        if found.verdict == "indicative_low":
            low.add(day)
        return found

    def _read(self, day: date, rules: Sequence[Rule]) -> Read:
        if self._reader is None:
            return NOTHING
        school = self._gatherer.evidence(self._gatherer.subjects[-1])
        return self._reader.read(day, rules, school)


def _for_day(rule: Rule, day: date, rules_of: date | None) -> Rule:
    """A rule of another day, as if it were in force on this one."""
    if rules_of is None or rule.in_force(day):
        return rule
    return rule.model_copy(update={"effective_from": min(rule.effective_from, day), "effective_to": None})
