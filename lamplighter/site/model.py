"""A school as data: its spaces, devices, cameras and surveys. One site file per school."""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints, model_validator

from lamplighter.contract.topics import NAME_PATTERN
from lamplighter.runtime.settings import Settings
from lamplighter.site.calendar import SchoolCalendar
from lamplighter.site.facts import Document, LuminaireGroup, Profile, Work
from lamplighter.site.provision import (
    Equipment,
    Guard,
    Kitchen,
    Network,
    Patrol,
    Playground,
    Programme,
    ProtectivePost,
    SchoolClass,
)
from lamplighter.site.row_faults import CHECKED, row_faults

Name = Annotated[str, StringConstraints(pattern=f"^{NAME_PATTERN}$")]
SpaceKind = Literal[
    "classroom",
    "laboratory",
    "corridor",
    "yard",
    "gate",
    "kitchen",
    "office",
    "art_room",
    "computer_room",
    "reading_room",
    "stair",
    "dormitory",
    "canteen",
    "toilet",
    "bathroom",
    "changing_room",
    "nursing_room",
    "outside_gate",
]
DeviceKind = Literal[
    "light_sensor",
    "luminaire",
    "air_sensor",
    "refrigerator",
    "freezer",
    "occupancy_sensor",
    "smoke_detector",
    "gas_detector",
    "door_contact",
    "panic_button",
    "network_link",
    "equipment",
    "power_supply",
    "recorder",
]
Surface = Literal["desk", "board", "plane", "floor"]
"""What a survey measured: desks, the board's face, a plane 0.75 m above the floor, the floor."""


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
    places: int | None = Field(None, ge=0, description="how many people it has places for")
    camera_places: tuple[Name, ...] = Field((), description="places in it at which a camera is required")


class Device(Settings):
    """A sensor or luminaire behind a gateway."""

    id: Name
    gateway: Name
    space: Name
    group: Name | None = Field(None, description="the luminaire group that a luminaire belongs to")
    kind: DeviceKind
    label: Label | None = None


class Camera(Settings):
    """A camera behind a gateway and where it looks."""

    id: Name
    gateway: Name
    space: Name
    label: Label
    place: Name | None = Field(None, description="which of the space's `camera_places` it looks at")


class Calibration(Settings):
    """How a ceiling sensor relates to the desks below it, from a survey: desk lx = factor x sensor lx.

    It belongs to one luminaire group at one dimming level; docs/compliance.md tells how it is made.
    """

    device: Name
    factor: float = Field(gt=0)
    at: date
    zero_lx: float = Field(0.0, ge=0, description="the sensor's reading with the lamps off and daylight shut out")
    dimming_pct: float = Field(100.0, gt=0, le=100, description="dimming level that it belongs to")
    lamps: Name | None = Field(None, description="luminaire group that it belongs to; all lamps of the room without it")
    survey: Name | None = Field(None, description="the survey it comes from")
    uncertainty_pct: float | None = Field(
        None, gt=0, description="expanded (k = 2) uncertainty of the desk illuminance estimated with it"
    )


class SurveyPoint(Settings):
    """One reading of the meter; metres from the room's corner."""

    x_m: float = Field(ge=0)
    y_m: float = Field(ge=0)
    lx: float = Field(ge=0, le=200_000)
    lamps_off_lx: float | None = Field(
        None, ge=0, le=200_000, description="the same point with the lamps off: residual daylight; 0 after dark"
    )


_ALWAYS_STATED: Final = (
    "plane_height_m",
    "warm_up_min",
    "curtains_drawn",
    "meter_class",
    "meter_serial",
    "meter_calibrated_until",
    "tester",
)


