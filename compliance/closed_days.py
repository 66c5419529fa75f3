"""Every rule's verdicts for days that are over."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Final

from compliance.evidence import day_span_ms, midnight_ms
from compliance.history.live import Keep
from compliance.rollups import RoomWindows
from compliance.rules import Rule
from compliance.scores import Scores
from compliance.scoring import LowDays, SchoolScorer
from compliance.subjects import concerns
from compliance.verdicts import Verdict
from lamplighter.contract.measurements import VERDICT_DAY
from lamplighter.runtime.clock import Clock
from lamplighter.site.model import Site
from lamplighter.storage.timeseries.protocol import TimeSeries

SETTLE_MS: Final = 60_000
"""A window is whole this long after its end: what a gateway sends a few seconds late still belongs to it."""

LOW_FOR: Final = timedelta(days=400)
"""So far back sensors that showed a room low may still speak against a survey: a survey counts for 12 months."""


class ClosedDays:
    """Judges days that are over; any call may raise Unavailable. Running again writes the same rows.

    `keep` takes each day with its verdicts and windows once they are written: the history, where one is kept.
    """

    def __init__(self, site: Site, rules: Sequence[Rule], scores: Scores, clock: Clock, *, keep: Keep | None = None) -> None:
        self._site = site
        self._keep = keep
        self._rules = tuple(rule for rule in rules if concerns(rule, site))
        self._scores = scores
        self._clock = clock
        self._low: dict[tuple[str, str], set[date]] = {}
        self._low_until: date | None = None

    def refresh(self, days: Iterable[date], windows: Mapping[date, RoomWindows] = MappingProxyType({})) -> Counter[str]:
        """Judge those of the days that are over, oldest first; how many verdicts of each kind they hold now.

        `windows` are rooms' windows of whole days that were read already.
        """
        over = sorted(day for day in days if is_over(self._site, day, self._clock.now_ms()))
        if not over:
            return Counter()
        scorer = SchoolScorer(self._site, self._rules, self._scores.schools, low_days=self._low_before(over[0]))
        scorer.know(windows)
        return sum((self._judge(scorer, day) for day in over), Counter[str]())

    def _judge(self, scorer: SchoolScorer, day: date) -> Counter[str]:
        verdicts = list(scorer.verdicts(day, day))
        self._scores.write_day(self._site, day, verdicts, over=True)
        self._note_low(day, verdicts)
        if self._keep is not None:
            self._keep(day, verdicts, scorer.windows_of(day))
        return Counter(verdict.verdict for verdict in verdicts)

    def _low_before(self, first: date) -> LowDays:
        """Days on which sensors showed a room low: what was noted here, read from the store where days are missing between."""
        if self._low_until is None or first > self._low_until:
            stored = low_days_of(self._site, self._rules, self._scores.schools, first)
            self._low, self._low_until = {key: set(days) for key, days in stored.items()}, first
        earliest = first - LOW_FOR
        return {key: frozenset(day for day in days if earliest <= day < first) for key, days in self._low.items()}

    def _note_low(self, day: date, verdicts: Iterable[Verdict]) -> None:
        screened = {rule.id for rule in self._rules if rule.screened}
        for verdict in verdicts:
            if verdict.verdict == "indicative_low":
                self._low.setdefault((verdict.subject, verdict.rule), set()).add(day)
            elif verdict.rule in screened:
                self._low.get((verdict.subject, verdict.rule), set()).discard(day)
        if self._low_until == day:
            self._low_until = day + timedelta(days=1)


def is_over(site: Site, day: date, now_ms: int) -> bool:
    """Whether every window of the day is whole."""
    return day_span_ms(day, site.zone())[1] + SETTLE_MS <= now_ms


def low_days_of(site: Site, rules: Iterable[Rule], store: TimeSeries, before: date) -> LowDays:
    """Stored days before one day on which sensors showed a room low; may raise Unavailable."""
    names = [rule.id for rule in rules if rule.screened]
    if not names:
        return {}
    end_ms = midnight_ms(before, site.zone())
    start_ms = end_ms - LOW_FOR // timedelta(milliseconds=1)
    found: dict[tuple[str, str], set[date]] = defaultdict(set)
    where = {"school": site.school, "rule": names, "verdict": "indicative_low"}
    for row in store.select(VERDICT_DAY, where=where, start_ms=start_ms, end_ms=end_ms):
        at = datetime.fromtimestamp(int(str(row["at_ms"])) / 1000, UTC)
        found[str(row["subject"]), str(row["rule"])].add(site.day_of(at))
    return {key: frozenset(days) for key, days in found.items()}
