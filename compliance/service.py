"""Keeps the verdicts up to date while the process runs."""

import asyncio
from collections.abc import Sequence
from typing import Final

from sqlalchemy import Engine

from compliance.closed_days import ClosedDays
from compliance.daily import DailyVerdicts
from compliance.history.live import History
from compliance.ledger.keeping import judged_by, newest_change
from compliance.packs import load_packs
from lamplighter.contract.errors import Unavailable
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.logs import logger
from lamplighter.runtime.stopping import wait_for
from lamplighter.site.model import Site
from lamplighter.storage.sql.engine import snapshot
from lamplighter.storage.timeseries.protocol import TimeSeries

EVERY_S: Final = 10.0

Judging = tuple[DailyVerdicts, ClosedDays]


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

    def judging(found: Sequence[Site]) -> list[Judging]:
        keepers = [history.keeper(site, rules, store) if history is not None else None for site in found]
        return [
            (DailyVerdicts(site, rules, store, clock), ClosedDays(site, rules, store, clock, keep=keep))
            for site, keep in zip(found, keepers, strict=True)
        ]

    daily, known = judging(sites), 0
    waiting = False
    last = False
    while not last:
        last = stop.is_set()
        try:
            if ledger is not None:
                change = await asyncio.to_thread(_newest_change, ledger, sites)
                if change != known:
                    daily, known = judging(await asyncio.to_thread(_judged_by, ledger, sites, clock)), change
            for one, closed in daily:
                await asyncio.to_thread(_refresh, one, closed)
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


def _refresh(daily: DailyVerdicts, closed: ClosedDays) -> None:
    days = daily.due()
    # Days that are over first: one cut short by the store is then still due.
    closed.refresh(days)
    daily.refresh(days)
