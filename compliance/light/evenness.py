"""Whether light still lies on a room as it did at the survey: sensors that disagree where they agreed."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from math import sqrt
from statistics import median
from typing import Final, NamedTuple

from compliance.light.electric import BEST_ERROR, LEAST_STEPS, Step

LEAST_SENSORS: Final = 2
_TO_ERROR: Final = 1.4826 * 1.2533
"""Median absolute deviation, times this over the root of n, is the standard error of a median."""


class Surveyed(NamedTuple):
    """How evenly a room's newest desk survey found it lit, and the strictest limit in force for it.

    `counts` is whether the survey is what that limit's rule asks of one.
    """

    on: date
    uniformity: float
    limit: float
    counts: bool


class Pattern(NamedTuple):
    """The sensor whose part of the room lost most against the others since its calibration, and what is left of its share.

    `share` is 1 while the pattern is the survey's; `uncertainty` is expanded (k = 2).
    """

    device: str
    share: float
    uncertainty: float

    @property
    def changed(self) -> bool:
        """Whether the loss is beyond its uncertainty."""
        return 1 - self.share > self.uncertainty


def pattern_of(steps: Iterable[Step], calibration_pct: float) -> Pattern | None:
    """The room's pattern from its steps; None of too few steps or a single sensor.

    Each calibrated sensor alone estimates the same average, so their estimates agree while the pattern is the survey's.
    `calibration_pct` is the greatest expanded (k = 2) uncertainty among the factors.
    """
    shares: dict[str, list[float]] = defaultdict(list)
    for step in steps:
        for device, lx in step.by_device.items():
            if step.lx > 0:
                shares[device].append(lx / step.lx)
    if len(shares) < LEAST_SENSORS or min(len(rows) for rows in shares.values()) < LEAST_STEPS:
        return None
    device, rows = min(shares.items(), key=lambda item: (median(item[1]), item[0]))
    share = median(rows)
    scatter = median(abs(row - share) for row in rows)
    error = max(_TO_ERROR * scatter, BEST_ERROR) / sqrt(len(rows))
    return Pattern(device, share, 2 * sqrt(error**2 + (calibration_pct / 200 * share) ** 2))


def likely_uneven(pattern: Pattern, surveyed: Surveyed) -> bool:
    """Whether the surveyed uniformity, lowered as the pattern was, falls short of the limit beyond the uncertainty.

    Indicative: a sensor sees its own part of the room, not the darkest desk.
    """
    return pattern.changed and surveyed.uniformity * (pattern.share + pattern.uncertainty) < surveyed.limit
