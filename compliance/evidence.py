"""What the engine is given: surveys, calibrations and 10-minute windows of one room. Pure data, no store."""

from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from lamplighter.site.model import Calibration, Lessons, Survey

WINDOW_MS: Final = 600_000
"""Length of a window; windows start at multiples of it since 1970 UTC."""


class SensorWindow(NamedTuple):
    """One light sensor in one window: median and minimum of its good samples, in lux at the sensor."""

    device: str
    at_ms: int
    median_lx: float
    low_lx: float
    samples: int


class LampWindow(NamedTuple):
    """The room's lamps in one window: share of time all were on, and the lowest dimming level seen."""

    at_ms: int
    lit_share_pct: float
    dimming_low_pct: float


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """All that may bear on one room's verdict. Only whole windows belong here; order and duplicates do not matter."""

    district: str
    school: str
    zone: ZoneInfo
    lessons: Lessons
    surveys: tuple[Survey, ...] = ()
    calibrations: tuple[Calibration, ...] = ()
    sensor_windows: tuple[SensorWindow, ...] = ()
    lamp_windows: tuple[LampWindow, ...] = ()


def midnight_ms(day: date, zone: ZoneInfo) -> int:
    """The first moment of a local day, in ms since 1970 UTC."""
    return round(datetime.combine(day, time.min, zone).timestamp() * 1000)


def day_span_ms(day: date, zone: ZoneInfo) -> tuple[int, int]:
    """Start and end of the windows that touch a local day: whole windows, even where midnight cuts one in two."""
    start, end = midnight_ms(day, zone), midnight_ms(day + timedelta(days=1), zone)
    return start // WINDOW_MS * WINDOW_MS, -(-end // WINDOW_MS) * WINDOW_MS


def lesson_span_ms(day: date, zone: ZoneInfo, lessons: Lessons) -> tuple[int, int] | None:
    """Start and end of lessons on a local day; None on a day without lessons."""
    if day.weekday() not in lessons.weekdays:
        return None
    start, end = (datetime.combine(day, edge, zone).timestamp() for edge in (lessons.start, lessons.end))
    return round(start * 1000), round(end * 1000)


def months_after(day: date, months: int) -> date:
    """The same day of the month so many months later, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (following - timedelta(days=1)).day))
