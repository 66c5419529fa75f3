"""Classrooms for the benchmark: what their lamps give, where sensors hang, who switches what when."""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from bench.light.sky import Chance, Floats, outdoor_lx, wander

Flags = NDArray[np.bool_]
Control = Literal["switch", "daylight", "manual"]

DAY_S: Final = 86_400


@dataclass(frozen=True)
class Room:
    """A room drawn by chance. Sensor arrays are (sensors,): lx at the sensor for each desk lx of lamps, and of daylight."""

    seed: int
    full_lx: float
    lamp_share: Floats
    sky_share: Floats
    zero_lx: Floats
    noise: float
    resolution_lx: float
    step_s: int
    lamps: int
    control: Control
    daylight_factor: float
    droop: float
    droop_s: float
    evening: bool
    noon: bool


@dataclass(frozen=True)
class Day:
    """One day in steps of `room.step_s`: times in s from midnight, lamps' levels (n, lamps) in %, sensors (n, sensors) in lx.

    `full` marks steps with all lamps on and undimmed for half an hour; `lamp_lx` is their light on the desks.
    """

    at_s: Floats
    levels_pct: Floats
    sensors_lx: Floats
    lamp_lx: Floats
    full: Flags


def draw(chance: Chance, seed: int) -> Room:
    """A room: shares, noise and habits vary by what schools have, from tubes with a switch to daylight-controlled LEDs."""
    sensors = int(chance.integers(2, 5))
    return Room(
        seed=seed,
        full_lx=float(chance.uniform(180, 560)),
        lamp_share=chance.uniform(0.4, 1.2, sensors),
        sky_share=chance.uniform(0.3, 3.0, sensors),
        zero_lx=chance.uniform(0, 2, sensors),
        noise=float(chance.uniform(0.002, 0.015)),
        resolution_lx=float(chance.choice([0.1, 1.0])),
        step_s=int(chance.choice([10, 20, 60])),
        lamps=int(chance.integers(1, 4)),
        control=("switch", "daylight", "manual")[int(chance.choice(3, p=[0.6, 0.25, 0.15]))],
        daylight_factor=float(np.exp(chance.uniform(np.log(0.002), np.log(0.05)))),
        droop=float(chance.uniform(0.02, 0.12)),
        droop_s=float(chance.uniform(200, 600)),
        evening=bool(chance.random() < 0.35),
        noon=bool(chance.random() < 0.7),
    )


def live(room: Room, chance: Chance, day_of_year: int, output: float) -> Day:
    """A school day of the room with its lamps at `output` of their first light."""
    at_s = np.arange(0, DAY_S, room.step_s, dtype=float)
    daylight_lx = _daylight(room, chance, day_of_year, at_s)
    on = _switched(room, chance, at_s)
    levels = on * _level(room, chance, at_s, daylight_lx)[:, None]
    lamp_lx = room.full_lx * output * levels.mean(axis=1) / 100 * _warmth(room, on) * _mains(room, chance, len(at_s))
    people = 1 + 0.02 * np.repeat(chance.normal(size=len(at_s) // (2700 // room.step_s) + 1), 2700 // room.step_s)[: len(at_s)]
    seen = lamp_lx[:, None] * room.lamp_share + daylight_lx[:, None] * room.sky_share
    noisy = (seen * people[:, None] + room.zero_lx) * (1 + room.noise * chance.normal(size=seen.shape))
    sensors = np.maximum(np.round(noisy / room.resolution_lx) * room.resolution_lx, 0)
    steady = 1800 // room.step_s
    whole = np.all(levels >= 100, axis=1)
    full = np.convolve(whole, np.ones(steady), "full")[: len(at_s)] >= steady
    return Day(at_s, levels, sensors, lamp_lx, full)


def _daylight(room: Room, chance: Chance, day_of_year: int, at_s: Floats) -> Floats:
    """On the desks; curtains are drawn and opened between lessons, sometimes at the very moment the lamps go off."""
    outside = outdoor_lx(chance, day_of_year, at_s / 3600, room.step_s)
    moves = np.sort(chance.choice(np.arange(7 * 3600, 18 * 3600, 2700), size=3, replace=False))
    curtain = chance.choice([1.0, 1.0, 0.15], size=4)[np.searchsorted(moves, at_s)]
    lux: Floats = outside * room.daylight_factor * curtain
    return lux


def _switched(room: Room, chance: Chance, at_s: Floats) -> Flags:
    """(n, lamps): morning, afternoon and evening; for some lessons the lamps before the screen are off."""
    ends = [(7.6, 12.1), (13.3, 17.1)] if room.noon else [(7.6, 17.1)]
    ends += [(18.4, 20.9)] if room.evening else []
    on = np.zeros((len(at_s), room.lamps), dtype=bool)
    for start, end in ends:
        first, last = (3600 * hour + chance.uniform(-300, 300) for hour in (start, end))
        for lamp in range(room.lamps):
            late_s = chance.exponential(20) if room.lamps > 1 else 0.0  # one hand, several switches
            on[:, lamp] |= (at_s >= first) & (at_s < last + late_s)
    for lesson in chance.choice(np.arange(8, 17), size=2, replace=False):
        if room.lamps > 1 and chance.random() < 0.5:
            on[(at_s >= 3600 * lesson) & (at_s < 3600 * lesson + 2400), 0] = False
    return on


def _level(room: Room, chance: Chance, at_s: Floats, daylight_lx: Floats) -> Floats:
    if room.control == "daylight":
        return np.clip(np.round((1 - 0.7 * daylight_lx / room.full_lx) * 20) * 5, 30, 100)
    if room.control == "manual":
        hours = np.minimum((at_s // 3600).astype(int), 23)
        levels: Floats = chance.choice([100.0, 100.0, 70.0], size=24)[hours]
        return levels
    return np.full(len(at_s), 100.0)


def _warmth(room: Room, on: Flags) -> Floats:
    """Cold lamps give more, by `droop`, and lose it while they warm up."""
    lit: Flags = np.any(on, axis=1)
    since = np.zeros(len(lit))
    for number in range(1, len(lit)):
        since[number] = since[number - 1] + room.step_s if lit[number] else 0.0
    warmth: Floats = 1 + room.droop * np.exp(-since / room.droop_s)
    return warmth


def _mains(room: Room, chance: Chance, count: int) -> Floats:
    mains: Floats = 1 + 0.005 * wander(chance, count, room.step_s, 1800)
    return mains
