"""Which sheets there are and what their rows become in a school's site."""

from datetime import date
from typing import Final, Literal, NamedTuple

from pydantic import BaseModel, Field

from compliance.ledger.columns import Column, columns_of
from lamplighter.runtime.settings import Settings
from lamplighter.site.calendar import LessonPeriod, MakeUp, Night
from lamplighter.site.facts import Document, LuminaireGroup, Work
from lamplighter.site.model import Calibration, Camera, Device, Name, Site, Space, Survey, SurveyPoint
from lamplighter.site.provision import (
    Equipment,
    Guard,
    Kitchen,
    Milestone,
    Network,
    Patrol,
    Playground,
    Programme,
    ProtectivePost,
    SchoolClass,
    Target,
)


class Limit(Settings):
    """A limit that a rule leaves to the school."""

    name: str = Field(min_length=1)
    value: float


class SpanRow(Settings):
    """Days of one kind in the calendar."""

    kind: Literal["term", "closed", "exam"]
    first: date
    last: date


class LessonRow(LessonPeriod):
    """A lesson of some weekdays."""

    weekdays: tuple[int, ...] = Field(description="0 is Monday")


class CalendarRow(Settings):
    """What a school's calendar says once."""

    public_holidays: Literal["CN", "none"] = "CN"
    night: Night = Night()


class YearRow(Settings):
    """A public holiday or a make-up work day of a published year."""

    year: int
    notice: str
    kind: Literal["holiday", "workday"]
    first: date
    last: date


class SurveyPointRow(SurveyPoint):
    """A point of a survey."""

    survey: Name


class MilestoneRow(Milestone):
    """A task of a programme."""

    programme: Name


class TargetRow(Target):
    """What a programme is to reach by a year."""

    programme: Name


class Sheet(NamedTuple):
    """A sheet; `key` names the columns that tell its rows apart within a school, `field` the site's field they fill."""

    name: str
    zh: str
    en: str
    model: type[BaseModel]
    key: tuple[str, ...]
    field: str = ""
    leave_out: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[Column, ...]:
        """Its columns, `school` first."""
        return _COLUMNS[self.name]


_OWN_SHEETS: Final = (
    "spaces",
    "devices",
    "cameras",
    "calibrations",
    "surveys",
    "luminaires",
    "works",
    "documents",
    "calendar",
    "limits",
    "classes",
    "kitchens",
    "equipment",
    "programmes",
    "playgrounds",
    "networks",
    "guards",
    "patrols",
    "posts",
)
SCHOOLS: Final = Sheet("schools", "学校", "schools", Site, (), leave_out=_OWN_SHEETS)
SHEETS: Final = (
    SCHOOLS,
    Sheet("spaces", "场所", "rooms, corridors, yards", Space, ("id",), "spaces"),
    Sheet("devices", "设备", "sensors and luminaires", Device, ("id",), "devices"),
    Sheet("cameras", "摄像机", "cameras", Camera, ("id",), "cameras"),
    Sheet("luminaires", "灯具", "groups of luminaires with their certificates", LuminaireGroup, ("id",), "luminaires"),
    Sheet("works", "施工与维护", "works that change a room's light", Work, ("space", "kind", "on"), "works"),
    Sheet("calibrations", "传感器校准", "calibrations of ceiling sensors", Calibration, ("device", "at"), "calibrations"),
    Sheet("surveys", "照度实测", "grid surveys", Survey, ("id",), "surveys", ("points",)),
    Sheet("survey_points", "实测测点", "points of the surveys", SurveyPointRow, ("survey", "x_m", "y_m")),
    Sheet("documents", "文件", "reports, certificates, tests", Document, ("id",), "documents"),
    Sheet("limits", "学校限值", "limits that a rule leaves to the school", Limit, ("name",)),
    Sheet("calendar", "校历", "calendars", CalendarRow, ()),
    Sheet("calendar_days", "校历日期", "terms, days without lessons, exams", SpanRow, ("kind", "first")),
    Sheet("lessons", "课时", "lessons by weekday", LessonRow, ("weekdays", "start")),
    Sheet("make_up", "调休上课", "make-up days", MakeUp, ("day",)),
    Sheet("years", "法定节假日", "public holidays of a year", YearRow, ("year", "kind", "first")),
    Sheet("classes", "班级", "classes and their sizes", SchoolClass, ("id",), "classes"),
    Sheet("kitchens", "后厨", "kitchens", Kitchen, ("space",), "kitchens"),
    Sheet("equipment", "智慧教室设备", "equipment of smart classrooms", Equipment, ("id",), "equipment"),
    Sheet("programmes", "建设项目", "programmes and their money", Programme, ("id",), "programmes", ("milestones", "targets")),
    Sheet("targets", "项目目标", "targets of the programmes by year", TargetRow, ("programme", "year")),
    Sheet("milestones", "项目任务", "tasks of the programmes, people and dates", MilestoneRow, ("programme", "task")),
    Sheet("playgrounds", "运动场地", "sports grounds", Playground, ("id",), "playgrounds"),
    Sheet("networks", "校园网络", "wired, wireless and IoT networks", Network, ("id",), "networks"),
    Sheet("guards", "保安员", "security guards", Guard, ("id",), "guards"),
    Sheet("patrols", "巡查", "rounds and their times", Patrol, ("id",), "patrols"),
    Sheet("posts", "护学岗", "protective-post times at the gates", ProtectivePost, ("space", "weekdays", "start"), "posts"),
)
BY_NAME: Final = {sheet.name: sheet for sheet in SHEETS}
_SCHOOL: Final = Column("school", ("school",), required=True, many=False, choices=(), kind=str)
_COLUMNS: Final = {
    sheet.name: columns_of(sheet.model, sheet.leave_out)
    if sheet is SCHOOLS
    else (_SCHOOL, *columns_of(sheet.model, sheet.leave_out))
    for sheet in SHEETS
}
