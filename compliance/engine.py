"""The verdict engine: a pure function of rule, subject, day and evidence. Same input, same verdict, years later."""

from datetime import date
from fractions import Fraction
from typing import Any, Final

from compliance.evidence import Evidence
from compliance.findings import Ask, Case, Finding, Missing
from compliance.limits import Limit, limit_of
from compliance.methods.by_hand import from_test
from compliance.methods.grid import from_grid
from compliance.methods.records import from_records
from compliance.methods.screening import from_ceiling, from_steps
from compliance.methods.windows import from_readings
from compliance.metrics import Source
from compliance.reason_words import profile_words
from compliance.rules import Rule
from compliance.subjects import Subject
from compliance.verdicts import Reason, Verdict, reason

METHODS: Final[dict[Source, Ask]] = {"grid": from_grid, "record": from_records, "reading": from_readings}


def judge(rule: Rule, subject: Subject, day: date, evidence: Evidence) -> Verdict:
    """Judge one rule for one subject on one local day.

    - `not_applicable`: another kind of subject or school, or the rule is a draft or not in force on the day.
    - `pass`, `fail`: from the evidence the rule asks for, compared unrounded; a value on the threshold passes. What is only
      partly known may fail, never pass.
    - `indicative_low`: no grid survey that counts, and calibrated ceiling sensors show the desks below the threshold while the
      lamps are on. Daylight can only add, so that estimate is an upper bound: too low with daylight is too low without it.
      Or they show the electric light alone below it, from what was lost each time all lamps went off.
    - `insufficient_data`: everything else, with what is missing in words. A ceiling sensor never proves compliance.
    """
    case = Case(rule, subject, day, evidence)
    outside = _outside(case)
    if outside is not None:
        return _verdict(case, verdict="not_applicable", reasons=(outside,))
    unknown = _unknown(case)
    if unknown is not None:
        return _verdict(case, verdict="insufficient_data", reasons=(unknown,))
    if rule.screening is not None:
        return _screened(case)
    found = METHODS[rule.about.source](case)
    if isinstance(found, Missing):
        tested = from_test(case)
        if isinstance(tested, Missing):
            return _verdict(case, verdict="insufficient_data", reasons=found.reasons)
        found = tested._replace(reasons=(*tested.reasons, *found.reasons))
    return _measured(case, found)


def _outside(case: Case) -> Reason | None:
    rule, subject, profile = case.rule, case.subject, case.evidence.profile
    if subject.kind != rule.subject or (rule.applies_to and subject.space_kind not in rule.applies_to):
        return reason("other_space")
    if not rule.in_force(case.day):
        return reason("not_in_force")
    if rule.only is not None and profile is not None and not rule.only.needs(profile) and not rule.only.holds(profile):
        return reason("other_school")
    return None


def _unknown(case: Case) -> Reason | None:
    rule, evidence = case.rule, case.evidence
    missing = rule.only.needs(evidence.profile) if rule.only is not None else None
    if missing is not None:
        return reason("profile_missing", key=profile_words(missing))
    if limit_of(rule, evidence.profile, evidence.limits) is None:
        return reason("limit_missing", key=rule.school_limit)
    return None


def _screened(case: Case) -> Verdict:
    """A survey where there is one, unless calibrated sensors are low beyond their uncertainty; the sensors where there is none.

    Sensors speak in two ways: by all light of lit windows, an upper bound, and by the electric light alone, where lamps were
    switched. The first of them that is low counts.
    """
    surveyed = from_grid(case) if case.rule.survey is not None else Missing(())
    asked = (from_ceiling(case), from_steps(case))
    sensed = [found for found in asked if isinstance(found, Finding)]
    low = [found for found in sensed if _limit(case, found).margin(found.value) < 0]
    if isinstance(surveyed, Finding):
        beyond = [found for found in low if _beyond_uncertainty(case, found)]
        return _indicative(case, beyond[0], ()) if beyond else _measured(case, surveyed)
    if low:
        return _indicative(case, low[0], surveyed.reasons)
    missing = tuple(words for found in asked if isinstance(found, Missing) for words in found.reasons)
    if not sensed:
        return _verdict(case, verdict="insufficient_data", reasons=(*surveyed.reasons, *missing))
    reasons = (*surveyed.reasons, reason("sensor_cannot_prove"))
    return _verdict(case, verdict="insufficient_data", samples=sensed[0].samples, reasons=reasons, inputs=sensed[0].inputs)


def _beyond_uncertainty(case: Case, sensed: Finding) -> bool:
    margin = float(_limit(case, sensed).margin(sensed.value))
    return sensed.uncertainty is not None and -margin > sensed.uncertainty


def _indicative(case: Case, sensed: Finding, refused: tuple[Reason, ...]) -> Verdict:
    return _numbered(case, sensed, verdict="indicative_low", reasons=(*sensed.reasons, *refused))


def _measured(case: Case, found: Finding) -> Verdict:
    band, hz = case.rule.band_hz, found.hz
    if (band is not None or case.rule.per_hz) and hz is None:
        at = found.inputs[0].at
        return _verdict(case, verdict="insufficient_data", reasons=(reason("frequency_missing", at=at),))
    if band is not None and hz is not None and not band[0] < hz <= band[1]:
        return _verdict(case, verdict="not_applicable", reasons=(reason("other_frequency", hz=hz),))
    good = _limit(case, found).holds(found.value)
    if good and not found.whole:
        return _verdict(case, verdict="insufficient_data", samples=found.samples, reasons=found.reasons, inputs=found.inputs)
    return _numbered(case, found, verdict="pass" if good else "fail", reasons=found.reasons)


def _limit(case: Case, found: Finding) -> Limit:
    limit = limit_of(case.rule, case.evidence.profile, case.evidence.limits, hz=found.hz)
    if limit is None:
        raise AssertionError(f"rule {case.rule.id} was judged without a limit")
    return limit


def _numbered(case: Case, found: Finding, **more: Any) -> Verdict:
    limit = _limit(case, found)
    margin = limit.margin(found.value)
    marginal = found.uncertainty is not None and case.rule.comparator != "=" and abs(margin) < Fraction(found.uncertainty)
    return _verdict(
        case,
        value=float(found.value),
        threshold=float(limit.nearer(found.value)),
        margin=float(margin),
        uncertainty=found.uncertainty,
        marginal=marginal,
        samples=found.samples,
        method=found.method,
        inputs=found.inputs,
        **more,
    )


def _verdict(case: Case, **found: Any) -> Verdict:
    rule, evidence = case.rule, case.evidence
    if "threshold" not in found:
        limit = limit_of(rule, evidence.profile, evidence.limits)
        ends = [end for end in (limit.high, limit.low) if end is not None] if limit else []
        found["threshold"] = float(ends[0]) if ends and not rule.per_hz else None
    return Verdict(
        day=case.day,
        district=evidence.district,
        school=evidence.school,
        subject=case.subject.id,
        rule=rule.id,
        version=rule.version,
        standing=rule.standing(case.day),
        severity=rule.severity,
        unit=rule.unit,
        **found,
    )
