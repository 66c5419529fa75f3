"""The simulated room's survey: nine points by a meter with an error of its own, sensors read meanwhile."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from bench.light.rooms import Room
from bench.light.sky import Chance, Floats

COUNT: Final = 60


@dataclass(frozen=True)
class Surveyed:
    """Points' lux with lamps on and off, sensors' readings (COUNT, sensors) meanwhile, the meter's stated U in percent (k = 2)."""

    on_lx: Floats
    off_lx: Floats
    sensors_on_lx: Floats
    sensors_off_lx: Floats
    meter_pct: float


def surveyed(room: Room, chance: Chance) -> Surveyed:
    """Curtains drawn; what comes through them differs a little between lamps on and lamps off."""
    meter_pct = float(chance.uniform(3, 6))
    meter = 1 + chance.normal(0, meter_pct / 200)
    residual_lx = float(chance.exponential(2))
    pattern = chance.uniform(0.75, 1.25, 9)
    desks = room.full_lx * pattern / pattern.mean()
    mains = 1 + 0.005 * chance.normal(size=(COUNT, 1))
    return Surveyed(
        on_lx=np.round(meter * (desks * (1 + chance.normal(0, 0.005, 9)) + residual_lx), 1),
        off_lx=np.round(meter * np.full(9, residual_lx * chance.uniform(0.7, 1.0)), 1),
        sensors_on_lx=_read(room, chance, room.full_lx * mains, residual_lx),
        sensors_off_lx=_read(room, chance, 0 * mains, residual_lx * float(chance.uniform(0.7, 1.0))),
        meter_pct=meter_pct,
    )


def _read(room: Room, chance: Chance, lamp_lx: Floats, daylight_lx: float) -> Floats:
    seen = lamp_lx * room.lamp_share + daylight_lx * room.sky_share + room.zero_lx
    noisy: Floats = seen * (1 + room.noise * chance.normal(size=(COUNT, len(room.lamp_share))))
    return np.maximum(np.round(noisy / room.resolution_lx) * room.resolution_lx, 0)
