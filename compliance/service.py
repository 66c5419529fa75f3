"""Keeps the verdicts up to date while the process runs."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final, NamedTuple

from sqlalchemy import Engine

from compliance.daily import DailyVerdicts
from compliance.history.live import History
from compliance.ledger.keeping import judged_by, newest_change
from compliance.light.days import LightDays
from compliance.packs import load_packs
from compliance.rules import Rule
from compliance.scores import Scores
from compliance.together import Together
from lamplighter.contract.errors import Unavailable
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.logs import logger
from lamplighter.runtime.stopping import wait_for
from lamplighter.site.model import Site
from lamplighter.storage.sql.engine import snapshot
from lamplighter.storage.timeseries.protocol import TimeSeries

EVERY_S: Final = 10.0
GROUP: Final = 25
"""Schools that read and write together: more save little, and all their windows are in memory at once."""


class _School(NamedTuple):
    """What is kept up for one school."""

    name: str
    daily: DailyVerdicts
    light: LightDays


class Verdicts:
    """Every school's verdicts, what its lamps gave, scores of each level, history where one is kept. Calls come from one thread."""

    def __init__(
        self, sites: Sequence[Site], rules: Sequence[Rule], *, store: TimeSeries, clock: Clock, history: History | None = None
    ) -> None:
        self._together = Together(store)
        self._scores = Scores(store, schools=self._together)
        self._history = history
        self._schools = [
            _School(
                site.school,
                DailyVerdicts(site, rules, self._scores, clock, keep=None if history is None else history.keeper(site, rules)),
                LightDays(site, rules, self._together, clock),
            )
            for site in sites
        ]
        self._unlit: dict[date, dict[str, _School]] = defaultdict(dict)

    def refresh(self, days: Sequence[date] | None = None) -> Counter[str]:
        """Judge these days of every school, without them those due; how many verdicts of each kind. May raise Unavailable."""
        found = self.judge(days)
        self.look_at_light()
        return found

    def judge(self, days: Sequence[date] | None = None) -> Counter[str]:
        """As `refresh`, without what the lamps gave: that is no verdict and may come after it. May raise Unavailable."""
        found = Counter[str]()
        for school in self._in_turn(self._schools):
            wanted = school.daily.due() if days is None else days
            found += school.daily.refresh(wanted)
            for day in wanted:
                self._unlit[day][school.name] = school
        self._scores.write_levels()
        if self._history is not None:
            self._history.end_nights()
        return found

    def look_at_light(self) -> None:
        """What lamps gave on the days judged since, oldest first; after Unavailable, which it may raise, still to be done."""
        for day in sorted(self._unlit):
            for school in self._in_turn(list(self._unlit[day].values())):
                school.light.refresh([day])
            del self._unlit[day]

    def _in_turn(self, schools: Sequence[_School]) -> Iterator[_School]:
        """The schools, in groups that read and write together; what one group wrote is stored before the next begins."""
        self._together.settle()
        for start in range(0, len(schools), GROUP):
            group = schools[start : start + GROUP]
            self._together.begin([school.name for school in group])
            yield from group
            self._together.settle()


async def keep_verdicts(
    sites: Sequence[Site],
    *,
    store: TimeSeries,
    clock: Clock,
    stop: asyncio.Event,
    history: History | None = None,
    ledger: Engine | None = None,
) -> None:
    """Refresh what is due, every site in turn, off the loop, until `stop` is set; then once more for what was stored last.

    With `history`, days that are over go into its chains. With `ledger`, surveys that were typed into it count as those of the
    site files do, from the next look on.
    """
    log = logger()
    rules = load_packs()
    verdicts, known = Verdicts(sites, rules, store=store, clock=clock, history=history), 0
    waiting = False
    last = False
    while not last:
        last = stop.is_set()
        try:
            if ledger is not None:
                change = await asyncio.to_thread(_newest_change, ledger, sites)
                if change != known:
                    judged = await asyncio.to_thread(_judged_by, ledger, sites, clock)
                    verdicts, known = Verdicts(judged, rules, store=store, clock=clock, history=history), change
            await asyncio.to_thread(verdicts.refresh)
            waiting = False
        except Unavailable as error:
            if not waiting:
                log.warning("verdicts_wait", reason=str(error))
            waiting = True
        await wait_for(stop, EVERY_S)


def _newest_change(ledger: Engine, sites: Sequence[Site]) -> int:
    with snapshot(ledger) as connection:
        return newest_change(connection, [site.school for site in sites])


def _judged_by(ledger: Engine, sites: Sequence[Site], clock: Clock) -> list[Site]:
    with snapshot(ledger) as connection:
        return [judged_by(connection, site, site.day_of(clock.now())) for site in sites]
