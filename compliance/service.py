"""Keeps the verdicts up to date while the process runs."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import chain
from typing import Final, NamedTuple

from sqlalchemy import Engine

from compliance.closed_days import is_over
from compliance.daily import DAYS_KEPT_FRESH, DailyVerdicts
from compliance.history.live import History
from compliance.ledger.keeping import changes_since, states_of
from compliance.light.days import LightDays
from compliance.packs import load_packs
from compliance.rules import Rule
from compliance.scores import Scores
from lamplighter.contract.errors import SettingsError, Unavailable
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.logs import logger
from lamplighter.runtime.stopping import wait_for
from lamplighter.site.model import Site
from lamplighter.site.states import State, States, always
from lamplighter.storage.sql.engine import snapshot
from lamplighter.storage.timeseries.protocol import TimeSeries

EVERY_S: Final = 10.0


class _Judges(NamedTuple):
    """Who judges the days on which a state of a school's ledger holds."""

    state: State
    daily: DailyVerdicts
    light: LightDays


class Verdicts:
    """Every school's verdicts, what its lamps gave, scores of each level, history where one is kept. Calls come from one thread."""

    def __init__(
        self, sites: Sequence[Site], rules: Sequence[Rule], *, store: TimeSeries, clock: Clock, history: History | None = None
    ) -> None:
        self._rules = rules
        self._scores = Scores(store)
        self._clock = clock
        self._history = history
        self._schools: dict[str, list[_Judges]] = {}
        for site in sites:
            self.hold(always(site))

    def hold(self, states: States) -> None:
        """From now on judge each day of this school by the ledger that holds on it; its last days are judged anew."""
        made = []
        for state in states:
            keep = None if self._history is None else self._history.keeper(state.site, self._rules)
            daily = DailyVerdicts(state.site, self._rules, self._scores, self._clock, keep=keep)
            made.append(_Judges(state, daily, LightDays(state.site, self._rules, self._scores.store)))
        self._schools[states[-1].site.school] = made

    def refresh(self, days: Sequence[date] | None = None, *, ending: bool = False) -> Counter[str]:
        """Judge these days of every school, without them those due; how many verdicts of each kind. May raise Unavailable.

        `ending` says that nobody asks again.
        """
        found = Counter[str]()
        for state, daily, light in chain.from_iterable(self._schools.values()):
            asked = daily.due(ending=ending) if days is None else days
            wanted = [day for day in asked if state.first <= day <= state.last]
            # First, since verdicts rest on what it finds.
            self._look_at_lamps(light, wanted)
            found += daily.refresh(wanted)
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
                known, changed = await asyncio.to_thread(_changed, ledger, sites, clock, known)
                for states in changed:
                    verdicts.hold(states)
            await asyncio.to_thread(verdicts.refresh, ending=last)
            waiting = False
        except Unavailable as error:
            if not waiting:
                log.warning("verdicts_wait", reason=str(error))
            waiting = True
        await wait_for(stop, EVERY_S)


def _changed(ledger: Engine, sites: Sequence[Site], clock: Clock, known: int) -> tuple[int, list[States]]:
    """Number of the ledger's newest change, and the states of every school that changed since `known`.

    They go as far back as days are judged again; the site file alone holds in a school whose ledger contradicts it.
    """
    found: list[States] = []
    with snapshot(ledger) as connection:
        changes = changes_since(connection, known)
        for site in sites:
            if site.school in changes:
                try:
                    found.append(states_of(connection, site, site.day_of(clock.now()) - timedelta(days=DAYS_KEPT_FRESH)))
                except SettingsError as error:
                    logger().error("ledger_contradicts_site_file", school=site.school, problems=error.problems)
                    found.append(always(site))
    return max([known, *changes.values()]), found
