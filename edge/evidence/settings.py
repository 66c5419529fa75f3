"""Which evidence a gateway makes and how long it keeps it."""

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from edge.evidence.jurisdictions import JURISDICTIONS, Jurisdiction
from lamplighter.runtime.settings import Settings

_MB = 1_000_000


class EvidenceSettings(Settings):
    """Clips around the raise of a condition, pixelated; they leave the gateway only when somebody asks for one."""

    clips: bool = Field(True, description="make a clip of each condition that a camera raises")
    before_s: float = Field(10.0, ge=0, le=60, description="a clip begins this long before the raise")
    after_s: float = Field(10.0, ge=1, le=60, description="and ends this long after it")
    fps: float = Field(15.0, ge=1, le=30, description="pictures a second in a clip, at most")
    buffer_mb: float = Field(32.0, ge=1, le=1024, description="encoded pictures kept in memory for each camera, at most")
    days: float = Field(30.0, gt=0, le=3650, description="a clip is deleted after this, unless its condition still holds")
    most_mb: float = Field(2000.0, ge=10, description="room for clips on the gateway's disk; the oldest are deleted beyond it")
    jurisdiction: Literal["cn", "cn-key-target", "eu", "none"] = Field(
        "cn", description="whose law sets the floor and the ceiling of `days`"
    )
    seal_to: Path | None = Field(
        None, description="public key (PEM, X25519) to which the unpixelated original of each clip is sealed; absent: none is kept"
    )

    @model_validator(mode="after")
    def _lawful(self) -> "EvidenceSettings":
        law = self.law
        if self.days < law.floor_days:
            raise ValueError(f"days = {self.days:g} is below the {law.floor_days:g} of jurisdiction {law.name!r} ({law.citation})")
        if law.ceiling_days is not None and self.days > law.ceiling_days:
            raise ValueError(
                f"days = {self.days:g} is above the {law.ceiling_days:g} of jurisdiction {law.name!r} ({law.citation})"
            )
        return self

    @property
    def law(self) -> Jurisdiction:
        """The row of the table."""
        return JURISDICTIONS[self.jurisdiction]

    @property
    def most_bytes(self) -> int:
        """Room on disk."""
        return round(self.most_mb * _MB)

    @property
    def buffer_bytes(self) -> int:
        """Room in memory for each camera."""
        return round(self.buffer_mb * _MB)
