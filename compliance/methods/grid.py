"""Grid surveys as evidence: which one counts on a day, and what its points say."""

from datetime import date, timedelta
from fractions import Fraction
from typing import Final

from compliance.evidence import months_after
from compliance.findings import Case, Finding, Missing
from compliance.limits import exact
from compliance.reason_words import keys_words
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


def meets_terms(rule: Rule, survey: Survey, *, at: date, day: date) -> bool:
    """Whether a survey of the day `at` is, on `day`, what the rule asks of a survey; works in the room since then aside."""
    return not _faults(rule, survey, at, day)


def average_lx(survey: Survey) -> Fraction:
    """The surface's average electric illuminance: the mean of cells' centres, or of cells' corners by how many cells share them.

    Four-corner readings over M x N cells: (corners + 2 x edges + 4 x inner) / 4MN, the mean of the cells' bilinear averages.
    """
    shares = _cells_sharing(survey)
    return sum((shares[point] * _electric_lx(point) for point in shares), Fraction()) / sum(shares.values())


def uniformity(survey: Survey) -> Fraction:
    """Lowest electric illuminance over the average, which is not zero."""
    return min(_electric_lx(point) for point in survey.points) / average_lx(survey)


def _cells_sharing(survey: Survey) -> dict[SurveyPoint, int]:
    """Each point and its weight."""
    points = set(survey.points)
    if survey.method == "centre":
        return dict.fromkeys(points, 1)
    ends = [{min(places), max(places)} for places in ({point.x_m for point in points}, {point.y_m for point in points})]
    return {point: (1 if point.x_m in ends[0] else 2) * (1 if point.y_m in ends[1] else 2) for point in points}


def _whole_lattice(survey: Survey) -> bool:
    """Whether corner readings stand at every crossing of two or more lines each way; readings of centres always do."""
    if survey.method == "centre":
        return True
    places = {(point.x_m, point.y_m) for point in survey.points}
    xs, ys = {x for x, _ in places}, {y for _, y in places}
    return min(len(xs), len(ys)) >= 2 and len(places) == len(xs) * len(ys)


def _faults(rule: Rule, survey: Survey, at: date, day: date) -> list[Reason]:
    unstated = survey.unstated()
    if unstated:
        return [reason("survey_unstated", at=at, keys=keys_words(unstated))]
    return [reason(code, at=at, **facts) for holds, code, facts in _checks(rule, survey, at, day) if not holds]


def _checks(rule: Rule, survey: Survey, at: date, day: date) -> tuple[tuple[bool, str, dict[str, float]], ...]:
    """What must hold of a survey that states everything, the reason's code and its facts."""
    terms, points = rule.survey, set(survey.points)
    if terms is None:
        raise AssertionError(f"rule {rule.id} asks for a grid survey without terms")
    places = {(point.x_m, point.y_m) for point in points}
    warm_up_min, plane_m, until = survey.warm_up_min or 0.0, survey.plane_height_m or 0.0, survey.meter_calibrated_until or at
    return (
        (months_after(at, rule.valid_months) >= day, "survey_old", {"months": rule.valid_months}),
        (len(places) >= rule.min_samples, "survey_points", {"count": len(places), "least": rule.min_samples}),
        (warm_up_min >= terms.warm_up_min, "survey_warm_up", {"minutes": warm_up_min}),
        (bool(survey.curtains_drawn) or not terms.curtains_drawn, "survey_curtains", {}),
        (bool(survey.board_lamps_on) or not terms.board_lamps_on, "survey_board_lamps", {}),
        (until >= at, "survey_meter", {}),
        (terms.plane_low_m <= plane_m <= terms.plane_high_m, "survey_plane", {"height": plane_m}),
        (len(places) == len(points), "survey_contradicts", {}),
        (all(_electric_lx(point) >= 0 for point in points), "survey_residual", {}),
        (_whole_lattice(survey), "survey_lattice", {}),
    )


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
    average = average_lx(survey)
    even = case.rule.about.statistic == "uniformity"
    if even and not average:
        return Missing((reason("survey_dark", at=at),))
    value = uniformity(survey) if even else average
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
    return exact(point.lx) - exact(point.lamps_off_lx or 0.0)
