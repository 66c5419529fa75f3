"""Rooms whose light declines over months: lamps, dirt, seasons, holidays, noise; and the true day it crosses the limit."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from bench.light.sky import Chance, Floats, wander

LIMIT_LX: Final = 300.0
YEARS: Final = 12


@dataclass(frozen=True)
class Decline:
    """`days` with an estimate each, `lx` (n,); `crosses` is the first day on which the desks' true light is below the limit."""

    days: list[int]
    lx: Floats
    crosses: int | None
    calibration_pct: float


def declining(chance: Chance, *, sensor_dirt: bool) -> Decline:
    """A room of 100 to 365 days. With `sensor_dirt` the sensors lose up to 2 % a year themselves, which nobody can tell apart."""
    time = np.arange(365 * YEARS) / 365
    lamps = np.exp(-((chance.uniform(0.02, 0.25) * time) ** chance.uniform(0.9, 1.1)))
    dirt = 1 - chance.uniform(0, 0.08) * (1 - np.exp(-time / chance.uniform(0.5, 2)))
    true_lx = LIMIT_LX * chance.uniform(0.98, 1.25) * lamps * dirt
    below = np.flatnonzero(true_lx < LIMIT_LX)
    span = int(chance.integers(100, 366))
    calibration_pct = float(chance.uniform(3, 8))
    factor = 1 + chance.normal(0, calibration_pct / 200)
    season = 1 + chance.uniform(0, 0.004) * np.sin(2 * np.pi * (time + chance.random()))
    soiled = 1 - chance.uniform(0, 0.02) * time if sensor_dirt else np.ones(len(time))
    noise = chance.uniform(0.005, 0.02) * wander(chance, len(time), 1, float(chance.uniform(0.3, 3)))
    seen = true_lx * factor * season * soiled * (1 + noise)
    holiday = int(chance.integers(20, span - 30))
    away = int(chance.integers(0, 45))
    days = [day for day in range(span) if day % 7 < 5 and not holiday <= day < holiday + away and chance.random() > 0.05]
    return Decline(days, seen[days], int(below[0]) if len(below) else None, calibration_pct)
