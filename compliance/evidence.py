"""What the engine is given about one subject: pure data, no store. Order and duplicates do not matter."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from lamplighter.site.calendar import SchoolCalendar
from lamplighter.site.facts import Document, LuminaireGroup, Profile, Work
from lamplighter.site.model import Calibration, Lessons, Survey
from lamplighter.site.provision import Guard, Patrol

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
    """The room's lamps in one window: share of time all were on, the lowest dimming level seen, and their power together."""

    at_ms: int
    lit_share_pct: float
    dimming_low_pct: float
    power_w: float = 0.0


class PointWindow(NamedTuple):
    """One point of a device in one window, good samples only, in the point's unit."""

    device: str
    point: str
    at_ms: int
    n: int
    mean: float
    low: float
    high: float


class LedgerRows(NamedTuple):
    """Rows of the ledger that rules count: of a school its guards and rounds, of a room its luminaires and floor in m2."""

    guards: tuple[Guard, ...] = ()
    patrols: tuple[Patrol, ...] = ()
    luminaires: tuple[LuminaireGroup, ...] = ()
    area_m2: float | None = None


class ElectricDay(NamedTuple):
    """A room's electric light on the desks as known on a day, lx: what its calibrated sensors lost each time the lamps went off.

    `uncertainty_lx` is expanded (k = 2), None where a calibration states none.
    """

    day: date
    lx: float
    uncertainty_lx: float | None
    steps: int


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """All that may bear on one subject's verdicts. Only whole windows belong here."""

    district: str
    school: str
    zone: ZoneInfo
    lessons: Lessons
    calendar: SchoolCalendar | None = None
    profile: Profile | None = None
    limits: Mapping[str, float] = msgspec.field(default_factory=dict)
    surveys: tuple[Survey, ...] = ()
    calibrations: tuple[Calibration, ...] = ()
    works: tuple[Work, ...] = ()
    documents: tuple[Document, ...] = ()
    lamps: Mapping[str, str] = msgspec.field(default_factory=dict)
    """The room's luminaire groups: id -> role."""
    devices: Mapping[str, str] = msgspec.field(default_factory=dict)
    """The devices whose readings speak for the subject: id -> kind."""
    counted: Mapping[str, int] = msgspec.field(default_factory=dict)
    """Metric -> what the ledger itself counts."""
    ledger: LedgerRows = LedgerRows()
    sensor_windows: tuple[SensorWindow, ...] = ()
    lamp_windows: tuple[LampWindow, ...] = ()
    series: tuple[PointWindow, ...] = ()
    electric: tuple[ElectricDay, ...] = ()
    low_days: frozenset[date] = frozenset()
    """Days up to this one on which calibrated sensors showed the room's desks low although they had a survey."""

    def lesson_spans_ms(self, day: date) -> tuple[tuple[int, int], ...]:
        """Start and end of the lessons of a local day; raises SettingsError where the calendar cannot say."""
        if self.calendar is not None:
            return self.calendar.lesson_spans_ms(day, self.zone)
        return weekday_spans_ms(day, self.zone, self.lessons)


def steady(number: float) -> float:
    """A statistic from a store to nine significant digits: two stores add up in another order and differ in the last bits."""
    return float(f"{number:.9g}")


def weekday_spans_ms(day: date, zone: ZoneInfo, lessons: Lessons) -> tuple[tuple[int, int], ...]:
    """Start and end of lessons where there is no calendar: the weekdays alone decide."""
    if day.weekday() not in lessons.weekdays:
        return ()
    start, end = (datetime.combine(day, edge, zone).timestamp() for edge in (lessons.start, lessons.end))
    return ((round(start * 1000), round(end * 1000)),)


def midnight_ms(day: date, zone: ZoneInfo) -> int:
    """The first moment of a local day, in ms since 1970 UTC."""
    return round(datetime.combine(day, time.min, zone).timestamp() * 1000)


def day_span_ms(day: date, zone: ZoneInfo) -> tuple[int, int]:
    """Start and end of the windows that touch a local day: whole windows, even where midnight cuts one in two."""
    start, end = midnight_ms(day, zone), midnight_ms(day + timedelta(days=1), zone)
    return start // WINDOW_MS * WINDOW_MS, -(-end // WINDOW_MS) * WINDOW_MS


def months_after(day: date, months: int) -> date:
    """The same day of the month so many months later, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (following - timedelta(days=1)).day))
