"""What fixed ceiling sensors may say: "likely below", never "compliant"."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from statistics import fmean, median
from typing import NamedTuple

from compliance.evidence import WINDOW_MS, Evidence, lesson_span_ms, months_after
from compliance.rules import MonitorTerms, Rule
from compliance.verdicts import Reason, reason


class Estimate(NamedTuple):
    """Median over the windows of the estimated desk illuminance, daylight included: an upper bound of the electric part."""

    desk_lx: float
    windows: int


def estimate(rule: Rule, day: date, evidence: Evidence) -> tuple[Estimate | None, tuple[Reason, ...]]:
    """Estimate desk illuminance from calibrated sensors, or None and what is missing.

    A window counts when it lies within lessons, the lamps were all on and undimmed throughout it, and every calibrated sensor
    of the room has enough good samples in it: leaving a dead sensor out would change what the average means.
    """
    terms = rule.monitor
    if terms is None:
        return None, ()
    factors = _factors(evidence, day, rule.valid_months)
    span = lesson_span_ms(day, evidence.zone, evidence.lessons)
    if not factors:
        return None, (reason("no_calibration", months=rule.valid_months),)
    if span is None:
        return None, (reason("no_lessons"),)
    lit = _lit_windows(terms, evidence, span)
    desks_lx = _desk_estimates_lx(terms, evidence, factors, lit)
    if len(desks_lx) < terms.windows_min:
        return None, (reason("few_windows", count=len(desks_lx), least=terms.windows_min),)
    return Estimate(median(desks_lx), len(desks_lx)), ()


def _factors(evidence: Evidence, day: date, valid_months: int) -> dict[str, float]:
    """Sensor -> the factor of its newest calibration that still holds on the day."""
    usable = [row for row in evidence.calibrations if row.at <= day <= months_after(row.at, valid_months)]
    return {row.device: row.factor for row in sorted(usable, key=lambda row: (row.at, row.factor))}


def _lit_windows(terms: MonitorTerms, evidence: Evidence, span: tuple[int, int]) -> set[int]:
    start, end = span
    return {
        window.at_ms
        for window in evidence.lamp_windows
        if start <= window.at_ms
        and window.at_ms + WINDOW_MS <= end
        and window.lit_share_pct >= 100
        and window.dimming_low_pct >= terms.dimming_min_pct
    }


def _desk_estimates_lx(terms: MonitorTerms, evidence: Evidence, factors: Mapping[str, float], lit: set[int]) -> list[float]:
    by_window: dict[int, dict[str, float]] = defaultdict(dict)
    for window in evidence.sensor_windows:
        if window.at_ms in lit and window.device in factors and window.samples >= terms.window_samples_min:
            by_window[window.at_ms][window.device] = factors[window.device] * window.median_lx
    return [fmean(desks.values()) for desks in by_window.values() if len(desks) == len(factors)]
