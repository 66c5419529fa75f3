"""The school calendar: terms, lessons, public holidays and make-up days, exams and nights. A year nobody published is refused."""

import itertools
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final, Literal, NamedTuple, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from lamplighter.contract.errors import SettingsError
from lamplighter.runtime.settings import Settings

DayKind = Literal["lessons", "make_up", "exam", "weekend", "public_holiday", "vacation", "closed"]

DAY_KINDS: Final[dict[DayKind, tuple[str, str]]] = {
    "lessons": ("上课日", "lessons"),
    "make_up": ("调休上课日", "make-up day"),
    "exam": ("考试日", "exams"),
    "weekend": ("周末", "weekend"),
    "public_holiday": ("法定节假日", "public holiday"),
    "vacation": ("假期", "out of term"),
    "closed": ("停课", "school closed"),
}
"""Chinese and English words of each kind of day."""


class UnpublishedYear(SettingsError):
    """Nobody has published this year's public holidays yet, so nobody can say which days are school days."""

    def __init__(self, year: int) -> None:
        self.year = year
        super().__init__(
            f"calendar: the public holidays of {year} are not in the kept library; "
            f"update chinesecalendar, or add [[calendar.years]] with year = {year} from the State Council's notice"
        )


class Span(Settings):
    """Days from `first` to `last`, both included."""

    first: date
    last: date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"last {self.last} is before first {self.first}")
        return self

    def holds(self, day: date) -> bool:
        """Whether the day lies in it."""
        return self.first <= day <= self.last


class LessonPeriod(Settings):
    """One lesson, local time."""

    start: time
    end: time

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.end <= self.start:
            raise ValueError(f"end {self.end} is not after start {self.start}")
        return self


class Timetable(Settings):
    """The lessons of some weekdays."""

    weekdays: tuple[int, ...] = Field((0, 1, 2, 3, 4), description="0 is Monday")
    periods: tuple[LessonPeriod, ...] = (LessonPeriod(start=time(8), end=time(17)),)

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if any(not 0 <= number <= 6 for number in self.weekdays):
            raise ValueError("weekdays run from 0 (Monday) to 6 (Sunday)")
        ordered = sorted(self.periods, key=lambda period: period.start)
        if any(later.start < earlier.end for earlier, later in itertools.pairwise(ordered)):
            raise ValueError("periods overlap")
        return self


class MakeUp(Settings):
    """A day taught by another weekday's timetable."""

    day: date
    as_weekday: int = Field(ge=0, le=6, description="0 is Monday")


class Night(Settings):
    """When nobody should be in the buildings, local time; may run over midnight."""

    start: time = time(22)
    end: time = time(6)

    def holds(self, local: datetime) -> bool:
        """Whether a local moment lies in it."""
        at, start, end = local.time(), self.start, self.end
        return start <= at < end if start <= end else at >= start or at < end


class PublishedYear(Settings):
    """A year's public holidays and make-up work days as the notice gives them; replaces the library's."""

    year: int = Field(ge=2004, le=2100)
    notice: str = Field(min_length=1, description="number of the notice")
    holidays: tuple[Span, ...]
    workdays: tuple[date, ...] = Field((), description="weekend days worked instead")


class DayPlan(NamedTuple):
    """What a day is, and its lessons in order."""

    kind: DayKind
    periods: tuple[LessonPeriod, ...]


