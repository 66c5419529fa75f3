"""Weighted coefficient of variation, Gini coefficient, deciles and gaps of per-pupil values over schools."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import ceil, fsum, sqrt
from typing import Final, NamedTuple

from compliance.equity.rows import Group, School
from compliance.limits import exact

DECILES_FROM: Final = 20
"""Fewer schools have no meaningful best and worst tenth."""


class Figures(NamedTuple):
    """Of one group; None where a figure has no meaning.

    `mean` is per pupil of all pupils. The unweighted figures count every school once. `decile_ratio` is the best tenth of the
    schools over the worst, `urban_rural_ratio` urban over rural pupils' mean, `pair_gap` the mean difference in a pair over `mean`.
    Weak schools lie below `mean`: their share of the pupils, and of a programme's funds, from 0 to 1.
    """

    schools: int
    mean: float
    variation: float | None
    variation_unweighted: float | None
    gini: float | None
    gini_unweighted: float | None
    decile_ratio: float | None
    urban_rural_ratio: float | None
    pair_gap: float | None
    weak_pupils_share: float | None
    weak_funds_share: float | None

    def rounded(self) -> dict[str, float | int | None]:
        """To three decimals, as it is shown."""
        return {name: round(cell, 3) if isinstance(cell, float) else cell for name, cell in self._asdict().items()}


class Bounds(NamedTuple):
    """The figures with every school that lacks evidence passing, and with every one failing; `passing_value` is per pupil."""

    passing_value: float
    all_passing: Figures
    all_failing: Figures


def figures_of(schools: Sequence[School]) -> Figures | None:
    """Figures over the schools that were measured; None where there is none."""
    known = [(school, float(school.value / school.pupils)) for school in schools if school.value is not None]
    if not known:
        return None
    pupils = [float(school.pupils) for school, _ in known]
    values = [value for _, value in known]
    ones = [1.0] * len(values)
    return Figures(
        schools=len(values),
        mean=_mean(values, pupils),
        variation=_variation(values, pupils),
        variation_unweighted=_variation(values, ones),
        gini=_gini(values, pupils),
        gini_unweighted=_gini(values, ones),
        decile_ratio=_decile_ratio(known),
        urban_rural_ratio=_ratio(_per_pupil(known, "urban"), _per_pupil(known, "rural")),
        pair_gap=_pair_gap(known, _mean(values, pupils)),
        weak_pupils_share=_weak_share(known, _mean(values, pupils), [float(school.pupils) for school, _ in known]),
        weak_funds_share=_weak_share(known, _mean(values, pupils), [float(school.funds or 0) for school, _ in known]),
    )


def bounds_of(group: Group, passing_value: float | None = None) -> Bounds | None:
    """The group's figures with the unmeasured schools all at `passing_value` (the best school's without it), and all at zero.

    None where every school was measured, or none was.
    """
    rates = [school.value / school.pupils for school in group.schools if school.value is not None]
    if not group.lacking or not rates:
        return None
    best = max(rates) if passing_value is None else exact(passing_value)
    high, low = (figures_of([_filled(school, rate) for school in group.schools]) for rate in (best, Fraction()))
    return Bounds(float(best), high, low) if high and low else None


def _filled(school: School, rate: Fraction) -> School:
    return school if school.value is not None else school._replace(value=rate * school.pupils)


def _mean(values: Sequence[float], weights: Sequence[float]) -> float:
    return fsum(value * weight for value, weight in zip(values, weights, strict=True)) / fsum(weights)


def _variation(values: Sequence[float], weights: Sequence[float]) -> float | None:
    """Standard deviation over mean, both with the weights; a single school varies from nobody."""
    mean = _mean(values, weights)
    if not mean or len(values) < 2:
        return None
    return sqrt(_mean([(value - mean) ** 2 for value in values], weights)) / mean


def _gini(values: Sequence[float], weights: Sequence[float]) -> float | None:
    """Half the mean difference of two schools drawn by weight, over the mean; from sorted sums, so that 10,000 schools are fast."""
    mean, whole = _mean(values, weights), fsum(weights)
    if not mean or len(values) < 2:
        return None
    below = summed = difference = 0.0
    for value, weight in sorted(zip(values, weights, strict=True)):
        difference += weight * (value * below - summed)
        below += weight
        summed += weight * value
    return difference / (whole * whole * mean)


def _decile_ratio(known: Sequence[tuple[School, float]]) -> float | None:
    if len(known) < DECILES_FROM:
        return None
    ordered, tenth = sorted(known, key=lambda row: (row[1], row[0].name)), ceil(len(known) / 10)
    return _ratio(_pooled(ordered[-tenth:]), _pooled(ordered[:tenth]))


def _per_pupil(known: Sequence[tuple[School, float]], locality: str) -> float | None:
    return _pooled([row for row in known if row[0].locality == locality])


def _pooled(known: Sequence[tuple[School, float]]) -> float | None:
    return _mean([value for _, value in known], [float(school.pupils) for school, _ in known]) if known else None


def _ratio(one: float | None, other: float | None) -> float | None:
    return one / other if one is not None and other else None


def _weak_share(known: Sequence[tuple[School, float]], mean: float, parts: Sequence[float]) -> float | None:
    """What of the parts falls to schools below the mean; None without funds."""
    whole = fsum(parts)
    if not whole or all(school.funds is None for school, _ in known):
        return None
    return fsum(part for (_, value), part in zip(known, parts, strict=True) if value < mean) / whole


def _pair_gap(known: Sequence[tuple[School, float]], mean: float) -> float | None:
    rates: Mapping[str, float] = {school.name: value for school, value in known}
    pairs = {frozenset((school.name, school.pair)) for school, _ in known if school.pair in rates and school.pair != school.name}
    if not pairs or not mean:
        return None
    gaps = [abs(rates[one] - rates[other]) for one, other in map(sorted, pairs)]
    return fsum(gaps) / len(gaps) / mean
