"""A school being drawn: its papers, what is true of it, and the ways to add to both."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import numpy as np

from bench.city import air, light, truth
from bench.city.folder import Papers, moments
from bench.city.light import Floats
from bench.city.truth import Fact, Item

LESSON_HOURS: Final = ((8.0, 12.0), (14.0, 17.0))
SURVEYED_ON: Final = date(2026, 9, 20)
CALIBRATED_ON: Final = date(2026, 9, 12)
LIT_H: Final = np.concatenate([np.arange(first - 1 / 6, last + 1 / 6 - 1e-9, 200 / 3600) for first, last in LESSON_HOURS])
"""Local hours at which light is read while the lamps are on: three times in ten minutes."""
_LESSON_MIN: Final = np.concatenate([np.arange(0, (last - first) * 60 - 1e-9, 5.0) for first, last in LESSON_HOURS])
_LESSON_H: Final = np.concatenate([np.arange(first, last - 1e-9, 1 / 12) for first, last in LESSON_HOURS])
_FILM_H: Final = (10.0, 11.0)
_DIMMED_H: Final = (15.0, 16.5)
SMALLEST, GREATEST = 0.02, 0.5
"""Planted margins, as shares of the limit."""


@dataclass(frozen=True)
class Sensor:
    """A ceiling sensor and the lamps it hangs among.

    `electric` gives the desks' mean in lux from the lamps on a day; `uncertainty` is that of its calibration, whose factor is off
    by some of it; `daylight` the share of outdoor light that reaches the desks.
    """

    electric: Callable[[date], float]
    uncertainty: float = 0.08
    unwired: frozenset[date] = frozenset()
    daylight: float = 0.0
    dimmed: bool = False
    projector: bool = False
    since: date = truth.FIRST
    until: date = date.max
    calibrated: date = CALIBRATED_ON
    factor: float = 1.8
    name: str = "lux"


Values = tuple[Floats, Floats]
"""Local hours of a day, and the value at each."""


class Drawing:
    """`papers` is what the school hands in and `items` what is true of it."""

    def __init__(self, number: int, seed: int) -> None:
        self.chance = np.random.default_rng([seed, number])
        self.name = f"school-{number:02d}"
        periods = [{"start": f"{int(first):02d}:00", "end": f"{int(last):02d}:00"} for first, last in LESSON_HOURS]
        self.site: dict[str, Any] = {
            "district": f"district-{number % 5}",
            "school": self.name,
            "label": {"zh": f"第{number}小学", "en": f"Primary School {number}"},
            "profile": {"stages": ["primary"], "enrolment": 600, "people": 650},
            "calendar": {
                "terms": [{"first": date(2026, 9, 1), "last": date(2027, 1, 22)}],
                "timetables": [{"weekdays": [0, 1, 2, 3, 4], "periods": periods}],
                "make_up": [{"day": truth.MAKE_UP, "as_weekday": 2}],
            },
        } | {name: [] for name in ("spaces", "devices", "cameras", "calibrations", "works")}
        self.papers = Papers(self.name, self.site)
        self.items: list[Item] = []
        self._clouds = dict(zip(truth.all_days(), self.chance.beta(0.8, 0.8, len(truth.all_days())), strict=True))

    def shuffle(self) -> random.Random:
        """Chance for the order of lines."""
        return random.Random(int(self.chance.integers(2**31)))  # noqa: S311 a drawn city, no secret

    def margin(self, *, good: bool | None = None) -> float:
        """A margin from 2 % to 50 % to either side, small ones as often as great ones."""
        size = float(np.exp(self.chance.uniform(np.log(SMALLEST), np.log(GREATEST))))
        return size if (bool(self.chance.integers(2)) if good is None else good) else -size

    def say(self, days: Sequence[date], fact: Fact) -> None:
        """The fact holds on each of the days."""
        self.items += truth.on_days(self.name, days, fact)

    def read(self, device: str, point: str, day: date, values: Values) -> None:
        """Readings of a day."""
        hours, numbers = values
        self.papers.read(device, point, dict(zip(moments(day, list(hours)), map(float, numbers), strict=True)))

    def lamp(self, device: str, dimming_pct: Mapping[datetime, float], power_w: Mapping[datetime, float]) -> None:
        """Readings of a luminaire."""
        self.papers.read(device, "dimming_level_pct", dimming_pct)
        self.papers.read(device, "active_power_w", power_w)

    def sense(self, room: str, sensor: Sensor) -> None:
        """A calibrated ceiling sensor and the lamps, read on every day with lessons."""
        device, lamp = f"{room}-{sensor.name}", f"{room}-lamp"
        self._install(room, device, "light_sensor")
        self._install(room, lamp, "luminaire")
        stated = sensor.factor * (1 + light.within(sensor.uncertainty, self.chance))
        row = {"device": device, "factor": stated, "at": sensor.calibrated, "uncertainty_pct": 100 * sensor.uncertainty}
        self.site["calibrations"].append(row)
        for day in truth.school_days():
            if sensor.since <= day < sensor.until:
                self._sense_day(device, lamp, day, sensor)

    def _install(self, room: str, device: str, kind: str) -> None:
        row = {"id": device, "gateway": "g1", "space": room, "kind": kind}
        if row not in self.site["devices"]:
            self.site["devices"].append(row)

    def _sense_day(self, device: str, lamp: str, day: date, sensor: Sensor) -> None:
        level = self._levels_pct(day, sensor)
        daylight = sensor.daylight * light.sun_lx(day, LIT_H, self._clouds[day])
        electric = sensor.electric(day) * level / 100
        self.read(device, "illuminance_lx", day, (LIT_H, light.sensed(electric, daylight, sensor.factor, self.chance)))
        at = moments(day, list(LIT_H))
        power = np.where(level > 0, 40 + 2.6 * level, 0.4)
        self.lamp(lamp, dict(zip(at, map(float, level), strict=True)), dict(zip(at, map(float, power), strict=True)))

    def _levels_pct(self, day: date, sensor: Sensor) -> Floats:
        """The lamps' dimming level at each reading: 100, but for films, and where the sun dims them or a fitter unwired them."""
        level = np.full(len(LIT_H), 0.0 if day in sensor.unwired else 100.0)
        if sensor.projector:
            level[(_FILM_H[0] <= LIT_H) & (_FILM_H[1] > LIT_H)] = 0.0
            level[(_DIMMED_H[0] <= LIT_H) & (_DIMMED_H[1] > LIT_H)] = 30.0
        if sensor.dimmed:
            sunny = sensor.daylight * light.sun_lx(day, LIT_H, self._clouds[day])
            level = np.where(sunny > 150, 60.0, level)
        return level

    def co2(self, room: str, day: date, mean_ppm: float, *, hole: bool = False) -> None:
        """A day of lessons whose carbon dioxide is `mean_ppm` on average; with a `hole`, an hour of it is missing."""
        plateau = air.plateau_ppm(mean_ppm, _LESSON_MIN)
        values = air.co2_ppm(plateau, _LESSON_MIN) * (1 + self.chance.normal(0, 0.01, len(_LESSON_MIN)))
        kept = (_LESSON_H < 10) | (_LESSON_H >= 11) if hole else np.full(len(_LESSON_H), fill_value=True)
        self.read(f"{room}-air", "co2_ppm", day, (_LESSON_H[kept], values[kept]))

    def survey(
        self, room: str, desk_lx: float, even: float, *, cause: str, on: date = SURVEYED_ON, days: Sequence[date] | None = None
    ) -> None:
        """A grid survey of the desks, which speaks for the room on `days` (all of them without)."""
        expanded = float(self.chance.uniform(0.04, 0.08))
        true_lx = desk_lx * np.array(light.shares_with(even, self.chance))
        lx, off = light.metered(true_lx, expanded, 6.0, self.chance)
        points = list(zip(lx, off, strict=True))
        self.papers.survey(f"{room}-{on:%m%d}", room, on=on, surface="desk", points=points, pct=100 * expanded)
        seen = truth.all_days() if days is None else days
        self.say(
            seen, truth.judged(truth.DESK_LX, room, desk_lx, uncertainty=expanded * desk_lx / truth.DESK_LX.limit, cause=cause)
        )
        for one in (truth.DESK_EVEN, truth.DESK_EVEN_LAX):
            self.say(seen, truth.judged(one, room, even, cause=f"evenness, {cause}"))

    def board(self, room: str, board_lx: float, even: float) -> None:
        """A grid survey of the board."""
        expanded = float(self.chance.uniform(0.04, 0.08))
        true_lx = board_lx * np.array(light.shares_with(even, self.chance))
        lx, off = light.metered(true_lx, expanded, 3.0, self.chance)
        points = list(zip(lx, off, strict=True))
        self.papers.survey(f"{room}-board", room, on=SURVEYED_ON, surface="board", points=points, pct=100 * expanded)
        share = expanded * board_lx / truth.BOARD_LX.limit
        self.say(truth.all_days(), truth.judged(truth.BOARD_LX, room, board_lx, uncertainty=share, cause="board survey"))
        self.say(truth.all_days(), truth.judged(truth.BOARD_EVEN, room, even, cause="evenness of the board"))
