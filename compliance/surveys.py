"""Grid surveys as evidence: which one counts on a day, and what its points say."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple
from zoneinfo import ZoneInfo

from compliance.evidence import months_after
from compliance.rules import Rule
from compliance.verdicts import Reason, reason
from lamplighter.site.model import Survey, SurveyPoint


class Measured(NamedTuple):
    """The average over the points with the lamps-off residual taken from each, exact; `at` is the survey's local day."""

    average_lx: Fraction
    points: int
    at: date


def newest_valid(rule: Rule, surveys: Sequence[Survey], day: date, zone: ZoneInfo) -> tuple[Measured | None, tuple[Reason, ...]]:
    """What the newest survey that meets the rule's terms measured, or None and why each survey up to `day` does not count."""
    known = sorted({survey.id: survey for survey in surveys}.values(), key=lambda survey: (survey.at, survey.id), reverse=True)
    refused: list[Reason] = []
    for survey in known:
        at = survey.at.astimezone(zone).date()
        if at > day:
            continue
        faults = _faults(rule, survey, at, day)
        if not faults:
            return _measured(survey, at), ()
        refused += faults
    return None, tuple(refused) or (reason("no_survey"),)


def _faults(rule: Rule, survey: Survey, at: date, day: date) -> list[Reason]:
    terms, points = rule.survey, set(survey.points)
    places = {(point.x_m, point.y_m) for point in points}
    checks: tuple[tuple[bool, str, dict[str, float]], ...] = (
        (months_after(at, rule.valid_months) >= day, "survey_old", {"months": rule.valid_months}),
        (len(places) >= rule.min_samples, "survey_points", {"count": len(places), "least": rule.min_samples}),
        (survey.warm_up_min >= terms.warm_up_min, "survey_warm_up", {"minutes": survey.warm_up_min}),
        (survey.curtains_drawn or not terms.curtains_drawn, "survey_curtains", {}),
        (survey.meter_calibrated_until >= at, "survey_meter", {}),
        (terms.plane_low_m <= survey.plane_height_m <= terms.plane_high_m, "survey_plane", {"height": survey.plane_height_m}),
        (len(places) == len(points), "survey_contradicts", {}),
        (all(point.lx >= point.lamps_off_lx for point in points), "survey_residual", {}),
    )
    return [reason(code, at=at, **facts) for holds, code, facts in checks if not holds]


def _measured(survey: Survey, at: date) -> Measured:
    electric = [_electric_lx(point) for point in set(survey.points)]
    return Measured(sum(electric, Fraction()) / len(electric), len(electric), at)


def _electric_lx(point: SurveyPoint) -> Fraction:
    # Through the decimal text, so that 310.1 - 10.1 is 300 and meets a limit of 300.
    return exact(point.lx) - exact(point.lamps_off_lx)


def exact(number: float) -> Fraction:
    """The number a person wrote, without binary rounding."""
    return Fraction(str(number))
