"""What a rule is: a threshold with the clause it comes from, the evidence it asks for and how sure we are of the text."""

from datetime import date
from itertools import combinations
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from lamplighter.runtime.settings import Settings
from lamplighter.site.model import SpaceKind

Certainty = Literal["V", "S", "M", "D"]
Strength = Literal["shall", "should", "target"]
Severity = Literal["critical", "major", "minor", "informational"]
Comparator = Literal[">=", "<="]
Metric = Literal["desk_illuminance_average"]
Method = Literal["survey", "monitor", "certificate", "document", "test"]

CERTAINTIES: Final[dict[Certainty, tuple[str, str]]] = {
    "V": ("已核对原文", "wording of the standard read"),
    "S": ("引自二手资料", "quoted by a secondary source"),
    "D": ("内部目标", "internal target, no clause exists"),
    "M": ("凭记忆，未核实", "from memory, unverified"),
}
"""Surest first: a rule is as certain as its least certain part."""

UNITS: Final = ("lx", "1", "%", "K", "W/m2", "ppm", "degC", "s", "h", "d", "count")


def _known_unit(unit: str) -> str:
    if unit not in UNITS:
        raise ValueError(f"unknown unit; use one of {', '.join(UNITS)}")
    return unit


class Citation(Settings):
    """Where the threshold is written; `source` is what we read, on `checked_on`."""

    number: str = Field(min_length=1)
    edition: str = Field(min_length=1)
    clause: str = Field(min_length=1)
    title_zh: str = Field(min_length=1)
    title_en: str = Field(min_length=1)
    source: str = Field(min_length=1)
    certainty: Certainty
    checked_on: date


class SurveyTerms(Settings):
    """When a grid survey counts as evidence; `certainty` is that of these conditions, not of the threshold."""

    warm_up_min: float = Field(ge=0, description="minutes the lamps had been on")
    curtains_drawn: bool = Field(description="daylight shut out, and what remains subtracted point by point")
    plane_low_m: float = Field(gt=0, description="lowest height of the measured plane that is still a desk")
    plane_high_m: float = Field(gt=0, le=2)
    source: str
    certainty: Certainty


class MonitorTerms(Settings):
    """When fixed sensors may say "likely below". Windows of our own: never a compliance failure."""

    windows_min: int = Field(ge=1, description="10-minute windows of lessons with the lamps on throughout")
    window_samples_min: int = Field(ge=1, description="good samples of each calibrated sensor in a window")
    dimming_min_pct: float = Field(ge=0, le=100, description="dimmed lamps are no evidence of an underlit room")


class Rule(Settings):
    """One requirement of one clause. `effective_to` is the last day in force, None while it is."""

    id: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}-[A-Z0-9]{2,6}$")]
    version: str = Field(min_length=1)
    status: Literal["active", "draft"] = "active"
    effective_from: date
    effective_to: date | None = None
    jurisdiction: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]
    title_zh: str = Field(min_length=1)
    title_en: str = Field(min_length=1)
    applies_to: tuple[SpaceKind, ...] = Field(min_length=1)
    metric: Metric
    comparator: Comparator
    threshold: float = Field(allow_inf_nan=False)
    unit: Annotated[str, AfterValidator(_known_unit)]
    min_samples: int = Field(ge=1)
    method_required: Method
    valid_months: int = Field(ge=1, description="how long a survey or a calibration speaks for the room: our setting, in no clause")
    survey: SurveyTerms
    monitor: MonitorTerms | None = None
    strength: Strength
    severity: Severity
    citation: Citation

    @model_validator(mode="after")
    def _honest(self) -> Self:
        if self.effective_to is not None and self.effective_to < self.effective_from:
            raise ValueError(f"effective_to {self.effective_to} is before effective_from {self.effective_from}")
        if self.certainty == "M" and self.status != "draft":
            raise ValueError('a text from memory (certainty "M") must have status = "draft" until someone has read it')
        if self.citation.certainty == "D" and self.strength != "target":
            raise ValueError('no clause exists (certainty "D"), so strength must be "target"')
        return self

    @property
    def certainty(self) -> Certainty:
        """How sure we are of the rule: as sure as of its least certain part."""
        order = tuple(CERTAINTIES)
        return max((self.citation.certainty, self.survey.certainty), key=order.index)

    def in_force(self, day: date) -> bool:
        """Whether the rule may raise a verdict on that day; drafts never do."""
        last = self.effective_to or date.max
        return self.status == "active" and self.effective_from <= day <= last


class Pack(Settings):
    """A file of rules."""

    rules: tuple[Rule, ...]


def clashes(rules: tuple[Rule, ...]) -> list[str]:
    """One line for each two rules of the same id and jurisdiction that are in force on the same day."""
    return [
        f"rule {one.id} ({one.jurisdiction}): versions {one.version} and {other.version} are in force "
        "on the same days; end the older one with effective_to"
        for one, other in combinations(rules, 2)
        if (one.id, one.jurisdiction) == (other.id, other.jurisdiction) and _overlap(one, other)
    ]


def _overlap(one: Rule, other: Rule) -> bool:
    return one.effective_from <= (other.effective_to or date.max) and other.effective_from <= (one.effective_to or date.max)
