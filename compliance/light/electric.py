"""A room's electric light on the desks, from what its sensors lost each time the lamps went off."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import sqrt
from statistics import fmean, median
from typing import Final, Literal, NamedTuple

from compliance.light.lines import Drop, drop_between, weighted_median
from compliance.light.switching import Missed, SwitchOff, Why

LEAST_SAMPLES: Final = 3
"""Good samples of a sensor on each side of the switching."""

LEAST_STEPS: Final = 3
"""One switching may be a curtain drawn at the same moment; so many make an estimate."""

BEST_ERROR: Final = 0.01
"""No step is trusted further than a percent: mains voltage alone moves lamps by so much."""

_TO_DEVIATION: Final = 1.4826
"""Median absolute deviation to standard deviation, of a normal distribution."""

_OF_MEDIAN: Final = 1.2533
"""Standard error of a median over that of a mean, of a normal distribution."""

Samples = Sequence[tuple[int, float]]
"""(ms since 1970 UTC, lx at the sensor), good ones only, in order."""


class Step(NamedTuple):
    """One switching, in lx: the desks' electric light by all calibrated sensors, its standard error, and by each sensor alone."""

    at_ms: int
    lx: float
    error_lx: float
    by_device: Mapping[str, float]


Seen = Step | Missed
"""What a going-off of the lamps told."""

Lacking = Why | Literal["uncalibrated", "never_off", "few"]
"""Why a room has no estimate: the commonest reason for which its lamps' going off told nothing, or that no sensor is calibrated,
that the lamps were not seen going off, or that they went off well too seldom."""


class Electric(NamedTuple):
    """Electric light on the desks, lx; `uncertainty_lx` is expanded (k = 2), None where a calibration states none."""

    lx: float
    uncertainty_lx: float | None
    steps: int


def seen_at(off: SwitchOff | Missed, sensors: Mapping[str, Samples], factors: Mapping[str, float]) -> Seen:
    """What the desks lost at one switching; missed unless every calibrated sensor saw it: without one, the mean is another mean.

    Daylight goes on through the moment with the trend it has on both sides, so it cancels; so does a sensor's zero.
    """
    if isinstance(off, Missed):
        return off
    drops = {name: _drop(off, sensors.get(name, ())) for name in sorted(factors)}
    known = {name: Drop(factors[name] * drop.value, factors[name] * drop.error) for name, drop in drops.items() if drop}
    if not known or len(known) < len(factors):
        return Missed(off.off_from_ms, "sensors")
    # One sky moves all sensors of a room alike: their errors add up, they do not average out.
    return Step(
        off.off_from_ms,
        fmean(drop.value for drop in known.values()),
        fmean(drop.error for drop in known.values()),
        {name: drop.value for name, drop in known.items()},
    )


def electric_light(steps: Iterable[Step], calibration_pct: float | None) -> Electric | None:
    """The median of the steps, the surer ones weighing more; None of fewer than `LEAST_STEPS`.

    `calibration_pct` is the expanded (k = 2) uncertainty of the factors: it does not shrink with the number of steps.
    """
    rows = list(steps)
    if len(rows) < LEAST_STEPS:
        return None
    lx = weighted_median([(row.lx, _weight(row)) for row in rows])
    if calibration_pct is None:
        return Electric(lx, None, len(rows))
    return Electric(lx, 2 * sqrt(_error_lx(rows, lx) ** 2 + (lx * calibration_pct / 200) ** 2), len(rows))


def lacking(seen: Iterable[Seen]) -> Lacking | None:
    """Why these make no estimate; None where they do."""
    rows = list(seen)
    missed = Counter(row.why for row in rows if isinstance(row, Missed))
    if len(rows) - missed.total() >= LEAST_STEPS:
        return None
    if missed:
        return missed.most_common(1)[0][0]
    return "few" if rows else "never_off"


def _drop(off: SwitchOff, samples: Samples) -> Drop | None:
    before = [(at / 1000, lx) for at, lx in samples if off.on_from_ms <= at <= off.on_until_ms]
    after = [(at / 1000, lx) for at, lx in samples if off.off_from_ms <= at < off.off_until_ms]
    return drop_between(before, after) if min(len(before), len(after)) >= LEAST_SAMPLES else None


def _weight(step: Step) -> float:
    return 1 / max(step.error_lx, BEST_ERROR * abs(step.lx), 1e-9) ** 2


def _error_lx(rows: Sequence[Step], lx: float) -> float:
    """Standard error: what the steps' scatter says, or what each says of itself, whichever is more."""
    scatter = _TO_DEVIATION * median(abs(row.lx - lx) for row in rows)
    stated = 1 / sqrt(sum(_weight(row) for row in rows))
    return _OF_MEDIAN * max(scatter / sqrt(len(rows)), stated)
