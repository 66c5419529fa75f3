"""Grid surveys as evidence: which one counts on a day, and what its points say."""

from datetime import date, timedelta
from fractions import Fraction
from typing import Final

from compliance.evidence import months_after
from compliance.findings import Case, Finding, Missing
from compliance.limits import exact
from compliance.rules import Rule
from compliance.verdicts import Input, Reason, reason
from lamplighter.site.facts import ENDS_SURVEYS, FRESHENS, Work, WorkKind
from lamplighter.site.model import Survey, SurveyPoint

FRESH_FOR: Final = timedelta(days=90)
"""So long after new lamps or cleaning a survey is also shown times the maintenance factor."""

WORK_WORDS: Final[dict[WorkKind, tuple[str, str]]] = {
    "lamps_replaced": ("更换灯具", "lamps replaced"),
    "lamps_cleaned": ("擦拭灯具", "lamps cleaned"),
    "layout_changed": ("调整布局", "layout changed"),
    "renovated": ("改造", "room renovated"),
}


def from_grid(case: Case) -> Finding | Missing:
    """What the newest survey that meets the rule's terms measured, or why each survey up to the day does not count."""
    rule, surface = case.rule, case.rule.about.surface
    known = {survey.id: survey for survey in case.evidence.surveys if survey.surface == surface and survey.space == case.subject.id}
    refused: list[Reason] = []
    for survey in sorted(known.values(), key=lambda survey: (survey.at, survey.id), reverse=True):
        at = survey.at.astimezone(case.evidence.zone).date()
        if at > case.day:
            continue
        faults = [*_faults(rule, survey, at, case.day), *_endings(case, at)]
        if not faults:
            return _measured(case, survey, at)
        refused += faults
    return Missing(tuple(refused) or (reason("no_survey"),))


def _faults(rule: Rule, survey: Survey, at: date, day: date) -> list[Reason]:
    terms, points = rule.survey, set(survey.points)
    if terms is None:
        raise AssertionError(f"rule {rule.id} asks for a grid survey without terms")
    places = {(point.x_m, point.y_m) for point in points}
    checks: tuple[tuple[bool, str, dict[str, float]], ...] = (
        (months_after(at, rule.valid_months) >= day, "survey_old", {"months": rule.valid_months}),
        (len(places) >= rule.min_samples, "survey_points", {"count": len(places), "least": rule.min_samples}),
        (survey.warm_up_min >= terms.warm_up_min, "survey_warm_up", {"minutes": survey.warm_up_min}),
        (survey.curtains_drawn or not terms.curtains_drawn, "survey_curtains", {}),
        (survey.board_lamps_on or not terms.board_lamps_on, "survey_board_lamps", {}),
        (survey.meter_calibrated_until >= at, "survey_meter", {}),
        (terms.plane_low_m <= survey.plane_height_m <= terms.plane_high_m, "survey_plane", {"height": survey.plane_height_m}),
        (len(places) == len(points), "survey_contradicts", {}),
        (all(point.lx >= point.lamps_off_lx for point in points), "survey_residual", {}),
    )
    return [reason(code, at=at, **facts) for holds, code, facts in checks if not holds]


def _endings(case: Case, at: date) -> list[Reason]:
    """What ended a survey early: works in the room, or calibrated sensors that showed it low."""
    works = sorted({(work.on, work.kind) for work in _works(case) if work.kind in ENDS_SURVEYS and at < work.on <= case.day})
    ended = [reason("survey_ended", at=at, on=on, work=WORK_WORDS[kind]) for on, kind in works]
    desks = case.rule.about.surface == "desk"
    low = sorted(on for on in case.evidence.low_days if desks and at < on <= case.day)
    return ended + [reason("survey_contradicted", at=at, on=on) for on in low[:1]]


def _works(case: Case) -> list[Work]:
    return [work for work in case.evidence.works if work.space == case.subject.id]


def _measured(case: Case, survey: Survey, at: date) -> Finding | Missing:
    electric = [_electric_lx(point) for point in set(survey.points)]
    average = sum(electric, Fraction()) / len(electric)
    even = case.rule.about.statistic == "uniformity"
    if even and not average:
        return Missing((reason("survey_dark", at=at),))
    value = min(electric) / average if even else average
    words = reason("surveyed_evenness" if even else "surveyed", at=at, count=len(electric), value=float(value), unit=case.rule.unit)
    # A ratio of two readings of one meter is surer than either: the stated uncertainty is that of the average alone.
    uncertainty = None if even or survey.uncertainty_pct is None else float(value) * survey.uncertainty_pct / 100
    later = () if even else _maintained(case, at, value)
    source = (Input("survey", survey.id, at.isoformat()),)
    return Finding(value, len(electric), "survey", source, (words, *later), uncertainty)


def _maintained(case: Case, at: date, value: Fraction) -> tuple[Reason, ...]:
    """The value times the maintenance factor, where the lamps were new or clean at the survey."""
    fresh = [work for work in _works(case) if work.kind in FRESHENS and work.on <= at <= work.on + FRESH_FOR]
    if not fresh:
        return ()
    last = max(fresh, key=lambda work: (work.on, -work.maintenance_factor, work.kind))
    left = float(value * exact(last.maintenance_factor))
    return (reason("maintained", at=last.on, work=WORK_WORDS[last.kind], factor=last.maintenance_factor, value=left),)


def _electric_lx(point: SurveyPoint) -> Fraction:
    # Through the decimal text, so that 310.1 - 10.1 is 300 and meets a limit of 300.
    return exact(point.lx) - exact(point.lamps_off_lx)
