"""Light in a drawn classroom: lamps that age, sun and cloud, a meter on nine desks, a sensor on the ceiling."""

import math
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bench.city.truth import FIRST

Floats = NDArray[np.float64]
LATITUDE: Final = math.radians(39.9)
NOON_H: Final = 12.25
"""Local clock time of the sun's highest point, about that of Beijing in October."""
AGEING_A_DAY: Final = 0.0003
"""Share of the lamps' light lost a day."""


def shares_with(uniformity: float, chance: np.random.Generator) -> tuple[float, ...]:
    """Nine desks' shares of the mean, of which the lowest is `uniformity` and the mean 1."""
    others = (9 - uniformity) / 8
    spread = chance.uniform(-1, 1, 8)
    spread -= spread.mean()
    spread *= 0.8 * (1 - uniformity / others) / np.abs(spread).max()
    return (uniformity, *map(float, others * (1 + spread)))


def aged(day: date) -> float:
    """Share of the first day's electric light that is left."""
    return math.exp(-AGEING_A_DAY * (day - FIRST).days)


def sun_lx(day: date, hours: Floats, cloud: float) -> Floats:
    """Outdoor horizontal illuminance at local hours; `cloud` from 0 (clear) to 1, times what passing clouds let through."""
    declination = math.radians(-23.44) * math.cos(2 * math.pi * (day.timetuple().tm_yday + 10) / 365)
    angle = (hours - NOON_H) * math.pi / 12
    height = math.sin(LATITUDE) * math.sin(declination) + math.cos(LATITUDE) * math.cos(declination) * np.cos(angle)
    passing = 1 - 0.3 * cloud * (1 + np.sin(hours * 7.3 + cloud * 40)) / 2
    return np.maximum(height, 0.0) * 105_000 * (1 - 0.75 * cloud) * passing


def within(expanded: float, chance: np.random.Generator) -> float:
    """A relative error inside an expanded uncertainty (k = 2): normal, and cut off there."""
    while abs(error := chance.normal(0.0, expanded / 2)) > 0.95 * expanded:
        pass
    return float(error)


def metered(true_lx: Floats, expanded: float, residual_lx: float, chance: np.random.Generator) -> tuple[Floats, Floats]:
    """What a meter shows with the lamps on and off: one error of the meter for all points, a small one for each."""
    gain = 1 + within(expanded, chance)
    off = gain * residual_lx * chance.uniform(0.5, 1.5, len(true_lx))
    on = gain * true_lx * (1 + chance.normal(0.0, 0.001, len(true_lx))) + off
    return on, off


def sensed(electric_lx: Floats, daylight_lx: Floats, factor: float, chance: np.random.Generator) -> Floats:
    """A ceiling sensor: `factor` desk lux a lux of its own for the lamps; daylight reaches it otherwise than the desks."""
    return (electric_lx / factor + 0.7 * daylight_lx / factor) * (1 + chance.normal(0.0, 0.01, len(electric_lx)))
