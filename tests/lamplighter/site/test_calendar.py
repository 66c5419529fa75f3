"""Which days are school days, on a real year's holidays and make-up days."""

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from lamplighter.contract.errors import SettingsError
from lamplighter.site.calendar import DayKind, SchoolCalendar, UnpublishedYear, days_between

pytestmark = pytest.mark.unit

BEIJING = ZoneInfo("Asia/Shanghai")
AUTUMN = {"first": date(2026, 9, 1), "last": date(2027, 1, 22)}
SPRING = {"first": date(2026, 3, 2), "last": date(2026, 7, 3)}


def calendar(**more: Any) -> SchoolCalendar:
    return SchoolCalendar.model_validate({"terms": [SPRING, AUTUMN]} | more)


REAL_DAYS: list[tuple[date, DayKind]] = [
    (date(2026, 4, 6), "public_holiday"),  # Qingming, a Monday
    (date(2026, 5, 5), "public_holiday"),  # Labour Day's fifth day, a Tuesday
    (date(2026, 5, 9), "make_up"),  # the Saturday worked for it
    (date(2026, 5, 16), "weekend"),
    (date(2026, 6, 19), "public_holiday"),  # Dragon Boat, a Friday
    (date(2026, 9, 20), "make_up"),  # the Sunday worked for National Day
    (date(2026, 9, 25), "public_holiday"),  # Mid-Autumn, a Friday
    (date(2026, 10, 7), "public_holiday"),
    (date(2026, 10, 8), "lessons"),
    (date(2026, 10, 10), "make_up"),  # a Saturday
    (date(2026, 10, 11), "weekend"),
    (date(2026, 2, 14), "vacation"),  # a make-up Saturday for offices, outside the terms
    (date(2026, 8, 3), "vacation"),
]


@pytest.mark.parametrize(("day", "kind"), REAL_DAYS, ids=[str(day) for day, _ in REAL_DAYS])
def test_a_day_of_2026_is_what_the_notice_says(day: date, kind: DayKind) -> None:
    assert calendar().plan(day).kind == kind


def test_school_days_of_a_month_are_its_weekdays_less_holidays_plus_make_up_days() -> None:
    taught = [day.day for day in days_between(date(2026, 10, 1), date(2026, 10, 31)) if calendar().plan(day).periods]
    assert taught == [8, 9, 10, 12, 13, 14, 15, 16, 19, 20, 21, 22, 23, 26, 27, 28, 29, 30]


def test_an_unpublished_year_is_refused_not_guessed() -> None:
    beyond = calendar(terms=[{"first": date(2099, 2, 1), "last": date(2099, 6, 1)}])
    with pytest.raises(UnpublishedYear, match=r"2099.*chinesecalendar.*calendar\.years"):
        beyond.plan(date(2099, 3, 2))


def test_days_outside_the_terms_need_no_notice() -> None:
    assert calendar().plan(date(2099, 3, 2)).kind == "vacation"


def test_a_year_of_the_operators_own_is_used_where_the_library_has_none() -> None:
    year = {"year": 2099, "notice": "n", "holidays": [{"first": date(2099, 4, 6), "last": date(2099, 4, 6)}]}
    found = calendar(
        terms=[{"first": date(2099, 2, 1), "last": date(2099, 6, 1)}], years=[year | {"workdays": [date(2099, 4, 11)]}]
    )
    assert [found.plan(date(2099, 4, day)).kind for day in (6, 7, 11, 12)] == ["public_holiday", "lessons", "make_up", "weekend"]


MORNING = {"start": time(8), "end": time(12)}
WHOLE = [MORNING, {"start": time(13, 30), "end": time(16)}]


def test_a_make_up_day_without_a_timetable_is_refused_where_weekdays_differ() -> None:
    tables = [{"weekdays": [0, 1, 2, 3], "periods": WHOLE}, {"weekdays": [4], "periods": [MORNING]}]
    with pytest.raises(SettingsError, match="2026-10-10 is a make-up day"):
        calendar(timetables=tables).plan(date(2026, 10, 10))


def test_a_make_up_day_follows_the_timetable_it_is_given() -> None:
    tables = [{"weekdays": [0, 1, 2, 3], "periods": WHOLE}, {"weekdays": [4], "periods": [MORNING]}]
    found = calendar(timetables=tables, make_up=[{"day": date(2026, 10, 10), "as_weekday": 4}]).plan(date(2026, 10, 10))
    assert (found.kind, [period.end for period in found.periods]) == ("make_up", [time(12)])


def test_a_school_may_close_on_a_public_make_up_day() -> None:
    day = date(2026, 10, 10)
    assert calendar(closed=[{"first": day, "last": day}]).plan(day) == ("closed", ())


def test_exam_days_are_still_days_with_people_in_the_rooms() -> None:
    found = calendar(exams=[{"first": date(2026, 11, 10), "last": date(2026, 11, 11)}]).plan(date(2026, 11, 10))
    assert found.kind == "exam"
    assert found.periods


def test_lessons_are_local_time() -> None:
    start = round(datetime(2026, 11, 20, 0, 0, tzinfo=UTC).timestamp() * 1000)
    spans = calendar(timetables=[{"periods": WHOLE}]).lesson_spans_ms(date(2026, 11, 20), BEIJING)
    assert spans == ((start, start + 4 * 3_600_000), (start + 5 * 3_600_000 + 1_800_000, start + 8 * 3_600_000))


def test_a_night_runs_over_midnight() -> None:
    nights = [hour for hour in range(24) if calendar().is_night(datetime(2026, 11, 20, hour, tzinfo=BEIJING), BEIJING)]
    assert nights == [0, 1, 2, 3, 4, 5, 22, 23]


def test_a_school_keeps_its_own_keys_and_takes_the_others_from_the_city() -> None:
    city = calendar(closed=[{"first": date(2026, 11, 2), "last": date(2026, 11, 2)}], exams=[SPRING])
    own = SchoolCalendar.model_validate({"terms": [AUTUMN], "closed": []}).over(city)
    assert (own.terms[0].first, own.closed, len(own.exams)) == (date(2026, 9, 1), (), 1)


BROKEN: list[tuple[dict[str, Any], str]] = [
    ({"terms": []}, "terms"),
    ({"terms": [{"first": date(2026, 9, 1), "last": date(2026, 8, 1)}]}, "before first"),
    ({"terms": [SPRING, {"first": date(2026, 7, 1), "last": date(2026, 8, 1)}]}, "overlap"),
    ({"timetables": [{"weekdays": [7]}]}, "0 .Monday. to 6"),
    ({"timetables": [{"periods": [MORNING, {"start": time(11), "end": time(13)}]}]}, "periods overlap"),
    ({"timetables": [{"periods": [{"start": time(11), "end": time(11)}]}]}, "not after start"),
    ({"timetables": [{}, {"weekdays": [4]}]}, "weekday 4 has two"),
    ({"make_up": [{"day": date(2026, 10, 10), "as_weekday": 1}] * 2}, "twice"),
]


@pytest.mark.parametrize(("changed", "words"), BROKEN, ids=[words for _, words in BROKEN])
def test_an_impossible_calendar_is_refused(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        calendar(**changed)
