"""The sun over a school and the clouds before it: made for this benchmark, shares nothing with the product."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Chance = np.random.Generator


def sun_height(day_of_year: int, hour: Floats, latitude_deg: float) -> Floats:
    """Sine of the sun's height at local solar hours, (n,) float64, zero at night."""
    tilt = np.radians(-23.44) * np.cos(2 * np.pi * (day_of_year + 10) / 365)
    turn, place = np.radians(15 * (hour - 12)), np.radians(latitude_deg)
    sine = np.sin(place) * np.sin(tilt) + np.cos(place) * np.cos(tilt) * np.cos(turn)
    height: Floats = np.maximum(sine, 0.0)
    return height


def wander(chance: Chance, count: int, step_s: float, memory_s: float) -> Floats:
    """(count,) float64 with mean 0 and deviation 1 that forgets in about `memory_s`: an Ornstein-Uhlenbeck process."""
    keep = np.exp(-step_s / memory_s)
    shocks = chance.normal(size=count) * np.sqrt(1 - keep**2)
    found = np.empty(count)
    value = chance.normal()
    for number, shock in enumerate(shocks):
        value = keep * value + shock
        found[number] = value
    return found


def outdoor_lx(chance: Chance, day_of_year: int, hour: Floats, step_s: float) -> Floats:
    """Diffuse and direct light outside, (n,) lx; days are clear, broken or overcast."""
    height = sun_height(day_of_year, hour, latitude_deg=float(chance.uniform(25, 45)))
    overcast = chance.uniform(0, 1)
    slow, fast = wander(chance, len(hour), step_s, 5400), wander(chance, len(hour), step_s, float(chance.uniform(60, 400)))
    cloud = 1 / (1 + np.exp(-(4 * (overcast - 0.5) + 1.2 * slow + chance.uniform(0, 2.5) * fast)))
    lux: Floats = 115_000 * height**1.15 * (1 - 0.85 * cloud)
    return lux
