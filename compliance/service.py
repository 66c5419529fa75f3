"""Keeps the verdicts up to date while the process runs."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from sqlalchemy import Engine

from compliance.daily import DAYS_KEPT_FRESH, DailyVerdicts
from compliance.history.live import History
from compliance.ledger.keeping import newest_change, states_of
from compliance.light.days import LightDays
from compliance.packs import load_packs
from compliance.rules import Rule
from compliance.scores import Scores
from lamplighter.contract.errors import SettingsError, Unavailable
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.logs import logger
from lamplighter.runtime.stopping import wait_for
from lamplighter.site.model import Site
from lamplighter.site.states import State, always
from lamplighter.storage.sql.engine import snapshot
from lamplighter.storage.timeseries.protocol import TimeSeries

EVERY_S: Final = 10.0


class Verdicts:
    """Every school's verdicts, what its lamps gave, scores of each level, history where one is kept. Calls come from one thread.

    Each day is judged by the ledger that holds on it: `states` of each school; without them the sites hold always.
    """

    def __init__(
        self,
        sites: Sequence[Site],
        rules: Sequence[Rule],
        *,
        store: TimeSeries,
        clock: Clock,
        history: History | None = None,
        states: Sequence[State] = (),
    ) -> None:
        self._scores = Scores(store)
        self._history = history
        self._states = tuple(states) or tuple(state for site in sites for state in always(site))
        self._daily = [
            DailyVerdicts(site, rules, self._scores, clock, keep=None if history is None else history.keeper(site, rules))
            for _, _, site in self._states
        ]
        self._light = [LightDays(site, rules, store, clock) for _, _, site in self._states]

    def refresh(self, days: Sequence[date] | None = None) -> Counter[str]:
        """Judge these days of every school, without them those due; how many verdicts of each kind. May raise Unavailable."""
        found = Counter[str]()
        for state, school, light in zip(self._states, self._daily, self._light, strict=True):
            asked = school.due() if days is None else days
            wanted = [day for day in asked if state.first <= day <= state.last]
            found += school.refresh(wanted)
            light.refresh(wanted)
        self._scores.write_levels()
        if self._history is not None:
            self._history.end_nights()
        return found


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

    With `history`, days that are over go into its chains. With `ledger`, what was typed or imported into it counts as what the
    site files say does, from the next look on.
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
                    states = await asyncio.to_thread(_states, ledger, sites, clock)
                    verdicts = Verdicts(sites, rules, store=store, clock=clock, history=history, states=states)
                    known = change
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


def _states(ledger: Engine, sites: Sequence[Site], clock: Clock) -> list[State]:
    """Every school's states as far back as days are judged again; the site file of a school whose ledger contradicts it."""
    found: list[State] = []
    with snapshot(ledger) as connection:
        for site in sites:
            try:
                found += states_of(connection, site, site.day_of(clock.now()) - timedelta(days=DAYS_KEPT_FRESH))
            except SettingsError as error:
                logger().error("ledger_contradicts_site_file", school=site.school, problems=error.problems)
                found += always(site)
    return found
