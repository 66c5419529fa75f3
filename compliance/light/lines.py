"""Straight lines through noisy numbers: slopes, steps and how sure we are of them. Pure arithmetic, no library."""

from collections.abc import Sequence
from itertools import pairwise
from math import sqrt
from statistics import NormalDist, fmean
from typing import Final, NamedTuple

MOST_LIKENESS: Final = 0.9
"""Neighbouring residuals that are more alike than this say nothing of how alike."""


class Line(NamedTuple):
    """y = mean_y + slope (x - mean_x); `scatter` is the standard deviation about it, likeness of neighbours allowed for."""

    mean_x: float
    mean_y: float
    slope: float
    scatter: float
    spread_x: float
    n: int

    def at(self, x: float) -> float:
        """The line at x."""
        return self.mean_y + self.slope * (x - self.mean_x)

    @property
    def slope_error(self) -> float:
        """Standard error of the slope."""
        return self.scatter / sqrt(self.spread_x)


class Drop(NamedTuple):
    """How far the second part of a series lies below the first, and the standard error of that."""

    value: float
    error: float


def line_through(xs: Sequence[float], ys: Sequence[float]) -> Line:
    """Least squares through three or more points at two or more places, in order of x."""
    mean_x, mean_y = fmean(xs), fmean(ys)
    spread = sum((x - mean_x) ** 2 for x in xs)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True)) / spread
    residuals = [y - mean_y - slope * (x - mean_x) for x, y in zip(xs, ys, strict=True)]
    return Line(mean_x, mean_y, slope, _scatter([residuals], 2), spread, len(xs))


def drop_between(before: Sequence[tuple[float, float]], after: Sequence[tuple[float, float]]) -> Drop:
    """The step between two series (x, y), two or more points each, that share one trend: at one moment, not between means.

    Least squares with one slope and two levels; the error allows for neighbours that are alike.
    """
    parts = [before, after]
    means = [(fmean(x for x, _ in part), fmean(y for _, y in part)) for part in parts]
    spread = sum((x - mean_x) ** 2 for part, (mean_x, _) in zip(parts, means, strict=True) for x, _ in part)
    joint = sum((x - mx) * (y - my) for part, (mx, my) in zip(parts, means, strict=True) for x, y in part)
    slope = joint / spread if spread else 0.0
    residuals = [[y - my - slope * (x - mx) for x, y in part] for part, (mx, my) in zip(parts, means, strict=True)]
    (x1, y1), (x2, y2) = means
    share = 1 / len(before) + 1 / len(after) + ((x2 - x1) ** 2 / spread if spread else 0.0)
    return Drop(y1 - y2 + slope * (x2 - x1), _scatter(residuals, 3) * sqrt(share))


def _scatter(parts: Sequence[Sequence[float]], parameters: int) -> float:
    """Standard deviation of residuals, widened as if fewer of them were independent (lag-one correlation r: (1 + r)/(1 - r))."""
    squares = sum(residual**2 for part in parts for residual in part)
    free = sum(len(part) for part in parts) - parameters
    if free <= 0 or squares == 0:
        return 0.0
    alike = sum(one * other for part in parts for one, other in pairwise(part)) / squares
    r = min(max(alike, 0.0), MOST_LIKENESS)
    return sqrt(squares / free * (1 + r) / (1 - r))


def student_t(probability: float, free: int) -> float:
    """Quantile of Student's t distribution, `free` >= 3 degrees of freedom: Abramowitz and Stegun 26.7.5, good to a percent."""
    z = NormalDist().inv_cdf(probability)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / float(free) ** power for power, term in enumerate(terms, start=1))


def weighted_median(values: Sequence[tuple[float, float]]) -> float:
    """The value at half of the weight; (value, weight > 0) pairs in any order, one or more."""
    ordered = sorted(values)
    half = sum(weight for _, weight in ordered) / 2
    reached = 0.0
    for number, (value, weight) in enumerate(ordered):
        reached += weight
        if reached > half:
            return value
        if reached == half:
            return (value + ordered[number + 1][0]) / 2
    return ordered[-1][0]
