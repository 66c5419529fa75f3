"""The rhythm in which a bus is polled, whatever its kind."""

import asyncio
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from edge.drivers.bus import Bus
from edge.drivers.protocol import Link, PointPlan, Sample
from edge.drivers.silence import DeviceWatch
from edge.rules.protocol import Level
from lamplighter.contract.errors import Unavailable
from lamplighter.runtime.backoff import Backoff
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.logs import logger

FIRST_RETRY_S: Final = 0.5


class Due:
    """Which points of one device are due, counted in cycles of the bus: a late or missed read never shifts the next."""

    def __init__(self, plan: Sequence[PointPlan], poll_s: float) -> None:
        self._every = {row.point: max(1, round(row.every_s / poll_s)) for row in plan}
        self._next = dict.fromkeys(self._every, 0)

    def at(self, cycle: int) -> tuple[str, ...]:
        """Points to read in this cycle."""
        return tuple(point for point, due in self._next.items() if cycle >= due)

    def done(self, points: Sequence[str], cycle: int) -> None:
        """These were read."""
        for point in points:
            every = self._every[point]
            self._next[point] = cycle // every * every + every


def _end_if_cancelled() -> None:
    """Before Python 3.12 `asyncio.wait_for`, which Modbus requests go through, drops a cancellation that meets its answer."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


class Poller:
    """Polls one opened bus; `run` goes on until it is cancelled."""

    def __init__(
        self,
        bus: Bus,
        *,
        clock: Clock,
        on_samples: Callable[[Sequence[Sample]], None],
        on_level: Callable[[Level], None],
    ) -> None:
        self._bus = bus
        self._clock = clock
        self._on_samples = on_samples
        self._log = logger(bus=bus.id)
        plan: Mapping[str, tuple[PointPlan, ...]] = bus.plan()
        self._due = {device: Due(rows, bus.poll_s) for device, rows in plan.items()}
        self._watches = [DeviceWatch(device, bus=bus, clock=clock, on_level=on_level) for device in plan]
        self._backoff = Backoff(first_s=FIRST_RETRY_S, most_s=max(FIRST_RETRY_S, bus.retry_most_s))
        self._down_because = ""
        self._connect_at_s = 0.0

    async def run(self, link: Link) -> None:
        """Poll on a steady schedule; a cycle that ends late eats into the next, and cycles wholly missed are left out."""
        poll_s = self._bus.poll_s
        start_s = self._clock.monotonic()
        cycle = 0
        while True:
            await self._cycle(link, cycle, ends_s=start_s + (cycle + 1) * poll_s)
            _end_if_cancelled()
            cycle = max(cycle + 1, math.floor((self._clock.monotonic() - start_s) / poll_s))
            await self._clock.sleep(max(0.0, start_s + cycle * poll_s - self._clock.monotonic()))

    async def _cycle(self, link: Link, cycle: int, *, ends_s: float) -> None:
        if not link.connected and not await self._connect(link):
            return
        # Devices that answer come first and the longest waiting first among equals, so that a silent one delays nobody
        # but the silent; the cycle ends on time whoever is left.
        ready = [watch for watch in self._watches if watch.ready() and self._due[watch.device].at(cycle)]
        for watch in sorted(ready, key=lambda item: (item.failing, item.tried_s)):
            await self._read(link, watch, cycle)
            if not link.connected or self._clock.monotonic() >= ends_s:
                return

    async def _read(self, link: Link, watch: DeviceWatch, cycle: int) -> None:
        watch.tried_s = self._clock.monotonic()
        due = self._due[watch.device]
        points = due.at(cycle)
        try:
            samples = await link.read(watch.device, points)
        except Unavailable as error:
            watch.failed(str(error))
            return
        due.done(points, cycle)
        if samples:
            watch.answered()
            self._on_samples(samples)

    async def _connect(self, link: Link) -> bool:
        if self._clock.monotonic() >= self._connect_at_s:
            try:
                await link.connect()
            except Unavailable as error:
                self._lost(str(error))
            else:
                self._found()
                return True
        for watch in self._watches:
            if watch.ready():
                watch.failed(self._down_because)
        return False

    def _lost(self, reason: str) -> None:
        self._connect_at_s = self._clock.monotonic() + self._backoff.next_s()
        if not self._down_because:
            self._log.warning("bus_unavailable", reason=reason, devices=len(self._watches))
        self._down_because = reason

    def _found(self) -> None:
        if self._down_because:
            self._log.info("bus_available")
            for watch in self._watches:
                watch.retry_now()
        self._down_because = ""
        self._backoff.reset()
