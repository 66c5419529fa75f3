"""A sensor's factor from its readings during a grid survey: desk lux for each lux the lamps add at the sensor."""

from collections.abc import Sequence
from datetime import date
from math import sqrt
from statistics import fmean, stdev
from typing import Final, NamedTuple

from compliance.methods.grid import average_lx
from lamplighter.contract.errors import SettingsError
from lamplighter.site.model import Calibration, Survey

LEAST_READINGS: Final = 5
"""Good readings with the lamps on, and as many with them off."""

RESIDUAL_MOST: Final = 0.1
"""Daylight left on the desks, as a share of the electric light: more is no exclusion of daylight. Our setting."""


class Readings(NamedTuple):
    """A sensor's good readings while the survey was taken, lx: all lamps of the group on, then all off."""

    lamps_on_lx: Sequence[float]
    lamps_off_lx: Sequence[float]


class State(NamedTuple):
    """What a factor belongs to: one group of luminaires (None: all of the room) at one dimming level."""

    lamps: str | None = None
    dimming_pct: float = 100.0


ALL_LAMPS: Final = State()


def calibrated(device: str, survey: Survey, readings: Readings, *, on: date, state: State = ALL_LAMPS) -> Calibration:
    """The sensor's calibration of day `on`: factor, lamps-off zero, expanded uncertainty (k = 2) in percent.

    docs/compliance.md writes the uncertainty out. Raises SettingsError with everything that forbids it.
    """
    problems = _problems(device, survey, readings)
    if problems:
        raise SettingsError(problems)
    zero, lit = fmean(readings.lamps_off_lx), fmean(readings.lamps_on_lx)
    electric_lx = float(average_lx(survey))
    return Calibration(
        device=device,
        factor=electric_lx / (lit - zero),
        at=on,
        uncertainty_pct=200 * sqrt(sum(part**2 for part in uncertainty_parts(survey, readings).values())),
        zero_lx=zero,
        dimming_pct=state.dimming_pct,
        lamps=state.lamps,
        survey=survey.id,
    )


def uncertainty_parts(survey: Survey, readings: Readings) -> dict[str, float]:
    """Relative standard uncertainties of a factor by what they come from; the survey states its own and passed `calibrated`."""
    on, off = readings
    rise, electric_lx = fmean(on) - fmean(off), float(average_lx(survey))
    noise = sqrt(stdev(on) ** 2 / len(on) + stdev(off) ** 2 / len(off))
    return {
        "meter": (survey.uncertainty_pct or 0.0) / 200,
        "noise": noise / rise,
        # The meter walks from point to point while the lamps move with mains and warmth: a rectangle as wide as they moved.
        "drift": (max(on) - min(on)) / (2 * sqrt(3)) / rise,
        # Daylight behind curtains may change by all of itself between lamps on and lamps off.
        "residual": _residual_lx(survey) / sqrt(3) / electric_lx,
    }


def _residual_lx(survey: Survey) -> float:
    return fmean(point.lamps_off_lx or 0.0 for point in survey.points)


def _problems(device: str, survey: Survey, readings: Readings) -> list[str]:
    where, (on, off) = f"calibration of {device!r} by survey {survey.id!r}", readings
    stated = survey.unstated()
    if stated or not survey.points:
        return [f"{where}: the survey leaves out {', '.join(stated) or 'its points'}; complete it first"]
    least = min(len(on), len(off))
    electric_lx = float(average_lx(survey))
    checks = (
        (survey.uncertainty_pct is not None, "uncertainty_pct: the survey states none; take it from the meter's certificate"),
        (survey.curtains_drawn, "curtains_drawn: daylight must be shut out; survey again with curtains drawn or after dark"),
        (least >= LEAST_READINGS, f"{len(on)} readings with lamps on, {len(off)} off; {LEAST_READINGS} of each are needed"),
        (
            _residual_lx(survey) <= RESIDUAL_MOST * electric_lx,
            f"lamps_off_lx: {_residual_lx(survey):.1f} lx of daylight beside {electric_lx:.1f} lx of lamps; survey after dark",
        ),
        (
            not least or min(on) > max(off),
            "a reading with the lamps off exceeds one with them on; check the times and which lamps were switched",
        ),
    )
    return [f"{where}: {words}" for holds, words in checks if not holds]
