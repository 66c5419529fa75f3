"""The product's estimate of a simulated room beside the truth."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from statistics import fmean
from typing import Final, NamedTuple

import numpy as np

from bench.light.decline import LIMIT_LX, Decline, declining
from bench.light.rooms import Control, Day, draw, live
from bench.light.sky import Chance
from bench.light.survey import Surveyed, surveyed
from compliance.light.ageing import Ageing, DayLight, ageing
from compliance.light.calibration import Readings, calibrated
from compliance.light.days import LOOK_FURTHER
from compliance.light.electric import Lacking, Seen, Step, electric_light, lacking, seen_at
from compliance.light.switching import LampSample, goings_off
from lamplighter.site.model import Calibration, Survey

START: Final = date(2026, 1, 1)
LAMP_W: Final = 60.0
SCHOOL_DAYS: Final = 5


class Estimated(NamedTuple):
    """A room's estimate and the truth in lx, and the stated uncertainty; None where the room gave too little evidence.

    `weeks` is how many were looked at, `moments` how often its lamps, of this `control`, went off together undimmed meanwhile;
    `why` is why there is no estimate.
    """

    estimate_lx: float | None
    true_lx: float
    uncertainty_lx: float | None
    weeks: int
    moments: int
    control: Control
    why: Lacking | None


class Forecast(NamedTuple):
    """Whether a forecast's interval held the true day; None where no interval was given. `bounded` where it has a last day."""

    held: bool | None
    bounded: bool


def estimate(seed: int) -> Estimated:
    """One room: surveyed, then watched for a school week up to ten months later, and for the weeks before where it tells little."""
    chance = np.random.default_rng([seed, 1])
    room = draw(chance, seed)
    factors = factors_of(surveyed(room, chance))
    months = float(chance.uniform(0, 10))
    output, first = float(chance.uniform(0.85, 1.0)) ** (months / 10), int(chance.integers(1, 360))
    days = {number: live(room, chance, first + number, output) for number in range(SCHOOL_DAYS)}
    seen = [row for number, day in days.items() for row in seen_of(day, number, factors)]
    weeks = LOOK_FURTHER // 7 if lacking(seen) else 1
    for number in [number - 7 * week for week in range(1, weeks) for number in range(SCHOOL_DAYS)]:
        days[number] = live(room, chance, first + number, output)
        seen += seen_of(days[number], number, factors)
    steps = [row for row in seen if isinstance(row, Step)]
    lit = [lx for day in days.values() for lx in day.lamp_lx[day.full]]
    true_lx = fmean(lit) if lit else room.full_lx * output
    found = electric_light(steps, max(row.uncertainty_pct or 0.0 for row in factors.values()))
    told = (None, None) if found is None else (found.lx, found.uncertainty_lx)
    return Estimated(told[0], true_lx, told[1], weeks, len(steps), room.control, lacking(seen))


def factors_of(found: Surveyed) -> dict[str, Calibration]:
    """Each sensor's calibration as the product makes it from the survey."""
    points = [
        {"x_m": 1 + 2 * (n % 3), "y_m": 1 + 2 * (n // 3), "lx": float(on), "lamps_off_lx": float(off)}
        for n, (on, off) in enumerate(zip(found.on_lx, found.off_lx, strict=True))
    ]
    survey = Survey.model_validate(
        {
            "id": "s1",
            "space": "r1",
            "at": datetime(2026, 1, 1, tzinfo=UTC),
            "plane_height_m": 0.75,
            "warm_up_min": 20,
            "curtains_drawn": True,
            "meter_class": "1",
            "meter_serial": "m1",
            "meter_calibrated_until": date(2027, 1, 1),
            "tester": "simulated",
            "uncertainty_pct": found.meter_pct,
            "points": points,
        }
    )
    columns = zip(found.sensors_on_lx.T.tolist(), found.sensors_off_lx.T.tolist(), strict=True)
    return {f"lux{n}": calibrated(f"lux{n}", survey, Readings(on, off), on=START) for n, (on, off) in enumerate(columns)}


def seen_of(day: Day, number: int, factors: dict[str, Calibration]) -> list[Seen]:
    """What the product sees of a day."""
    at_ms = [int(1000 * at) + number * 86_400_000 for at in day.at_s]
    lamps = {
        f"lamp{n}": [
            LampSample(at, pct, pct, LAMP_W * pct / 100, LAMP_W * pct / 100) for at, pct in zip(at_ms, levels, strict=True)
        ]
        for n, levels in enumerate(day.levels_pct.T.tolist())
    }
    sensors = {f"lux{n}": list(zip(at_ms, lux, strict=True)) for n, lux in enumerate(day.sensors_lx.T.tolist())}
    return [seen_at(off, sensors, {name: row.factor for name, row in factors.items()}) for off in goings_off(lamps)]


def forecast(seed: int, *, sensor_dirt: bool) -> Forecast:
    """One declining room."""
    chance: Chance = np.random.default_rng([seed, 2])
    room = declining(chance, sensor_dirt=sensor_dirt)
    rows = [DayLight(START + timedelta(days=day), float(lx)) for day, lx in zip(room.days, room.lx, strict=True)]
    found = ageing(rows, LIMIT_LX, calibration_pct=room.calibration_pct)
    if found is None or found.below_from is None:
        return Forecast(None, bounded=False)
    return Forecast(_held(found, room), bounded=found.below_to is not None)


def _held(found: Ageing, room: Decline) -> bool:
    if room.crosses is None or found.below_from is None:
        return found.below_to is None
    crosses = START + timedelta(days=room.crosses)
    return found.below_from <= crosses and (found.below_to is None or crosses <= found.below_to)


def share(flags: Sequence[bool]) -> float | None:
    """Share of true ones; None of none."""
    return fmean(flags) if flags else None
