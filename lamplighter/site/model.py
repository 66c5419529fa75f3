"""A school as data: its spaces, devices, cameras and surveys. One site file per school."""

from datetime import date, datetime, time
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints, model_validator

from lamplighter.contract.topics import NAME_PATTERN
from lamplighter.runtime.settings import Settings

Name = Annotated[str, StringConstraints(pattern=f"^{NAME_PATTERN}$")]
SpaceKind = Literal["classroom", "laboratory", "corridor", "yard", "gate", "kitchen", "office"]


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("is not a time zone name such as Asia/Shanghai") from error
    return name


class Label(Settings):
    """What people call it."""

    zh: str
    en: str


class Space(Settings):
    """A room, corridor or yard."""

    id: Name
    building: Name
    floor: int = 1
    kind: SpaceKind = "classroom"
    label: Label
    area_m2: float | None = Field(None, gt=0)


class Device(Settings):
    """A sensor or luminaire behind a gateway."""

    id: Name
    gateway: Name
    space: Name
    kind: Literal["light_sensor", "luminaire"]
    label: Label | None = None


class Camera(Settings):
    """A camera behind a gateway and where it looks."""

    id: Name
    gateway: Name
    space: Name
    label: Label


class Calibration(Settings):
    """How a ceiling sensor relates to the desks below it, from a survey: desk lx = factor x sensor lx."""

    device: Name
    factor: float = Field(gt=0)
    at: date


class SurveyPoint(Settings):
    """One reading of the meter; metres from the room's corner."""

    x_m: float = Field(ge=0)
    y_m: float = Field(ge=0)
    lx: float = Field(ge=0, le=200_000)
    lamps_off_lx: float = Field(0.0, ge=0, le=200_000, description="the same point with the lamps off: residual daylight")


class Survey(Settings):
    """A grid survey of desk illuminance in one room."""

    id: Name
    space: Name
    at: AwareDatetime
    plane_height_m: float = Field(gt=0, le=2)
    method: Literal["centre"] = "centre"
    warm_up_min: float = Field(ge=0)
    curtains_drawn: bool
    meter_serial: str
    meter_calibrated_until: date
    tester: str
    points: tuple[SurveyPoint, ...]


class Lessons(Settings):
    """When classrooms are in use on a school day, local time."""

    start: time = time(8, 0)
    end: time = time(17, 0)
    weekdays: tuple[int, ...] = Field((0, 1, 2, 3, 4), description="0 is Monday")


class Site(Settings):
    """One school."""

    district: Name
    school: Name
    label: Label
    time_zone: Annotated[str, AfterValidator(_time_zone)] = "Asia/Shanghai"
    lessons: Lessons = Lessons()
    spaces: tuple[Space, ...]
    devices: tuple[Device, ...] = ()
    cameras: tuple[Camera, ...] = ()
    calibrations: tuple[Calibration, ...] = ()
    surveys: tuple[Survey, ...] = ()

    @model_validator(mode="after")
    def _references_hold(self) -> "Site":
        spaces = {space.id for space in self.spaces}
        devices = {device.id for device in self.devices}
        problems = [
            f"{kind} {item.id!r} names space {item.space!r}, which is not in [[spaces]]"
            for kind, items in (("device", self.devices), ("camera", self.cameras), ("survey", self.surveys))
            for item in items
            if item.space not in spaces
        ]
        problems += [
            f"calibration names device {row.device!r}, which is not in [[devices]]"
            for row in self.calibrations
            if row.device not in devices
        ]
        problems += [f"id {name!r} is used twice" for name in _doubled(self)]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def zone(self) -> ZoneInfo:
        """The site's time zone."""
        return ZoneInfo(self.time_zone)

    def day_of(self, at: datetime) -> date:
        """The local calendar day of a moment."""
        return at.astimezone(self.zone()).date()


def _doubled(site: Site) -> list[str]:
    doubled = []
    for items in (site.spaces, site.devices, site.cameras, site.surveys):
        names = [item.id for item in items]
        doubled += sorted({name for name in names if names.count(name) > 1})
    return doubled