class Survey(Settings):
    """A grid survey of one surface in one room. What is left out is missing evidence: such a survey counts for nothing yet."""

    id: Name
    space: Name
    at: AwareDatetime
    surface: Surface = Field("desk", description="what was measured")
    board_lamps_on: bool | None = Field(None, description="whether the board's own lamps were on, as a survey of the board needs")
    uncertainty_pct: float | None = Field(
        None, gt=0, description="expanded (k = 2) uncertainty of the average, from the meter's certificate"
    )
    plane_height_m: float | None = Field(None, ge=0, le=4)
    method: Literal["centre", "four_corner"] = Field(
        "centre", description="readings in the middle of each cell, or at the corners of all cells (weights 1, 2, 4)"
    )
    warm_up_min: float | None = Field(None, ge=0, description="minutes the lamps had been on")
    curtains_drawn: bool | None = None
    meter_class: str | None = Field(None, min_length=1, description="accuracy class on the meter's certificate, as 1 or L")
    meter_serial: str | None = Field(None, min_length=1)
    meter_calibrated_until: date | None = None
    tester: str | None = Field(None, min_length=1)
    points: tuple[SurveyPoint, ...]

    def unstated(self) -> tuple[str, ...]:
        """Keys that a survey needs and this one leaves out."""
        keys = (*_ALWAYS_STATED, "board_lamps_on") if self.surface == "board" else _ALWAYS_STATED
        missing = [key for key in keys if getattr(self, key) is None]
        return (*missing, *(["lamps_off_lx"] if any(point.lamps_off_lx is None for point in self.points) else []))


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
    district_label: Label | None = Field(None, description="what people call the district; its id is shown without it")
    time_zone: Annotated[str, AfterValidator(_time_zone)] = "Asia/Shanghai"
    lessons: Lessons = Field(Lessons(), description="where there is no `[calendar]`: weekdays only, holidays unknown")
    calendar: SchoolCalendar | None = Field(None, description="terms, timetable, holidays and make-up days")
    profile: Profile | None = Field(None, description="what decides which rules the school is under")
    jurisdictions: tuple[str, ...] = Field(("CN", "CN-BJ"), description="whose rules hold here, as in the rule packs")
    limits: dict[str, float] = Field({}, description="limits that a rule leaves to the school, by the name the rule gives them")
    spaces: tuple[Space, ...]
    devices: tuple[Device, ...] = ()
    cameras: tuple[Camera, ...] = ()
    calibrations: tuple[Calibration, ...] = ()
    surveys: tuple[Survey, ...] = ()
    luminaires: tuple[LuminaireGroup, ...] = ()
    works: tuple[Work, ...] = ()
    documents: tuple[Document, ...] = ()
    classes: tuple[SchoolClass, ...] = ()
    kitchens: tuple[Kitchen, ...] = Field((), description="what a space of the kind kitchen is besides a room")
    equipment: tuple[Equipment, ...] = Field((), description="equipment of smart classrooms")
    programmes: tuple[Programme, ...] = ()
    playgrounds: tuple[Playground, ...] = ()
    networks: tuple[Network, ...] = ()
    guards: tuple[Guard, ...] = ()
    patrols: tuple[Patrol, ...] = ()
    posts: tuple[ProtectivePost, ...] = Field((), description="protective-post times at the gates")

    @model_validator(mode="after")
    def _references_hold(self) -> "Site":
        spaces = {space.id for space in self.spaces}
        devices = {device.id for device in self.devices}
        problems = [
            f"{kind} {item.id!r} names space {item.space!r}, which is not in [[spaces]]"
            for kind, items in (
                ("device", self.devices),
                ("camera", self.cameras),
                ("survey", self.surveys),
                ("luminaire group", self.luminaires),
                ("equipment", self.equipment),
            )
            for item in items
            if item.space not in spaces
        ]
        problems += [
            f"work {row.kind!r} of {row.on} names space {row.space!r}, which is not in [[spaces]]"
            for row in self.works
            if row.space not in spaces
        ]
        problems += [
            f"calibration names device {row.device!r}, which is not in [[devices]]"
            for row in self.calibrations
            if row.device not in devices
        ]
        checked = {name: getattr(self, name) for name in CHECKED}
        problems += [
            f"{fault.rows}[{fault.number}].{fault.key}: {fault.why}" for fault in row_faults(checked, self.school, self.profile)
        ]
        problems += [f"post names space {row.space!r}, which is not in [[spaces]]" for row in self.posts if row.space not in spaces]
        problems += [f"id {name!r} is used twice" for name in _doubled(self)]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def district_name(self) -> Label:
        """What people call the district."""
        return self.district_label or Label(zh=self.district, en=self.district)

    def zone(self) -> ZoneInfo:
        """The site's time zone."""
        return ZoneInfo(self.time_zone)

    def day_of(self, at: datetime) -> date:
        """The local calendar day of a moment."""
        return at.astimezone(self.zone()).date()


def district_names(sites: Iterable[Site]) -> dict[str, Label]:
    """District -> what people call it; one school that says so is enough."""
    ordered = sorted(sites, key=lambda site: site.district_label is not None)
    return {site.district: site.district_name() for site in ordered}


def _doubled(site: Site) -> list[str]:
    doubled = []
    ledger = (site.classes, site.equipment, site.programmes, site.playgrounds, site.networks, site.guards, site.patrols)
    for items in (site.spaces, site.devices, site.cameras, site.surveys, site.luminaires, site.documents, *ledger):
        names = [item.id for item in items]
        doubled += sorted({name for name in names if names.count(name) > 1})
    return doubled
