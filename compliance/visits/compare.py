"""An inspector's readings beside what survey and sensors say of the same room: both, the difference, and whether it is real."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from math import hypot
from statistics import fmean
from typing import Final, Literal, NamedTuple

from pydantic import Field

from compliance.evidence import ElectricDay
from compliance.methods.grid import average_lx
from compliance.visits.model import Reading
from lamplighter.runtime.settings import Settings
from lamplighter.site.facts import Name
from lamplighter.site.model import Survey, SurveyPoint

SAME_PLACE_M: Final = 0.3
"""A reading so near a surveyed point is of the same place. Our setting: light hardly changes over a hand's breadth."""

LEAST_POINTS: Final = 9
"""Fewer desks are no average of a room, as for surveys."""

Basis = Literal["same_points", "average", "few_points"]


class Compared(Settings):
    """A room's electric light by the inspector's meter and by one other source; uncertainties are expanded (k = 2).

    `exceeds` says whether the difference is greater than both uncertainties together; None where nobody can tell.
    """

    space: Name
    source: Literal["survey", "monitor"]
    name: str = Field(description="the survey's id; of the monitor the day of its estimate")
    on: date
    basis: Basis
    points: int = Field(ge=1)
    visit_lx: float
    visit_uncertainty_lx: float | None = None
    known_lx: float
    known_uncertainty_lx: float | None = None
    difference_lx: float
    exceeds: bool | None = None


class Known(NamedTuple):
    """What is known of a room besides the visit: its newest desk survey that states everything, and its electric light."""

    survey: Survey | None
    survey_on: date | None
    electric: ElectricDay | None


def compare(space: str, readings: Iterable[Reading], known: Known) -> list[Compared]:
    """Survey and monitor beside a room's readings; none without readings that have their lamps-off value.

    Daylight is taken off each reading as in a survey. A survey is compared at the same points where there are any; averages are
    compared from `LEAST_POINTS` on. Of fewer, both are shown and nobody can tell whether they differ.
    """
    usable = [row for row in readings if row.space == space and row.lamps_off_lx is not None]
    if not usable:
        return []
    found = [_by_survey(space, usable, known.survey, known.survey_on)] if known.survey and known.survey_on else []
    return [*found, *([_by_monitor(space, usable, known.electric)] if known.electric else [])]


def _by_survey(space: str, readings: Sequence[Reading], survey: Survey, on: date) -> Compared:
    pairs = [(row, point) for row in readings if (point := _same_place(row, survey.points)) is not None]
    pct = survey.uncertainty_pct
    if pairs:
        by_point: dict[SurveyPoint, list[Reading]] = defaultdict(list)
        for row, point in pairs:
            by_point[point].append(row)
        # A place read twice has one voice.
        visit_lx = fmean(fmean(_electric_lx(row) for row in rows) for rows in by_point.values())
        known_lx = fmean(point.lx - (point.lamps_off_lx or 0.0) for point in by_point)
        used, basis, points = [row for row, _ in pairs], "same_points", len(by_point)
    else:
        visit_lx, known_lx = fmean(map(_electric_lx, readings)), float(average_lx(survey))
        used, basis, points = list(readings), _basis(readings), len(readings)
    stated = None if pct is None else known_lx * pct / 100
    facts = {"space": space, "source": "survey", "name": survey.id, "on": on, "basis": basis, "points": points}
    return _compared(facts, (visit_lx, _uncertainty_lx(used, visit_lx)), (known_lx, stated))


def _by_monitor(space: str, readings: Sequence[Reading], electric: ElectricDay) -> Compared:
    visit_lx = fmean(map(_electric_lx, readings))
    facts = {"space": space, "source": "monitor", "name": str(electric.day), "on": electric.day, "basis": _basis(readings)}
    facts |= {"points": len(readings)}
    return _compared(facts, (visit_lx, _uncertainty_lx(readings, visit_lx)), (electric.lx, electric.uncertainty_lx))


def _compared(facts: dict[str, object], visit: tuple[float, float | None], known: tuple[float, float | None]) -> Compared:
    (visit_lx, visit_wide), (known_lx, known_wide) = visit, known
    difference = visit_lx - known_lx
    tellable = facts["basis"] != "few_points" and visit_wide is not None and known_wide is not None
    exceeds = abs(difference) > hypot(visit_wide or 0.0, known_wide or 0.0) if tellable else None
    numbers = {"visit_lx": visit_lx, "known_lx": known_lx, "difference_lx": difference}
    wide = {"visit_uncertainty_lx": visit_wide, "known_uncertainty_lx": known_wide}
    rounded = {name: None if value is None else round(value, 2) for name, value in (numbers | wide).items()}
    return Compared.model_validate(facts | rounded | {"exceeds": exceeds})


def _electric_lx(row: Reading) -> float:
    return row.lx - (row.lamps_off_lx or 0.0)


def _uncertainty_lx(readings: Iterable[Reading], lx: float) -> float | None:
    """The worst meter's: its error moves all of its readings alike, so it does not average out."""
    stated = [row.uncertainty_pct for row in readings]
    known = [pct for pct in stated if pct is not None]
    return max(known) * lx / 100 if len(known) == len(stated) else None


def _basis(readings: Sequence[Reading]) -> Basis:
    places = {(row.x_m, row.y_m) for row in readings if row.x_m is not None and row.y_m is not None}
    return "average" if len(places) >= LEAST_POINTS else "few_points"


def _same_place(row: Reading, points: Iterable[SurveyPoint]) -> SurveyPoint | None:
    if row.x_m is None or row.y_m is None:
        return None
    near = [(hypot(point.x_m - row.x_m, point.y_m - row.y_m), point) for point in points]
    distance, point = min(near, key=lambda one: one[0], default=(float("inf"), None))
    return point if distance <= SAME_PLACE_M else None
