"""The school's past as the messages of a gateway's backlog; message `seq` is always the same message."""

from functools import lru_cache
from typing import Final, NamedTuple
from uuid import NAMESPACE_URL, uuid5

import numpy as np

from lamplighter.contract.records import ENCODER, Envelope, Reading, Readings
from lamplighter.contract.topics import Gateway
from simulator.days import Days
from simulator.facilities import FACILITIES, facility_values
from simulator.noise import Floats
from simulator.school import LAMPS, ROOMS, SENSORS

STEP_MS: Final = 120_000
"""A reading of each point every two minutes."""
STEPS_A_MESSAGE: Final = 6
DAY_MS: Final = 86_400_000
BOOT: Final = 1


class Column(NamedTuple):
    """One point of one device over a span of steps."""

    device: str
    point: str
    values: Floats


class Backlog(NamedTuple):
    """Which past: the `days` days that end at `until_ms` (UTC), of one gateway, under one seed.

    Of all devices, unless some are named.
    """

    gateway: Gateway
    until_ms: int
    days: int
    seed: int = 1
    devices: frozenset[str] = frozenset()

    @property
    def boot_id(self) -> str:
        """The id of the start that this past belongs to; the same past has the same id."""
        return str(uuid5(NAMESPACE_URL, f"lamplighter:simulated:{'/'.join(self.gateway)}:{self.until_ms}:{self.days}:{self.seed}"))

    @property
    def first_ms(self) -> int:
        """When the first reading was taken."""
        return self.until_ms - self.days * DAY_MS

    @property
    def messages(self) -> int:
        """How many messages it takes."""
        steps = self.days * DAY_MS // STEP_MS
        return -(-steps // STEPS_A_MESSAGE)

    def message(self, seq: int, *, low: int) -> bytes:
        """Message 1 <= seq <= messages as JSON; `low` is the lowest seq not yet confirmed."""
        body = Readings(readings=self._readings(seq))
        envelope = Envelope(boot=BOOT, boot_id=self.boot_id, seq=seq, low=low, high=self.messages, body=body)
        return ENCODER.encode(envelope)

    def _readings(self, seq: int) -> list[Reading]:
        steps_a_day = DAY_MS // STEP_MS
        start = (seq - 1) * STEPS_A_MESSAGE
        readings: list[Reading] = []
        for step in range(start, min(start + STEPS_A_MESSAGE, self.days * steps_a_day)):
            day, row = divmod(step, steps_a_day)
            at_ms = self.first_ms + step * STEP_MS
            readings += [
                Reading(device=column.device, point=column.point, at_ms=at_ms, value=float(column.values[row]))
                for column in _day(self.seed, self.first_ms + day * DAY_MS)
                if not self.devices or column.device in self.devices
            ]
        return readings


@lru_cache(maxsize=2)
def _day(seed: int, start_ms: int) -> tuple[Column, ...]:
    """All points over the day from `start_ms`, in steps; computed a day at a time because that is a hundred times cheaper."""
    at_ms = np.arange(start_ms, start_ms + DAY_MS, STEP_MS, dtype=np.int64)
    days = Days(seed)
    outside = days.sky(at_ms)
    lights = {room.id: days.room(room, at_ms, outside) for room in ROOMS}
    columns = [Column(s.id, "illuminance_lx", days.illuminance_lx(s, at_ms, lights[s.room.id])) for s in SENSORS]
    for lamp in LAMPS:
        light = lights[lamp.room.id]
        columns.append(Column(lamp.id, "lamp_failure", days.failed(lamp.id, at_ms).astype(np.float64)))
        columns.append(Column(lamp.id, "dimming_level_pct", light.dimming_pct))
        columns.append(Column(lamp.id, "active_power_w", days.power_w(lamp, at_ms, light)))
    for facility in FACILITIES:
        columns += [Column(facility.id, point, values) for point, values in facility_values(facility, at_ms, seed).items()]
    return tuple(columns)
