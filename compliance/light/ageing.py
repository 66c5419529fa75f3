"""How a room's electric light declines, and from which day on it is likely below its limit."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from math import exp, log, sqrt
from statistics import median
from typing import Final, NamedTuple

from compliance.light.lines import Line, line_through, student_t

LEAST_DAYS: Final = 90
"""Under so many days of data nothing is said."""

LEAST_WEEKS: Final = 8
"""Weeks with an estimate; a week's median is one voice, since neighbouring days share their weather."""

AHEAD: Final = 4
"""No forecast further ahead than so many times the span watched: our setting."""

_CONFIDENCE: Final = 0.975
"""Upper tail of a 95 % interval."""

DAYS_A_YEAR: Final = 365.25


class DayLight(NamedTuple):
    """Electric light on the desks on one day, lx > 0."""

    day: date
    lx: float


class Ageing(NamedTuple):
    """Decline in percent a year (negative: it brightens) with its 95 % interval, and the day of crossing the limit with its own.

    `below_on` is None where no decline is seen or the crossing lies too far ahead; `below_to` None where it may lie too far
    ahead. `seen_to` is the last day of data, `horizon` the last day looked at. Always indicative: lamps that age and sensors
    that gather dust look alike, until the room is surveyed again.
    """

    decline_pct_a_year: float
    decline_low: float
    decline_high: float
    below_on: date | None
    below_from: date | None
    below_to: date | None
    seen_to: date
    horizon: date


def ageing(days: Iterable[DayLight], limit_lx: float, *, calibration_pct: float = 0.0) -> Ageing | None:
    """Slope and forecast from daily estimates since the last new or clean lamps; None of too few or too short data.

    Light falls by a share of itself (as IES TM-21 has it of LED packages), so the line goes through logarithms. The forecast's
    interval is Fieller's: all days on which the limit lies inside the 95 % band of the line, the calibration's expanded (k = 2)
    uncertainty included, since it moves the whole line.
    """
    rows = sorted({row.day: row for row in days if row.lx > 0}.values())
    if not rows or (rows[-1].day - rows[0].day).days < LEAST_DAYS:
        return None
    start = rows[0].day
    weeks = _weeks(rows, start)
    if len(weeks) < LEAST_WEEKS:
        return None
    line = line_through([x for x, _ in weeks], [y for _, y in weeks])
    quantile = student_t(_CONFIDENCE, line.n - 2)
    reach = quantile * line.slope_error
    last = rows[-1].day
    horizon = last + AHEAD * (last - start)
    crossing = _crossing(line, log(limit_lx), quantile, calibration_pct / 200)
    on, first, end = (_day(start, number, horizon) for number in crossing)
    return Ageing(
        _a_year(line.slope), _a_year(line.slope + reach), _a_year(line.slope - reach), on, first, end, seen_to=last, horizon=horizon
    )


def _weeks(rows: Sequence[DayLight], start: date) -> list[tuple[float, float]]:
    """Each week's mean day and the logarithm of its median."""
    found: dict[int, list[DayLight]] = defaultdict(list)
    for row in rows:
        found[(row.day - start).days // 7].append(row)
    return [
        (sum((row.day - start).days for row in week) / len(week), log(median(row.lx for row in week)))
        for _, week in sorted(found.items())
    ]


def _crossing(line: Line, limit: float, quantile: float, level_error: float) -> tuple[float | None, float | None, float | None]:
    """Days since the start on which line, lower end and upper end of its band cross the limit; None where they never do."""
    above = line.mean_y - limit
    slope_band = (quantile * line.slope_error) ** 2
    level_band = quantile**2 * (line.scatter**2 / line.n + level_error**2)
    a, b, c = line.slope**2 - slope_band, line.slope * above, above**2 - level_band
    if line.slope >= 0 or a <= 0:
        return None, None, None  # the band of the slope holds zero: no decline is seen
    half = sqrt(max(b * b - a * c, 0.0)) / a
    middle = -b / a
    return line.mean_x - above / line.slope, line.mean_x + middle - half, line.mean_x + middle + half


def _day(start: date, number: float | None, horizon: date) -> date | None:
    if number is None:
        return None
    return None if number > (horizon - start).days else start + timedelta(days=max(round(number), 0))


def _a_year(slope: float) -> float:
    return 100 * (1 - exp(slope * DAYS_A_YEAR))
