"""Keeps the verdicts up to date while the process runs."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from sqlalchemy import Engine

from compliance.closed_days import is_over
from compliance.daily import DailyVerdicts
from compliance.history.live import History
from compliance.ledger.keeping import judged_by, newest_change
from compliance.light.days import LightDays
from compliance.packs import load_packs
from compliance.rules import Rule
from compliance.scores import Scores
from lamplighter.contract.errors import Unavailable
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.logs import logger
from lamplighter.runtime.stopping import wait_for
from lamplighter.site.model import Site
from lamplighter.storage.sql.engine import snapshot
from lamplighter.storage.timeseries.protocol import TimeSeries

EVERY_S: Final = 10.0


class Verdicts:
    """Every school's verdicts, what its lamps gave, scores of each level, history where one is kept. Calls come from one thread."""

    def __init__(
        self, sites: Sequence[Site], rules: Sequence[Rule], *, store: TimeSeries, clock: Clock, history: History | None = None
    ) -> None:
        self._clock = clock
        self._scores = Scores(store)
        self._history = history
        self._daily = [
            DailyVerdicts(site, rules, self._scores, clock, keep=None if history is None else history.keeper(site, rules))
            for site in sites
        ]
        self._light = [LightDays(site, rules, store) for site in sites]

    def refresh(self, days: Sequence[date] | None = None) -> Counter[str]:
        """Judge these days of every school, without them those due; how many verdicts of each kind. May raise Unavailable."""
        found = Counter[str]()
        for school, light in zip(self._daily, self._light, strict=True):
            wanted = school.due() if days is None else days
            # First, since verdicts rest on what it finds.
            self._look_at_lamps(light, wanted)
            found += school.refresh(wanted)
        self._scores.write_levels()
        if self._history is not None:
            self._history.end_nights()
        return found

    def _look_at_lamps(self, light: LightDays, days: Sequence[date]) -> None:
        """The days that are over; what the newest of them asks of people becomes actions, an older one's late data no more."""
        over = [day for day in days if is_over(light.site, day, self._clock.now_ms())]
        rooms = light.look(over)
        newest = light.site.day_of(self._clock.now()) - timedelta(days=1)
        if self._history is not None and max(over, default=None) == newest:
            self._history.keep_light(light.site, newest, rooms)


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
