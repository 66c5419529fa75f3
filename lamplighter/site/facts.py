"""What a school's ledger states beside its rooms and devices: profile, luminaires, works, documents and limits of its own."""

from datetime import date
from typing import Annotated, Final, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from lamplighter.contract.topics import NAME_PATTERN
from lamplighter.runtime.settings import Settings

Name = Annotated[str, StringConstraints(pattern=f"^{NAME_PATTERN}$")]
Stage = Literal["kindergarten", "primary", "junior", "senior"]
WorkKind = Literal["lamps_replaced", "lamps_cleaned", "layout_changed", "renovated"]
RecordMethod = Literal["survey", "certificate", "document", "test"]

ENDS_SURVEYS: Final[frozenset[WorkKind]] = frozenset({"lamps_replaced", "layout_changed", "renovated"})
"""Works after which an older survey no longer speaks for the room."""

FRESHENS: Final[frozenset[WorkKind]] = frozenset({"lamps_replaced", "lamps_cleaned", "renovated"})
"""Works after which lamps give more than they will when maintenance is due."""


class Profile(Settings):
    """What decides which rules a school is under."""

    stages: tuple[Stage, ...] = Field(min_length=1, description="a combined school names several")
    enrolment: int = Field(ge=0)
    people: int | None = Field(None, ge=0, description="pupils and staff together, where a rule counts both")
    boarding: bool = False
    locality: Literal["urban", "town", "rural"] = "urban"
    counter_terrorism_target: bool = Field(False, description="designated key target")
    pair_school: Name | None = Field(None, description="the school it is paired with")
    education_group: str = Field("", description="the education group it belongs to")
    school_zone: str = Field("", description="the school zone (学区) it lies in")


class LampCertificate(Settings):
    """What the luminaire's type certificate states."""

    number: str = Field(min_length=1)
    on: date
    cri_ra: float | None = Field(None, le=100)
    r9: float | None = Field(None, le=100)
    cct_k: float | None = Field(None, gt=0)
    risk_group: int | None = Field(None, ge=0, le=3, description="photobiological risk group: 0 is RG0")
    modulation_pct: float | None = Field(None, ge=0, le=100, description="modulation depth; rules ask for it measured in the room")


class LuminaireGroup(Settings):
    """Luminaires of one type in one room."""

    id: Name
    space: Name
    role: Literal["general", "board"] = "general"
    count: int = Field(1, ge=1)
    certificate: LampCertificate | None = None
    position: str = Field("", description="where in the room, as a person finds it")
    part: str = Field("", description="maker and model, as it is ordered")
    warranty_until: date | None = Field(None, description="last day of the warranty")
    power_w: float | None = Field(None, gt=0, description="rated power of one luminaire with its control gear")
    maintenance_factor: float | None = Field(None, gt=0, le=1, description="the design's maintenance factor")


class Work(Settings):
    """Something done to a room that changes its light."""

    space: Name
    kind: WorkKind
    on: date
    maintenance_factor: float = Field(0.8, gt=0, le=1, description="share of the new light left when maintenance is due")
    cost_yuan: float | None = Field(None, ge=0, allow_inf_nan=False, description="cost in yuan")
    programme: Name | None = Field(None, description="the programme that paid for it")
    power_before_w: float | None = Field(None, gt=0, description="power of the room's lamps before")
    power_after_w: float | None = Field(None, gt=0, description="power of the room's lamps since")
    warranty_until: date | None = Field(None, description="last day of the warranty on the work")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.warranty_until is not None and self.warranty_until < self.on:
            raise ValueError(f"warranty_until {self.warranty_until} is before on {self.on}")
        return self


class Document(Settings):
    """One measured, certified, documented or tested fact about a subject: a room, luminaire group, camera, or the school itself."""

    id: Name
    method: RecordMethod
    subject: Name
    metric: Name
    value: float = Field(allow_inf_nan=False, description="in the metric's unit; yes is 1, no is 0")
    on: date
    valid_until: date | None = Field(None, description="last day on which it holds, where the document says so")
    uncertainty: float | None = Field(None, gt=0, description="expanded (k = 2), in the metric's unit")
    frequency_hz: float | None = Field(None, gt=0, description="main frequency of a flicker measurement")
    source: str = Field("", description="number of the report, or name of the file")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.valid_until is not None and self.valid_until < self.on:
            raise ValueError(f"valid_until {self.valid_until} is before on {self.on}")
        return self
