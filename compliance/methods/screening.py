"""What fixed ceiling sensors may say: "likely below", never "compliant"."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from statistics import fmean, median
from typing import Final

from compliance.evidence import WINDOW_MS, Evidence, months_after
from compliance.findings import Case, Finding, Missing
from compliance.reason_words import refusal_words
from compliance.rules import Rule
from compliance.terms import ScreeningTerms
from compliance.verdicts import Input, reason
from lamplighter.contract.errors import SettingsError
from lamplighter.site.model import Calibration

LOOK_BACK: Final = timedelta(days=14)
"""How far back school days are looked for."""

Span = tuple[int, int]


def from_ceiling(case: Case) -> Finding | Missing:
    """The median of estimated desk illuminance, daylight included: an upper bound of the electric part; or what is missing.

    A window counts when it lies within lessons, the lamps were all on and undimmed throughout it, and every calibrated sensor
    of the room has enough good samples in it: leaving a dead sensor out would change what the average means.
    """
    rule, evidence, terms = case.rule, case.evidence, case.rule.screening
    if terms is None:
        return Missing(())
    used = _calibrations(rule, evidence, case.day)
    if not used:
        return Missing((reason("no_calibration", months=rule.valid_months),))
    try:
        days = school_days(evidence, case.day, terms.school_days)
    except SettingsError as error:
        return Missing((reason("calendar_refused", why=refusal_words(error)),))
    if not days or days[0][0] != case.day:
        return Missing((reason("no_lessons"),))
    if len(days) < terms.school_days:
        return Missing((reason("few_school_days", count=len(days), least=terms.school_days),))
    return _estimated(case, terms, used, [spans for _, spans in days])


def from_steps(case: Case) -> Finding | Missing:
    """The electric light alone, from what calibrated sensors lost as the lamps went off, with its uncertainty."""
    rule, evidence, terms = case.rule, case.evidence, case.rule.screening
    if terms is None or terms.steps_min is None:
        return Missing(())
    used = _calibrations(rule, evidence, case.day)
    if not used or not _of_all_lamps(rule, evidence, max(_holding(rule, evidence, case.day), key=_fullness)):
        return Missing(())
    known = [row for row in evidence.electric if row.day == case.day and row.steps >= terms.steps_min]
    if not known:
        return Missing(())
    found = min(known, key=lambda row: (row.lx, row.steps))
    sources = tuple(Input("calibration", row.device, row.at.isoformat()) for row in used)
    words = reason("stepped_low", count=found.steps, value=found.lx, unit=rule.unit)
    return Finding(Fraction(found.lx), found.steps, "monitor", sources, (words,), found.uncertainty_lx)


def _fullness(row: Calibration) -> tuple[float, bool, str]:
    """The estimate is about the fullest state that is calibrated: undimmed before dimmed, all lamps before one group."""
    return row.dimming_pct, row.lamps is None, row.lamps or ""


def _estimated(case: Case, terms: ScreeningTerms, used: Sequence[Calibration], days: Sequence[Sequence[Span]]) -> Finding | Missing:
    factors = {row.device: row.factor for row in used}
    found = [_desk_estimates_lx(terms, case.evidence, factors, _lit_windows(terms, case.evidence, spans)) for spans in days]
    fewest = min(found, key=len)
    if len(fewest) < terms.windows_min:
        return Missing((reason("few_windows", count=len(fewest), least=terms.windows_min),))
    desks_lx = [lx for day in found for lx in day]
    desk_lx = median(desks_lx)
    sources = tuple(Input("calibration", row.device, row.at.isoformat()) for row in used)
    words = reason("estimated_low", count=len(desks_lx), value=desk_lx, unit=case.rule.unit)
    return Finding(Fraction(desk_lx), len(desks_lx), "monitor", sources, (words,), _uncertainty(used, desk_lx))


def _uncertainty(used: Sequence[Calibration], desk_lx: float) -> float | None:
    """The worst of the sensors' own, in lux: their errors come from one meter and do not average out."""
    stated = [row.uncertainty_pct for row in used if row.uncertainty_pct is not None]
    return max(stated) * desk_lx / 100 if len(stated) == len(used) else None


def _calibrations(rule: Rule, evidence: Evidence, day: date) -> tuple[Calibration, ...]:
    """Each sensor's newest calibration that still holds on the day."""
    usable = [row for row in _holding(rule, evidence, day) if _of_all_lamps(rule, evidence, row)]
    newest = {row.device: row for row in sorted(usable, key=lambda row: (row.at, row.factor))}
    return tuple(newest[device] for device in sorted(newest))


def _holding(rule: Rule, evidence: Evidence, day: date) -> list[Calibration]:
    return [row for row in evidence.calibrations if row.at <= day <= months_after(row.at, rule.valid_months)]


def _of_all_lamps(rule: Rule, evidence: Evidence, row: Calibration) -> bool:
    """Whether a factor belongs to the state that is looked at: every lamp of the room on, none dimmed."""
    full_pct = rule.screening.dimming_min_pct if rule.screening is not None else 100.0
    return row.dimming_pct >= full_pct and (row.lamps is None or evidence.lamps.keys() <= {row.lamps})


def school_days(evidence: Evidence, day: date, wanted: int) -> list[tuple[date, tuple[Span, ...]]]:
    """The day and the school days before it, newest first; raises SettingsError."""
    found: list[tuple[date, tuple[Span, ...]]] = []
    for back in range(LOOK_BACK.days if wanted > 1 else 1):
        spans = evidence.lesson_spans_ms(day - timedelta(days=back))
        found += [(day - timedelta(days=back), spans)] if spans else []
        if len(found) == wanted:
            break
    return found


def _lit_windows(terms: ScreeningTerms, evidence: Evidence, spans: Sequence[Span]) -> set[int]:
    return {
        window.at_ms
        for window in evidence.lamp_windows
        if any(start <= window.at_ms and window.at_ms + WINDOW_MS <= end for start, end in spans)
        and window.lit_share_pct >= 100
        and window.dimming_low_pct >= terms.dimming_min_pct
    }


def _desk_estimates_lx(terms: ScreeningTerms, evidence: Evidence, factors: Mapping[str, float], lit: set[int]) -> list[float]:
    by_window: dict[int, dict[str, float]] = defaultdict(dict)
    for window in evidence.sensor_windows:
        if window.at_ms in lit and window.device in factors and window.samples >= terms.window_samples_min:
            by_window[window.at_ms][window.device] = factors[window.device] * window.median_lx
    return [
        fmean(by_window[at_ms][name] for name in factors) for at_ms in sorted(by_window) if len(by_window[at_ms]) == len(factors)
    ]
