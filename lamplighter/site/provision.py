"""What a school's construction ledger keeps beside rooms and light: programmes, playgrounds, networks, guards, patrols, posts."""

from datetime import date, time
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from lamplighter.runtime.settings import Settings
from lamplighter.site.facts import Name

Weekday = Annotated[int, Field(ge=0, le=6)]


class Milestone(Settings):
    """One task of a programme, who answers for it, and when it was to be and was done."""

    task: str = Field(min_length=1)
    person: str = Field("", description="who answers for it")
    planned: date
    done: date | None = None


class Programme(Settings):
    """Money spent to bring a school up to standard."""

    id: Name
    title: str = Field(min_length=1)
    fund_source: str = Field(min_length=1, description="who pays, such as the central special fund")
    cost_yuan: float = Field(ge=0, allow_inf_nan=False)
    area_m2: float | None = Field(None, gt=0, description="floor or ground built or renewed")
    begins: date
    ends: date | None = None
    target_year: int | None = Field(None, ge=2000, le=2100, description="year by which the target holds")
    target: str = Field("", description="what holds then")
    milestones: tuple[Milestone, ...] = ()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends is not None and self.ends < self.begins:
            raise ValueError(f"ends {self.ends} is before begins {self.begins}")
        return self


class Playground(Settings):
    """A sports ground."""

    id: Name
    kind: Literal["track", "football", "basketball", "volleyball", "badminton", "table_tennis", "activity"]
    area_m2: float = Field(gt=0)
    ground: Literal["synthetic", "turf", "grass", "wood", "cement", "soil"]
    built: date | None = None


class Network(Settings):
    """A network of the school: pupils', cameras', sensors'."""

    id: Name
    kind: Literal["wired", "wireless", "iot"]
    covers: tuple[Name, ...] = Field((), description="spaces it reaches; all where none is named")
    bandwidth_mbps: float = Field(gt=0, allow_inf_nan=False)
    provider: str = ""
    since: date | None = None


class Guard(Settings):
    """A security guard; the name becomes a commitment wherever it is kept for ever."""

    id: Name
    person: str = Field(min_length=1)
    full_time: bool = True
    licence: str = Field("", description="number of the guard's certificate")
    since: date
    until: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until is not None and self.until < self.since:
            raise ValueError(f"until {self.until} is before since {self.since}")
        return self


class Patrol(Settings):
    """A round that is walked every day at these times, local."""

    id: Name
    route: str = Field(min_length=1)
    starts: tuple[time, ...] = Field(min_length=1)
    people: int = Field(1, ge=1)


class ProtectivePost(Settings):
    """Times at which police, guards or parents stand at a gate while pupils come and go."""

    space: Name
    weekdays: tuple[Weekday, ...] = Field(min_length=1, description="0 is Monday")
    start: time
    end: time
    people: int = Field(1, ge=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.end <= self.start:
            raise ValueError(f"end {self.end} is not after start {self.start}")
        return self
