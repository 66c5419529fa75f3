"""Keeps the verdicts up to date while the process runs."""

import asyncio
from collections.abc import Sequence
from typing import Final

from compliance.closed_days import ClosedDays
from compliance.daily import DailyVerdicts
from compliance.history.live import History
from compliance.light.days import LightDays
from compliance.packs import load_packs
from lamplighter.contract.errors import Unavailable
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.logs import logger
from lamplighter.runtime.stopping import wait_for
from lamplighter.site.model import Site
from lamplighter.storage.timeseries.protocol import TimeSeries

EVERY_S: Final = 10.0


async def keep_verdicts(
    sites: Sequence[Site], *, store: TimeSeries, clock: Clock, stop: asyncio.Event, history: History | None = None
) -> None:
    """Refresh what is due, every site in turn, off the loop, until `stop` is set; then once more for what was stored last.

    With `history`, days that are over go into its chains.
    """
    log = logger()
    rules = load_packs()
    keepers = [history.keeper(site, rules, store) if history is not None else None for site in sites]
    daily = [
        (
            DailyVerdicts(site, rules, store, clock),
            ClosedDays(site, rules, store, clock, keep=keep),
            LightDays(site, rules, store, clock),
        )
        for site, keep in zip(sites, keepers, strict=True)
    ]
    waiting = False
    last = False
    while not last:
        last = stop.is_set()
        try:
            for one in daily:
                await asyncio.to_thread(_refresh, *one)
            waiting = False
        except Unavailable as error:
            if not waiting:
                log.warning("verdicts_wait", reason=str(error))
            waiting = True
        await wait_for(stop, EVERY_S)


def _refresh(daily: DailyVerdicts, closed: ClosedDays, light: LightDays) -> None:
    days = daily.due()
    # Days that are over first: one cut short by the store is then still due.
    closed.refresh(days)
    light.refresh(days)
    daily.refresh(days)
