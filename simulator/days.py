"""Believable days: every value is a pure function of device, time and seed, so live and past agree."""

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.noise import Floats, Times, smooth, uniform
from simulator.school import STUCK_LX, STUCK_SENSOR, Lamp, Room, Sensor
from simulator.sky import Sky, sky

Flags = NDArray[np.bool_]

UTC_OFFSET_MS: Final = 8 * 3_600_000
"""China has had one zone and no summer time since 1991."""
MINUTE_MS: Final = 60_000
DAY_MS: Final = 86_400_000

LESSON_MINUTES: Final = ((7 * 60 + 40, 12 * 60 + 5), (13 * 60 + 20, 17 * 60 + 5))
"""When lamps are on in rooms with lessons, local minutes of a school day."""
EVENING_MINUTES: Final = (18 * 60 + 20, 20 * 60 + 40)
FULL_POWER_W: Final = 486.0
FAILED_POWER_W: Final = 3.0
FAILED_OUTPUT: Final = 0.08
"""What is left of the light: the corridor's and an emergency lamp's."""
EXIT_SIGN_LX: Final = 0.6


class RoomLight(NamedTuple):
    """A room at each moment, (n,) float64: dimming level (0 = off), light of the lamps and of the windows on the desks."""

    dimming_pct: Floats
    lamps_lx: Floats
    daylight_lx: Floats


class Days:
    """The school's days under one seed. `failed_from_ms` tells from when on a lamp is broken."""

    def __init__(self, seed: int = 1, failed_from_ms: Mapping[str, int] | None = None) -> None:
        self.seed = seed
        self._failed_from_ms = dict(failed_from_ms or {})

    def sky(self, at_ms: Times) -> Sky:
        """The light outside at these times."""
        return sky(at_ms, self.seed)

    def room(self, room: Room, at_ms: Times, outside: Sky) -> RoomLight:
        """The room's light at (n,) int64 ms since 1970 UTC; `outside` is the sky at the same times."""
        daylight_lx = self._daylight_lx(room, at_ms, outside)
        dimming_pct = np.where(lamps_on(room, at_ms, self.seed), self._dimming_pct(room, daylight_lx), 0.0)
        output = dimming_pct / 100 * np.where(self.failed(f"{room.id}-lamp", at_ms), FAILED_OUTPUT, 1.0)
        # Mains voltage and lamp temperature move the output by a percent or two.
        drift = 0.985 + 0.03 * smooth(f"{self.seed}:{room.id}:drift", at_ms, 1800)
        return RoomLight(dimming_pct, room.lamp_lx * output * drift, daylight_lx)

    def failed(self, lamp: str, at_ms: Times) -> Flags:
        """Whether the lamp is broken at these times."""
        flags: Flags = at_ms >= self._failed_from_ms.get(lamp, np.iinfo(np.int64).max)
        return flags

    def illuminance_lx(self, sensor: Sensor, at_ms: Times, light: RoomLight) -> Floats:
        """What the ceiling sensor reads, (n,) float64 lx; the stuck one reads the same for ever."""
        if sensor.id == STUCK_SENSOR:
            return np.full(at_ms.shape, STUCK_LX)
        desk_lx = light.lamps_lx * sensor.place.lamp_share + light.daylight_lx * sensor.place.window_share + EXIT_SIGN_LX
        jitter = 0.99 + 0.02 * uniform(f"{self.seed}:{sensor.id}:jitter", at_ms)
        reading_lx: Floats = np.round(desk_lx / sensor.place.desk_factor * jitter, 2)
        return reading_lx

    def power_w(self, lamp: Lamp, at_ms: Times, light: RoomLight) -> Floats:
        """What the room's luminaires draw, (n,) float64 W; nothing when off."""
        share = light.dimming_pct / 100
        working_w = FULL_POWER_W * (0.06 + 0.94 * share) * (0.995 + 0.01 * uniform(f"{self.seed}:{lamp.id}:power", at_ms))
        drawn_w = np.where(self.failed(lamp.id, at_ms), FAILED_POWER_W, working_w)
        reading_w: Floats = np.round(drawn_w * (share > 0), 1)
        return reading_w

    def _daylight_lx(self, room: Room, at_ms: Times, outside: Sky) -> Floats:
        towards_sun = np.cos(np.radians(outside.azimuth_deg - room.facing_deg))
        beam = np.clip(towards_sun, 0, 1) * (1 - outside.cloud) * (outside.elevation_deg > 0)
        # Curtains are drawn for the projector in about every third lesson; at weekends nobody moves them.
        day, weekday = local_day(at_ms)
        lesson = np.where(weekday < 5, (at_ms + UTC_OFFSET_MS) // (45 * MINUTE_MS), day)
        curtain = np.where(uniform(f"{self.seed}:{room.id}:curtain", lesson) < 0.3, 0.15, 1.0)
        desks_lx: Floats = outside.horizontal_lx * room.daylight_pct / 100 * (0.55 + 0.6 * beam) * curtain
        return desks_lx

    def _dimming_pct(self, room: Room, daylight_lx: Floats) -> Floats:
        if not room.dims:
            return np.full(daylight_lx.shape, 100.0)
        # Steps of 5 %, as control gear does: it follows the daylight down to 40 %.
        wanted = 100 - 60 * np.clip(daylight_lx / room.lamp_lx, 0, 1)
        stepped: Floats = np.round(wanted / 5) * 5
        return stepped


def local_day(at_ms: Times) -> tuple[Times, Times]:
    """Days since 1970 in the school's time, and the weekday (0 = Monday)."""
    day: Times = (at_ms + UTC_OFFSET_MS) // DAY_MS
    return day, (day + 3) % 7  # 1 January 1970 was a Thursday


def lamps_on(room: Room, at_ms: Times, seed: int) -> Flags:
    """Whether somebody has the lamps on: lessons on weekdays, evening study Monday to Thursday, the duty room always."""
    if room.use == "always":
        return np.ones(at_ms.shape, dtype=bool)
    day, weekday = local_day(at_ms)
    # Nobody flips the switch on the minute: each room and day is up to six minutes off.
    late_min = 6 * uniform(f"{seed}:{room.id}:late", day)
    minute = (at_ms + UTC_OFFSET_MS) % DAY_MS / MINUTE_MS - late_min
    on: Flags = np.zeros(at_ms.shape, dtype=bool)
    for start, end in LESSON_MINUTES:
        on |= (minute >= start) & (minute < end) & (weekday < 5)
    if room.use == "lessons_and_evening":
        on |= (minute >= EVENING_MINUTES[0]) & (minute < EVENING_MINUTES[1]) & (weekday < 4)
    return on
