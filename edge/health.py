"""How the gateway does: processor, memory, disk, temperature, cameras, outbox, and its clock against the centre's."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import psutil

from edge.outbox import Outbox
from lamplighter.contract.records import CameraHealth, Health
from lamplighter.runtime.clock import Clock

_FORGET_S: Final = 120.0


class ClockOffset:
    """Our clock minus the centre's, from pairs of our send and receive times around a time of the centre's.

    The centre's time lies between them, so the offset lies within [sent - at, received - at]; the narrowest recent pair counts.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._best: tuple[float, float, float] | None = None  # width, offset, when

    def heard(self, sent_ms: int, at_ms: int, received_ms: int) -> None:
        """Take a pair, in ms."""
        now_s = self._clock.monotonic()
        width = float(received_ms - sent_ms)
        if width < 0:
            return  # our clock was set meanwhile
        if self._best is None or width <= self._best[0] or now_s - self._best[2] > _FORGET_S:
            self._best = (width, (sent_ms + received_ms) / 2 - at_ms, now_s)

    @property
    def offset_ms(self) -> float | None:
        """Our clock minus the centre's, good to half the round trip; None before the first answer."""
        return None if self._best is None else round(self._best[1], 1)


def read_health(
    *,
    clock: Clock,
    data_dir: Path,
    started_s: float,
    outbox: Outbox,
    cameras: Iterable[CameraHealth],
    offset: ClockOffset,
    silent: list[str],
) -> Health:
    """The gateway's state now."""
    status = outbox.status()
    return Health(
        at_ms=clock.now_ms(),
        boot=outbox.boot,
        uptime_s=round(clock.monotonic() - started_s, 1),
        cpu_pct=psutil.cpu_percent(),
        memory_pct=psutil.virtual_memory().percent,
        disk_free_mb=round(psutil.disk_usage(str(data_dir)).free / 1_000_000, 1),
        temperature_c=_temperature_c(),
        clock_offset_ms=offset.offset_ms,
        outbox_rows={lane: state.rows for lane, state in status.items()},
        outbox_shed=sum(state.shed for state in status.values()),
        outbox_dead=sum(state.dead for state in status.values()),
        repeats_replaced=outbox.counts().get("repeats_replaced", 0),
        boot_id=outbox.boot_id,
        starts=outbox.starts(),
        devices_silent=silent,
        cameras=list(cameras),
    )


def _temperature_c() -> float | None:
    """The hottest sensor; None where the machine shows none."""
    read = getattr(psutil, "sensors_temperatures", None)
    groups = read() if read is not None else {}
    found = [entry.current for entries in groups.values() for entry in entries if entry.current]
    return max(found, default=None)
