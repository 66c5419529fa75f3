"""Series of readings as evidence: a statistic of each span, then the worst span of the worst device."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from fractions import Fraction
from functools import lru_cache
from statistics import fmean
from typing import Final, NamedTuple

from compliance.evidence import WINDOW_MS, PointWindow, day_span_ms
from compliance.findings import Case, Finding, Missing
from compliance.limits import exact, limit_of
from compliance.reason_words import device_words, point_words, refusal_words
from compliance.terms import WindowTerms
from compliance.verdicts import Input, Reason, reason
from lamplighter.contract.errors import SettingsError

MINUTE_MS: Final = 60_000

_STATISTICS: Final[Mapping[str, Callable[[Sequence[float]], float]]] = {"mean": fmean, "low": min, "high": max}


class _Known(NamedTuple):
    """A device's worst value, how many samples it rests on, and how many pieces are unknown."""

    value: Fraction | None
    samples: int
    unknown: int
    whole: int


def from_readings(case: Case) -> Finding | Missing:
    """The worst value of the subject's devices over the rule's days, or what is missing."""
    terms = case.rule.window
    if terms is None:
        return Missing(())
    devices = _devices(case, terms)
    if not devices:
        return Missing((reason("no_device", kind=device_words(terms.device_kind)),))
    try:
        spans = _spans(case, terms)
    except SettingsError as error:
        return Missing((reason("calendar_refused", why=refusal_words(error)),))
    if not spans:
        return Missing((reason("no_lessons"),))
    windows = _by_device(case, terms)
    return _joined(case, {device: _judged(case, terms, spans, windows.get(device, {})) for device in devices})


def _devices(case: Case, terms: WindowTerms) -> list[str]:
    if terms.device_kind is None:
        return [case.subject.id]
    return sorted(device for device, kind in case.evidence.devices.items() if kind == terms.device_kind)


def _by_device(case: Case, terms: WindowTerms) -> Mapping[str, Mapping[int, PointWindow]]:
    """Device -> window start -> window; of two that contradict each other, the greater tuple, whichever came first."""
    found: dict[str, dict[int, PointWindow]] = defaultdict(dict)
    for window in sorted(row for row in set(case.evidence.series) if row.point == terms.point):
        found[window.device][window.at_ms] = window
    return found


Piece = tuple[int, ...]
"""Starts of the 10-minute windows that belong to it."""


def _spans(case: Case, terms: WindowTerms) -> Sequence[Sequence[Piece]]:
    """The pieces of each span, without those that lie wholly outside lessons where only lessons count; raises SettingsError."""
    first, _ = day_span_ms(case.day - timedelta(days=terms.days - 1), case.evidence.zone)
    _, end = day_span_ms(case.day, case.evidence.zone)
    if terms.when == "all":
        lessons: tuple[tuple[int, int], ...] = ((first, end),)
    else:
        days = (case.day - timedelta(days=back) for back in range(terms.days))
        lessons = tuple(span for day in days for span in case.evidence.lesson_spans_ms(day))
    return _cut((first, end), lessons, check_ms=terms.check_min * MINUTE_MS, span_ms=terms.span_min * MINUTE_MS)


@lru_cache(maxsize=64)
def _cut(whole: tuple[int, int], lessons: tuple[tuple[int, int], ...], *, check_ms: int, span_ms: int) -> Sequence[Sequence[Piece]]:
    """The windows that lie in lessons, in pieces and spans; the same for all rooms of a school, and mostly for all schools."""
    first, end = whole
    starts = range(first, end, WINDOW_MS)
    counted = {at for at in starts if any(start <= at and at + WINDOW_MS <= stop for start, stop in lessons)}
    spans = []
    for start in range(first, end, span_ms):
        stop = min(start + span_ms, end)
        cut = (
            tuple(at for at in range(piece, min(piece + check_ms, stop), WINDOW_MS) if at in counted)
            for piece in range(start, stop, check_ms)
        )
        spans.append([piece for piece in cut if piece])
    return [span for span in spans if span]


def _judged(case: Case, terms: WindowTerms, spans: Sequence[Sequence[Piece]], windows: Mapping[int, PointWindow]) -> _Known:
    values: list[Fraction | None] = []
    samples = unknown = 0
    for span in spans:
        pieces = [[windows[at] for at in piece if at in windows] for piece in span]
        samples += sum(window.n for piece in pieces for window in piece)
        filled = [_statistic(terms, piece) if piece else terms.missing for piece in pieces]
        unknown += filled.count(None)
        known = [number for number in filled if number is not None]
        whole = len(known) == len(filled)
        values.append(_of_span(terms, known) if whole else _bad_already(case, terms, known))
    if not samples:
        return _Known(None, 0, len(spans), len(spans))
    return _Known(_worst(case, terms, values), samples, unknown, sum(len(span) for span in spans))


def _statistic(terms: WindowTerms, piece: Sequence[PointWindow]) -> float:
    if terms.statistic == "mean":
        return sum(window.n * window.mean for window in piece) / sum(window.n for window in piece)
    return min(window.low for window in piece) if terms.statistic == "low" else max(window.high for window in piece)


def _of_span(terms: WindowTerms, known: Sequence[float]) -> Fraction:
    number = _STATISTICS[terms.statistic](known)
    return exact(terms.scale) * exact(number)


def _bad_already(case: Case, terms: WindowTerms, known: Sequence[float]) -> Fraction | None:
    """The extreme of a span with holes where it is bad whatever they hold: a lowest can only be lower, a highest only higher."""
    limit = limit_of(case.rule, case.evidence.profile, case.evidence.limits)
    if limit is None or not known or terms.statistic == "mean":
        return None
    value = _of_span(terms, known)
    end = limit.low if terms.statistic == "low" else limit.high
    beyond = end is not None and (value <= end if terms.statistic == "low" else value >= end)
    return value if beyond and not limit.holds(value) else None


def _worst(case: Case, terms: WindowTerms, values: Sequence[Fraction | None]) -> Fraction | None:
    """The worst span; where some spans in a row may be out, the worst run of one more, each run as good as its best span."""
    limit = limit_of(case.rule, case.evidence.profile, case.evidence.limits)
    if limit is None:
        return None
    length = min(terms.grace_spans + 1, len(values))
    runs = [values[start : start + length] for start in range(len(values) - length + 1)]
    best = [max((v for v in run if v is not None), key=limit.margin) for run in runs if None not in run]
    return min(best, key=limit.margin, default=None)


def _joined(case: Case, known: Mapping[str, _Known]) -> Finding | Missing:
    rule, point = case.rule, case.rule.window.point if case.rule.window else ""
    limit = limit_of(rule, case.evidence.profile, case.evidence.limits)
    holes = tuple(_hole(device, point, row) for device, row in sorted(known.items()) if row.unknown or row.value is None)
    values = [(row.value, device) for device, row in known.items() if row.value is not None]
    if limit is None or not values:
        return Missing(holes)
    value, device = min(values, key=lambda row: (limit.margin(row[0]), row[1]))
    samples = sum(row.samples for row in known.values())
    words = reason("read", device=device, point=point_words(point), value=float(value), unit=rule.unit, count=known[device].samples)
    sources = tuple(Input("readings", f"{name}/{point}", case.day.isoformat()) for name in sorted(known))
    return Finding(value, samples, "monitor", sources, (words, *holes), whole=not holes)


def _hole(device: str, point: str, row: _Known) -> Reason:
    if not row.samples:
        return reason("no_readings", device=device, point=point_words(point))
    return reason("few_readings", device=device, point=point_words(point), count=row.unknown, whole=row.whole)
