"""Sites as tables of cells: sheet -> rows, each with the place it came from."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import BaseModel

from compliance.ledger.columns import Cells, to_cells
from compliance.ledger.sheets import (
    BY_NAME,
    SCHOOLS,
    SHEETS,
    CalendarRow,
    LessonRow,
    Limit,
    MilestoneRow,
    Sheet,
    SpanRow,
    SurveyPointRow,
    TargetRow,
    YearRow,
)
from lamplighter.site.calendar import SchoolCalendar
from lamplighter.site.model import Site


class Placed(NamedTuple):
    """A row's cells and where it stands, as `FILE, sheet NAME, row 12`."""

    where: str
    cells: Cells


Tables = Mapping[str, Sequence[Placed]]
"""Sheet -> its rows."""


def tables_of(sites: Iterable[Site]) -> dict[str, list[Cells]]:
    """Every sheet's rows, schools in their order."""
    tables: dict[str, list[Cells]] = {sheet.name: [] for sheet in SHEETS}
    for site in sites:
        tables[SCHOOLS.name].append(to_cells(site, SCHOOLS.columns))
        for name, rows in _rows(site).items():
            columns = BY_NAME[name].columns[1:]
            tables[name] += [{"school": site.school, **to_cells(row, columns)} for row in rows]
    return tables


def _rows(site: Site) -> dict[str, Sequence[BaseModel]]:
    rows: dict[str, Sequence[BaseModel]] = {sheet.name: getattr(site, sheet.field) for sheet in SHEETS if sheet.field}
    rows["survey_points"] = [
        SurveyPointRow(survey=survey.id, **point.model_dump()) for survey in site.surveys for point in survey.points
    ]
    rows["milestones"] = [
        MilestoneRow(programme=programme.id, **task.model_dump()) for programme in site.programmes for task in programme.milestones
    ]
    rows["targets"] = [
        TargetRow(programme=programme.id, **target.model_dump()) for programme in site.programmes for target in programme.targets
    ]
    rows["limits"] = [Limit(name=name, value=value) for name, value in site.limits.items()]
    return rows | (_calendar_rows(site.calendar) if site.calendar is not None else {})


def _calendar_rows(calendar: SchoolCalendar) -> dict[str, Sequence[BaseModel]]:
    spans: tuple[tuple[Any, Any], ...] = (("term", calendar.terms), ("closed", calendar.closed), ("exam", calendar.exams))
    return {
        "calendar": [CalendarRow(public_holidays=calendar.public_holidays, night=calendar.night)],
        "calendar_days": [SpanRow(kind=kind, first=span.first, last=span.last) for kind, found in spans for span in found],
        "lessons": [
            LessonRow(weekdays=row.weekdays, start=period.start, end=period.end)
            for row in calendar.timetables
            for period in row.periods
        ],
        "make_up": calendar.make_up,
        "years": [
            *[
                YearRow(year=year.year, notice=year.notice, kind="holiday", first=span.first, last=span.last)
                for year in calendar.years
                for span in year.holidays
            ],
            *[
                YearRow(year=year.year, notice=year.notice, kind="workday", first=day, last=day)
                for year in calendar.years
                for day in year.workdays
            ],
        ],
    }


def key_of(sheet: Sheet, cells: Mapping[str, str]) -> str:
    """What tells the row from the others of its school and sheet."""
    return "/".join(cells.get(name, "") for name in sheet.key)


def by_school(rows: Iterable[Placed]) -> dict[str, list[Placed]]:
    """School -> its rows."""
    found: dict[str, list[Placed]] = defaultdict(list)
    for row in rows:
        found[row.cells.get("school", "")].append(row)
    return found
