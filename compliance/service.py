"""Keeps the verdicts up to date while the process runs."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from sqlalchemy import Engine

from compliance.closed_days import is_over
from compliance.daily import DAYS_KEPT_FRESH, DailyVerdicts
from compliance.history.live import History
from compliance.ledger.keeping import changes_since, states_of
from compliance.light.days import LightDays, RoomDay
from compliance.packs import load_packs
from compliance.rules import Rule
from compliance.scores import Scores
from compliance.together import Together
from lamplighter.contract.errors import SettingsError, Unavailable
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.logs import logger
from lamplighter.runtime.stopping import wait_for
from lamplighter.site.model import Site
from lamplighter.site.states import State, States, always
from lamplighter.storage.sql.engine import snapshot
from lamplighter.storage.timeseries.protocol import TimeSeries

EVERY_S: Final = 10.0
GROUP: Final = 25
"""Schools that read and write together: more save little, and all their windows are in memory at once."""


class _Judges(NamedTuple):
    """Who judges the days on which a state of a school's ledger holds."""

    state: State
    daily: DailyVerdicts
    light: LightDays

    def within(self, days: Sequence[date]) -> list[date]:
        """Those of the days on which that state holds."""
        return [day for day in days if self.state.first <= day <= self.state.last]


TellLight = Callable[[Site, date, Sequence[RoomDay]], None]
"""Takes what a school's rooms showed on the newest day that is over; may raise Unavailable."""

Asked = Sequence[tuple[_Judges, Sequence[date]]]
"""Which days are to be judged by whom."""


class Verdicts:
    """Every school's verdicts, what its lamps gave, scores of each level, history where one is kept. Calls come from one thread."""

    def __init__(
        self,
        sites: Sequence[Site],
        rules: Sequence[Rule],
        *,
        store: TimeSeries,
        clock: Clock,
        history: History | None = None,
        tell_light: TellLight | None = None,
    ) -> None:
        self._rules = rules
        self._together = Together(store)
        self._scores = Scores(store, schools=self._together)
        self._clock = clock
        self._history = history
        told = (history.keep_light if history is not None else None, tell_light)
        self._tell_light = [tell for tell in told if tell is not None]
        self._schools: dict[str, list[_Judges]] = {}
        for site in sites:
            self.hold(always(site))

    def hold(self, states: States) -> None:
        """From now on judge each day of this school by the ledger that holds on it; its last days are judged anew."""
        made = []
        for state in states:
            keep = None if self._history is None else self._history.keeper(state.site, self._rules)
            daily = DailyVerdicts(state.site, self._rules, self._scores, self._clock, keep=keep)
            made.append(_Judges(state, daily, LightDays(state.site, self._rules, self._together)))
        self._schools[states[-1].site.school] = made

    def refresh(self, days: Sequence[date] | None = None, *, ending: bool = False) -> Counter[str]:
        """Judge these days of every school, without them those due; how many verdicts of each kind. May raise Unavailable.

        `ending` says that nobody asks again.
        """
        asked = self.due(ending=ending) if days is None else self.on(days)
        self.look_at_light(asked)
        return self.judge(asked)

    def due(self, *, ending: bool = False) -> Asked:
        """What is to be judged now; may raise Unavailable."""
        return [(one, one.within(one.daily.due(ending=ending))) for one, _ in self._in_turn(self.on(()))]

    def on(self, days: Sequence[date]) -> Asked:
        """These days of every school."""
        return [(one, one.within(days)) for held in self._schools.values() for one in held]

    def look_at_light(self, asked: Asked) -> None:
        """What lamps gave on those of the days that are over, oldest first. Before `judge`, whose verdicts rest on it."""
        now_ms = self._clock.now_ms()
        over: dict[date, list[tuple[_Judges, Sequence[date]]]] = defaultdict(list)
        for one, days in asked:
            for day in days:
                if is_over(one.state.site, day, now_ms):
                    over[day].append((one, [day]))
        for day in sorted(over):
            for one, _ in self._in_turn(over[day]):
                self._look_at_lamps(one, day)

    def judge(self, asked: Asked) -> Counter[str]:
        """Verdicts, scores of each level, history; how many verdicts of each kind. May raise Unavailable."""
        found = Counter[str]()
        for one, days in self._in_turn(asked):
            found += one.daily.refresh(days)
        self._scores.write_levels()
        if self._history is not None:
            self._history.end_nights()
        return found

    def _look_at_lamps(self, one: _Judges, day: date) -> None:
        """What the newest day that is over shows becomes actions and conditions, an older one's late data no more."""
        site = one.state.site
        rooms = one.light.look([day])
        if day == site.day_of(self._clock.now()) - timedelta(days=1):
            for tell in self._tell_light:
                tell(site, day, rooms)

    def _in_turn(self, asked: Asked) -> Iterator[tuple[_Judges, Sequence[date]]]:
        """The schools, in groups that read and write together; what they wrote is stored when the last of each has had its turn."""
        self._together.finish()
        groups = [asked[start : start + GROUP] for start in range(0, len(asked), GROUP)]
        for group, coming in zip(groups, [*groups[1:], ()], strict=False):
            self._together.begin(_schools(group), coming=_schools(coming))
            yield from group
            self._together.settle()
            if self._history is not None:
                self._history.settle()
        self._together.finish()


def _schools(group: Asked) -> list[str]:
    return [one.state.site.school for one, _ in group]


async def keep_verdicts(
    sites: Sequence[Site],
    *,
    store: TimeSeries,
    clock: Clock,
    stop: asyncio.Event,
    history: History | None = None,
    ledger: Engine | None = None,
    tell_light: TellLight | None = None,
) -> None:
    """Refresh what is due, every site in turn, off the loop, until `stop` is set; then once more for what was stored last.

    With `history`, days that are over go into its chains. With `ledger`, what was typed or imported into it counts as what the
    site files say does, from the next look on. `tell_light` hears what lamps showed.
    """
    log = logger()
    rules = load_packs()
    verdicts, known = Verdicts(sites, rules, store=store, clock=clock, history=history, tell_light=tell_light), 0
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
