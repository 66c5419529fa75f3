"""What a school's construction ledger keeps beside rooms and light: classes, kitchens, equipment, programmes, grounds, guards."""

from datetime import date, time
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from lamplighter.runtime.settings import Settings
from lamplighter.site.facts import Name, Stage

Weekday = Annotated[int, Field(ge=0, le=6)]


class SchoolClass(Settings):
    """A class of pupils."""

    id: Name = Field(description="the class")
    stage: Stage = Field(description="its stage, one of the school's")
    grade: int = Field(ge=1, le=6, description="year within the stage")
    pupils: int = Field(ge=0, le=200, description="how many pupils it has")
    space: Name | None = Field(None, description="the room it is taught in")


class Kitchen(Settings):
    """What a room of the kind `kitchen` is besides a room."""

    space: Name = Field(description="the room")
    operator: Literal["school", "contracted"] = Field("school", description="who runs it")
    licence_number: str = Field("", description="number of the food business licence")
    meals_a_day: int | None = Field(None, ge=0, description="how many meals it serves a day")
    platform: str = Field("", description="the bright-kitchen platform it is connected to; empty is none")
    since: date | None = Field(None, description="day it was connected")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.since is not None and not self.platform:
            raise ValueError(f"since {self.since} names no platform; fill in platform")
        return self


class Equipment(Settings):
    """Equipment of a smart classroom."""

    id: Name = Field(description="the equipment")
    space: Name = Field(description="the room it stands in")
    kind: Literal["interactive_display", "projector", "computer", "class_recorder", "sound", "visualiser", "tablets"] = Field(
        description="what it is"
    )
    count: int = Field(1, ge=1, description="how many of them")
    part: str = Field("", description="maker and model")
    since: date | None = Field(None, description="first day")
    warranty_until: date | None = Field(None, description="last day of the warranty")
    device: Name | None = Field(None, description="the device that tells whether it is online")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.since is not None and self.warranty_until is not None and self.warranty_until < self.since:
            raise ValueError(f"warranty_until {self.warranty_until} is before since {self.since}")
        return self


class Target(Settings):
    """What a programme is to reach by the end of a year."""

    year: int = Field(ge=2000, le=2100, description="year by which the target holds")
    target: str = Field(min_length=1, description="what holds then")


class Milestone(Settings):
    """One task of a programme, who answers for it, and when it was to be and was done."""

    task: str = Field(min_length=1, description="what has to be done")
    person: str = Field("", description="who answers for it")
    planned: date = Field(description="day it was to be done")
    done: date | None = Field(None, description="day it was done")


class Programme(Settings):
    """Money spent to bring a school up to standard."""

    id: Name = Field(description="the programme")
    title: str = Field(min_length=1, description="what people call it")
    fund_source: str = Field(min_length=1, description="who pays, such as the central special fund")
    cost_yuan: float = Field(ge=0, allow_inf_nan=False, description="cost in yuan")
    area_m2: float | None = Field(None, gt=0, description="floor or ground built or renewed")
    begins: date = Field(description="first day")
    ends: date | None = Field(None, description="last day")
    targets: tuple[Target, ...] = Field((), description="what is to hold by which year")
    milestones: tuple[Milestone, ...] = Field((), description="its tasks")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends is not None and self.ends < self.begins:
            raise ValueError(f"ends {self.ends} is before begins {self.begins}")
        return self


class Playground(Settings):
    """A sports ground."""

    id: Name = Field(description="the ground")
    kind: Literal["track", "football", "basketball", "volleyball", "badminton", "table_tennis", "activity"] = Field(
        description="what is played on it"
    )
    area_m2: float = Field(gt=0, description="its area")
    ground: Literal["synthetic", "turf", "grass", "wood", "cement", "soil"] = Field(description="what it is covered with")
    built: date | None = Field(None, description="day it was built or renewed")


class Network(Settings):
    """A network of the school: pupils', cameras', sensors'."""

    id: Name = Field(description="the network")
    kind: Literal["wired", "wireless", "iot"] = Field(description="how it is built")
    covers: tuple[Name, ...] = Field((), description="spaces it reaches; all where none is named")
    bandwidth_mbps: float = Field(gt=0, allow_inf_nan=False, description="bandwidth in Mbit/s")
    provider: str = Field("", description="who runs it")
    since: date | None = Field(None, description="first day")


class Guard(Settings):
    """A security guard; the name becomes a commitment wherever it is kept for ever."""

    id: Name = Field(description="the guard")
    person: str = Field(min_length=1, description="name of the guard")
    full_time: bool = Field(True, description="full time or part time")
    licence: str = Field("", description="number of the guard's certificate")
    since: date = Field(description="first day")
    until: date | None = Field(None, description="last day")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until is not None and self.until < self.since:
            raise ValueError(f"until {self.until} is before since {self.since}")
        return self


class Patrol(Settings):
    """A round that is walked every day at these times, local."""

    id: Name = Field(description="the round")
    route: str = Field(min_length=1, description="where it leads")
    starts: tuple[time, ...] = Field(min_length=1, description="local times at which it starts")
    people: int = Field(1, ge=1, description="how many walk it")


class ProtectivePost(Settings):
    """Times at which police, guards or parents stand at a gate while pupils come and go."""

    space: Name = Field(description="the gate or yard")
    weekdays: tuple[Weekday, ...] = Field(min_length=1, description="0 is Monday")
    start: time = Field(description="local time")
    end: time = Field(description="local time")
    people: int = Field(1, ge=1, description="how many stand there")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.end <= self.start:
            raise ValueError(f"end {self.end} is not after start {self.start}")
        return self
