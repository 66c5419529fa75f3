"""Keeps the verdicts up to date while the process runs."""

import asyncio
from collections.abc import Sequence
from typing import Final

from compliance.daily import DailyVerdicts
from compliance.packs import load_packs
from lamplighter.contract.errors import Unavailable
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.logs import logger
from lamplighter.runtime.stopping import wait_for
from lamplighter.site.model import Site
from lamplighter.storage.timeseries.protocol import TimeSeries

EVERY_S: Final = 10.0


async def keep_verdicts(sites: Sequence[Site], *, store: TimeSeries, clock: Clock, stop: asyncio.Event) -> None:
    """Refresh what is due, every site in turn, off the loop, until `stop` is set; then once more for what was stored last."""
    log = logger()
    daily = [DailyVerdicts(site, load_packs(), store, clock) for site in sites]
    waiting = False
    last = False
    while not last:
        last = stop.is_set()
        try:
            for one in daily:
                await asyncio.to_thread(_refresh, one)
            waiting = False
        except Unavailable as error:
            if not waiting:
                log.warning("verdicts_wait", reason=str(error))
            waiting = True
        await wait_for(stop, EVERY_S)


def _refresh(daily: DailyVerdicts) -> None:
    daily.refresh(daily.due())
