"""On which terms a piece of evidence counts: surveys, ceiling sensors, series of readings; and which schools a rule is about."""

from typing import Literal, Self

from pydantic import Field, model_validator

from compliance.texts import Certainty
from lamplighter.runtime.settings import Settings
from lamplighter.site.facts import Profile, Stage


class SurveyTerms(Settings):
    """When a grid survey counts as evidence; `certainty` is that of these conditions, not of the threshold."""

    warm_up_min: float = Field(ge=0, description="minutes the lamps had been on")
    curtains_drawn: bool = Field(description="daylight shut out, and what remains subtracted point by point")
    plane_low_m: float = Field(ge=0, description="lowest height of the measured plane")
    plane_high_m: float = Field(ge=0, le=4)
    board_lamps_on: bool = Field(False, description="the board's own lamps must be on")
    source: str = Field(min_length=1)
    certainty: Certainty


class ScreeningTerms(Settings):
    """When ceiling sensors may say "likely below". Windows of our own: never a compliance failure."""

    windows_min: int = Field(ge=1, description="10-minute windows of lessons with the lamps on throughout, on each day")
    window_samples_min: int = Field(ge=1, description="good samples of each calibrated sensor in a window")
    dimming_min_pct: float = Field(ge=0, le=100, description="dimmed lamps are no evidence of an underlit room")
    school_days: int = Field(1, ge=1, le=5, description="how many school days in a row are looked at")
    steps_min: int | None = Field(
        None, ge=3, description="switchings of all lamps at once that tell the electric light alone; without it, they do not speak"
    )


class WindowTerms(Settings):
    """How a series of readings becomes one value: a statistic of each span's pieces, then the worst span.

    A pass needs a reading in every piece: a hole is never a pass. `missing` fills holes with the worst that can be. A piece is as
    long as the figure may at most go unread, not as long as the span: one good hour must not speak for a bad day.
    """

    point: str = Field(min_length=1, description="the point that is read")
    statistic: Literal["mean", "low", "high"]
    span_min: int = Field(ge=10, multiple_of=10, description="length of a span in minutes; spans start at local midnight")
    days: int = Field(1, ge=1, le=31, description="local days looked at, the day judged last")
    when: Literal["all", "lessons"] = "all"
    grace_spans: int = Field(0, ge=0, description="so many spans in a row may be out")
    check_min: int = Field(
        10, ge=10, multiple_of=10, description="length of a piece in minutes: at least so often the figure must be read"
    )
    missing: float | None = Field(
        None, description="the worst the point can be: what a piece without readings counts as; without it, it is no evidence"
    )
    device_kind: Literal["air_sensor", "refrigerator", "freezer", "luminaire"] | None = Field(
        None, description="devices of the room that are read"
    )
    scale: float = Field(1, gt=0, description="value = scale x reading")
    source: str = Field(min_length=1)
    certainty: Certainty

    @model_validator(mode="after")
    def _spans_fit(self) -> Self:
        if self.span_min > 1440 * self.days:
            raise ValueError(f"span_min {self.span_min} is longer than {self.days} day(s)")
        if self.span_min % self.check_min:
            raise ValueError(f"span_min {self.span_min} is not a multiple of check_min {self.check_min}")
        return self


class Only(Settings):
    """Which schools a rule is about; what is left out is free."""

    stages: tuple[Stage, ...] = ()
    boarding: bool | None = None
    counter_terrorism_target: bool | None = None
    people_from: int | None = Field(None, ge=0)
    people_below: int | None = Field(None, ge=0)

    def needs(self, profile: Profile | None) -> str | None:
        """The key of the school's profile that is missing, or None."""
        if profile is None:
            return "profile"
        by_people = self.people_from is not None or self.people_below is not None
        return "profile.people" if by_people and profile.people is None else None

    def holds(self, profile: Profile) -> bool:
        """Whether the school is one of these; `needs` gave None."""
        people = profile.people or 0
        return all(
            (
                not self.stages or not set(self.stages).isdisjoint(profile.stages),
                self.boarding in {None, profile.boarding},
                self.counter_terrorism_target in {None, profile.counter_terrorism_target},
                self.people_from is None or people >= self.people_from,
                self.people_below is None or people < self.people_below,
            )
        )


class Steps(Settings):
    """A threshold that grows with the school: `add` more for each further `each` people above `people_from`."""

    people_from: int = Field(ge=0)
    each: int = Field(ge=1)
    add: float
