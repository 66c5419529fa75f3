"""What the simulated school has beside light: a kitchen, air sensors, safety points, power and a network, and their values."""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

import numpy as np

from simulator.days import DAY_MS, LESSON_MINUTES, MINUTE_MS, UTC_OFFSET_MS, local_day
from simulator.noise import Floats, Times, smooth, uniform
from simulator.registers import Kind

KITCHEN: Final = "kitchen"
KITCHEN_ZH: Final = "食堂后厨"
KITCHEN_EN: Final = "Canteen kitchen"
LINK: Final = "campus-link"
LINK_SPACE: Final = "b102"
LINK_ZH: Final = "校园网"
LINK_EN: Final = "campus network"
OUT_OF_CALIBRATION: Final = "a202-air"
CALIBRATED_UNTIL: Final = "2025-12-31"

_KITCHEN_MINUTES: Final = (6 * 60, 18 * 60)
_CYCLE_MS: Final = 35 * MINUTE_MS
_OUTSIDE_PPM: Final = 430.0
_LESSON_PPM: Final = 850.0


class Facility(NamedTuple):
    """A device that is neither lamp nor light sensor; `unit` is its Modbus unit id."""

    id: str
    kind: Kind
    space: str
    unit: int
    zh: str
    en: str


FACILITIES: Final = (
    Facility("kitchen-fridge", "refrigerator", KITCHEN, 121, "冷藏柜", "refrigerator"),
    Facility("kitchen-freezer", "freezer", KITCHEN, 122, "冷冻柜", "freezer"),
    Facility("kitchen-smoke", "smoke_detector", KITCHEN, 123, "烟感", "smoke detector"),
    Facility("kitchen-gas", "gas_detector", KITCHEN, 124, "燃气探测器", "gas detector"),
    Facility("kitchen-door", "door_contact", KITCHEN, 125, "后厨门", "kitchen door"),
    Facility("a101-air", "air_sensor", "a101", 126, "空气传感器", "air sensor"),
    Facility("a202-air", "air_sensor", "a202", 127, "空气传感器", "air sensor"),
    Facility("b102-ups", "power_supply", "b102", 128, "不间断电源", "power supply"),
    Facility("b102-panic", "panic_button", "b102", 129, "一键报警按钮", "panic button"),
)


def facility_values(facility: Facility, at_ms: Times, seed: int) -> Mapping[str, Floats]:
    """Point -> its values at (n,) int64 ms since 1970 UTC, (n,) float64; everything is well."""
    return {point: make(f"{seed}:{facility.id}:{point}", at_ms) for point, make in _VALUES[facility.kind].items()}


def _resting(value: float) -> Callable[[str, Times], Floats]:
    return lambda _key, at_ms: np.full(at_ms.shape, value)


def _wandering(low: float, high: float, *, period_s: float) -> Callable[[str, Times], Floats]:
    return lambda key, at_ms: np.round(low + (high - low) * smooth(key, at_ms, period_s), 1)


def _cooled(middle_c: float, swing_c: float) -> Callable[[str, Times], Floats]:
    """A compressor's cycle."""

    def value(key: str, at_ms: Times) -> Floats:
        phase = 2 * np.pi * (at_ms % _CYCLE_MS) / _CYCLE_MS
        reading_c: Floats = np.round(middle_c + swing_c * np.sin(phase) + 0.3 * smooth(key, at_ms, 600), 1)
        return reading_c

    return value


def _minute_of_day(at_ms: Times) -> Floats:
    minutes: Floats = (at_ms + UTC_OFFSET_MS) % DAY_MS / MINUTE_MS
    return minutes


def _co2_ppm(key: str, at_ms: Times) -> Floats:
    """Rises while a class breathes in a closed room, falls when it has gone."""
    minute, (_day, weekday) = _minute_of_day(at_ms), local_day(at_ms)
    above = np.zeros(at_ms.shape)
    for start, end in LESSON_MINUTES:
        rising = 1 - np.exp(-np.clip(minute - start, 0, end - start) / 70)
        above = np.maximum(above, rising * np.exp(-np.clip(minute - end, 0, None) / 45))
    reading_ppm: Floats = np.round(_OUTSIDE_PPM + _LESSON_PPM * above * (weekday < 5) + 30 * smooth(key, at_ms, 300))
    return reading_ppm


def _door_open(key: str, at_ms: Times) -> Floats:
    """Open now and then for less than a minute, while the kitchen works."""
    minute = _minute_of_day(at_ms)
    works = (minute >= _KITCHEN_MINUTES[0]) & (minute < _KITCHEN_MINUTES[1])
    passing = (uniform(key, at_ms // MINUTE_MS) < 0.15) & (at_ms % MINUTE_MS < 20_000)
    return (works & passing).astype(np.float64)


_VALUES: Final[dict[Kind, dict[str, Callable[[str, Times], Floats]]]] = {
    "refrigerator": {"temperature_c": _cooled(4.0, 1.2)},
    "freezer": {"temperature_c": _cooled(-19.0, 1.0)},
    "smoke_detector": {"smoke": _resting(0)},
    "gas_detector": {"gas": _resting(0), "carbon_monoxide_ppm": _wandering(0, 3, period_s=1800)},
    "door_contact": {"door_open": _door_open},
    "air_sensor": {
        "co2_ppm": _co2_ppm,
        "pm25_ug_m3": _wandering(8, 45, period_s=6 * 3600),
        "temperature_c": _wandering(19, 24, period_s=4 * 3600),
        "relative_humidity_pct": _wandering(32, 55, period_s=5 * 3600),
    },
    "power_supply": {"mains_power": _resting(1), "battery_level_pct": _wandering(97, 100, period_s=8 * 3600)},
    "panic_button": {"panic_button": _resting(0)},
}