class SchoolCalendar(Settings):
    """When a school is in use. Days outside the terms are vacation."""

    public_holidays: Literal["CN", "none"] = Field("CN", description="whose public holidays; `none` only where there are none")
    years: tuple[PublishedYear, ...] = Field((), description="years the kept library does not hold yet")
    terms: tuple[Span, ...] = Field(min_length=1)
    timetables: tuple[Timetable, ...] = (Timetable(),)
    closed: tuple[Span, ...] = Field((), description="days without lessons of this school's own")
    make_up: tuple[MakeUp, ...] = Field(
        (), description="which timetable a make-up day follows; lessons on days of the school's own"
    )
    exams: tuple[Span, ...] = ()
    night: Night = Night()

    @model_validator(mode="after")
    def _sound(self) -> Self:
        days = [number for row in self.timetables for number in row.weekdays]
        problems = [f"weekday {number} has two timetables" for number in sorted({n for n in days if days.count(n) > 1})]
        spans = sorted(self.terms, key=lambda term: term.first)
        problems += [
            f"terms from {one.first} and {other.first} overlap"
            for one, other in itertools.pairwise(spans)
            if other.first <= one.last
        ]
        made_up = [row.day for row in self.make_up]
        problems += [f"make_up names {day} twice" for day in sorted({day for day in made_up if made_up.count(day) > 1})]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def plan(self, day: date) -> DayPlan:
        """What the day is; raises UnpublishedYear inside a term, and SettingsError for a make-up day without a timetable."""
        if not any(term.holds(day) for term in self.terms):
            return DayPlan("vacation", ())
        if any(span.holds(day) for span in self.closed):
            return DayPlan("closed", ())
        own = next((row.as_weekday for row in self.make_up if row.day == day), None)
        if own is not None:
            return DayPlan("make_up", self._periods(own))
        return self._public_plan(day)

    def lesson_spans_ms(self, day: date, zone: ZoneInfo) -> tuple[tuple[int, int], ...]:
        """Start and end of each lesson of a local day in ms since 1970 UTC; raises as `plan`."""
        return tuple(
            (_ms(datetime.combine(day, period.start, zone)), _ms(datetime.combine(day, period.end, zone)))
            for period in self.plan(day).periods
        )

    def is_night(self, at: datetime, zone: ZoneInfo) -> bool:
        """Whether a moment lies in the night."""
        return self.night.holds(at.astimezone(zone))

    def over(self, city: "SchoolCalendar") -> "SchoolCalendar":
        """This school's keys where it gives them, the city's elsewhere."""
        own = {name: getattr(self, name) for name in self.model_fields_set}
        return city.model_copy(update=own)

    def _public_plan(self, day: date) -> DayPlan:
        off, worked = self._public(day)
        if off:
            return DayPlan("public_holiday", ())
        if worked:
            return DayPlan("make_up", self._make_up_periods(day))
        periods = self._periods(day.weekday())
        if not periods:
            return DayPlan("weekend", ())
        return DayPlan("exam" if any(span.holds(day) for span in self.exams) else "lessons", periods)

    def _public(self, day: date) -> tuple[bool, bool]:
        """Whether the day is a public day off, and whether it is a weekend day worked instead; raises UnpublishedYear."""
        if self.public_holidays == "none":
            return False, False
        for year in self.years:
            if year.year == day.year:
                return any(span.holds(day) for span in year.holidays), day in year.workdays
        return _from_library(day)

    def _periods(self, weekday: int) -> tuple[LessonPeriod, ...]:
        found = next((row.periods for row in self.timetables if weekday in row.weekdays), ())
        return tuple(sorted(found, key=lambda period: period.start))

    def _make_up_periods(self, day: date) -> tuple[LessonPeriod, ...]:
        # The notice says that the day is worked, not whose lessons are taught.
        known = {self._periods(weekday) for weekday in range(5)}
        if len(known) > 1:
            raise SettingsError(
                f"calendar: {day} is a make-up day and the weekdays have different lessons; "
                "add it to calendar.make_up with as_weekday, or to calendar.closed"
            )
        return known.pop()


@lru_cache(maxsize=1024)
def _from_library(day: date) -> tuple[bool, bool]:
    from chinese_calendar import is_workday
    from chinese_calendar.constants import holidays, workdays

    try:
        is_workday(day)
    except NotImplementedError as error:
        raise UnpublishedYear(day.year) from error
    return day in holidays, day in workdays


def days_between(first: date, last: date) -> tuple[date, ...]:
    """Every day from `first` to `last`, both included."""
    return tuple(first + timedelta(days=number) for number in range((last - first).days + 1))


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)
