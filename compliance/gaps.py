"""Whether schools are alike: each school's score with its pupils, and above it the gaps between schools, stored day by day."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final

from compliance.equity import School, figures_of
from compliance.limits import exact
from compliance.rules import Standing
from compliance.summary import Score, percent
from compliance.worst import Place
from lamplighter.contract.measurements import EQUITY_DAY, Cell, RowTuple
from lamplighter.site.model import Site
from lamplighter.storage.timeseries.protocol import TimeSeries

URBAN: Final = frozenset({"urban", "town"})
"""Cities and towns together face the countryside, as the statistics' word for both has it."""


def school_gaps(site: Site, scores: Mapping[tuple[str, Standing], Score], at_ms: int) -> list[RowTuple]:
    """Rows of `EQUITY_DAY` of one school; none where its ledger does not say how many pupils it has."""
    if site.profile is None or not site.profile.enrolment:
        return []
    pupils, locality = site.profile.enrolment, site.profile.locality
    key = ("school", site.district, site.school)
    return [(*key, standing, at_ms, percent(score.score), pupils, locality, *[None] * 7) for (_, standing), score in scores.items()]


def merged_gaps(store: TimeSeries, where: Mapping[str, str], place: Place, at_ms: int) -> list[RowTuple]:
    """Rows of `EQUITY_DAY` of a place from the stored rows of all schools in it. May raise Unavailable.

    A school without a score is no zero: it is counted as lacking evidence, and the figures are of the others.
    """
    found: dict[str, list[School]] = {}
    for row in store.select(EQUITY_DAY, where={"level": "school", **where}, start_ms=at_ms, end_ms=at_ms + 1):
        found.setdefault(str(row["standing"]), []).append(_school(row))
    return [(*place, standing, at_ms, *_figures(schools)) for standing, schools in sorted(found.items())]


def _school(row: Mapping[str, Cell]) -> School:
    pupils = Fraction(int(row["enrolment"] or 0))
    share = row["share"]
    value = exact(share) * pupils if isinstance(share, int | float) else None
    return School(str(row["place"]), pupils, value, "urban" if row["locality"] in URBAN else "rural")


def _figures(schools: Sequence[School]) -> tuple[Cell, ...]:
    whole = figures_of(schools)
    urban, rural = (_mean([school for school in schools if school.locality == kind]) for kind in ("urban", "rural"))
    gap = urban - rural if urban is not None and rural is not None else None
    pupils = int(sum(school.pupils for school in schools))
    lacking = sum(school.value is None for school in schools)
    spread = (whole.mean, whole.variation, whole.gini) if whole is not None else (None, None, None)
    return (spread[0], pupils, "", len(schools) - lacking, lacking, urban, rural, gap, *spread[1:])


def _mean(schools: Sequence[School]) -> float | None:
    """Per pupil, of the schools that have a score."""
    found = figures_of(schools)
    return None if found is None else found.mean
