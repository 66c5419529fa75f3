"""The verdict engine: a pure function of rule, space, day and evidence. Same input, same verdict, years later."""

from datetime import date
from fractions import Fraction
from typing import Any

from compliance.evidence import Evidence
from compliance.rules import Rule
from compliance.screening import estimate
from compliance.surveys import Measured, exact, newest_valid
from compliance.verdicts import Reason, Verdict, reason
from lamplighter.site.model import Space


def judge(rule: Rule, space: Space, day: date, evidence: Evidence) -> Verdict:
    """Judge one rule for one space on one local day.

    - `not_applicable`: another kind of space, or the rule is a draft or not in force on the day.
    - `pass`, `fail`: only from a grid survey that meets the rule's terms; its average is compared unrounded and a value on the
      threshold passes. A survey beats the sensors.
    - `indicative_low`: no such survey, and calibrated ceiling sensors show the desks below the threshold while the lamps are
      on. Daylight can only add, so the estimate is an upper bound: what is too low with daylight is too low without it.
    - `insufficient_data`: everything else, with what is missing in words. A ceiling sensor never proves compliance.
    """
    if space.kind not in rule.applies_to:
        return _verdict(rule, space, day, evidence, verdict="not_applicable", reasons=(reason("other_space"),))
    if not rule.in_force(day):
        return _verdict(rule, space, day, evidence, verdict="not_applicable", reasons=(reason("not_in_force"),))
    surveys = [survey for survey in evidence.surveys if survey.space == space.id]
    measured, refused = newest_valid(rule, surveys, day, evidence.zone)
    if measured is not None:
        return _from_survey(rule, space, day, evidence, measured=measured)
    return _from_monitor(rule, space, day, evidence, refused=refused)


def _from_survey(rule: Rule, space: Space, day: date, evidence: Evidence, *, measured: Measured) -> Verdict:
    margin = _margin(rule, measured.average_lx)
    value = float(measured.average_lx)
    return _verdict(
        rule,
        space,
        day,
        evidence,
        verdict="pass" if margin >= 0 else "fail",
        value=value,
        margin=float(margin),
        samples=measured.points,
        method="survey",
        reasons=(reason("surveyed", at=measured.at, count=measured.points, value=value, unit=rule.unit),),
    )


def _from_monitor(rule: Rule, space: Space, day: date, evidence: Evidence, *, refused: tuple[Reason, ...]) -> Verdict:
    found, missing = estimate(rule, day, evidence)
    if found is None:
        return _verdict(rule, space, day, evidence, verdict="insufficient_data", reasons=(*refused, *missing))
    margin = _margin(rule, Fraction(found.desk_lx))
    if margin >= 0:
        reasons = (*refused, reason("sensor_cannot_prove"))
        return _verdict(rule, space, day, evidence, verdict="insufficient_data", samples=found.windows, reasons=reasons)
    low = reason("estimated_low", count=found.windows, value=found.desk_lx, unit=rule.unit)
    return _verdict(
        rule,
        space,
        day,
        evidence,
        verdict="indicative_low",
        value=found.desk_lx,
        margin=float(margin),
        samples=found.windows,
        method="monitor",
        reasons=(low, *refused),
    )


def _margin(rule: Rule, value: Fraction) -> Fraction:
    above = value - exact(rule.threshold)
    return above if rule.comparator == ">=" else -above


def _verdict(rule: Rule, space: Space, day: date, evidence: Evidence, **found: Any) -> Verdict:
    return Verdict(
        day=day,
        district=evidence.district,
        school=evidence.school,
        space=space.id,
        rule=rule.id,
        version=rule.version,
        threshold=rule.threshold,
        unit=rule.unit,
        **found,
    )
