"""What may be said in a visit, and the draw of its rooms."""

import hashlib
from collections.abc import Iterable
from datetime import date
from typing import Final, Literal

from pydantic import Field

from lamplighter.runtime.settings import Settings
from lamplighter.site.facts import Name

EntryKind = Literal["opened", "reading", "remark", "objection", "signed", "compared"]

MOST_ROOMS: Final = 200


class Opened(Settings):
    """The draw: anybody can do it again from seed and population."""

    seed: str = Field(min_length=1, max_length=64)
    count: int = Field(ge=1, le=MOST_ROOMS)
    population: tuple[Name, ...] = Field(min_length=1)
    rooms: tuple[Name, ...] = Field(min_length=1)


class Reading(Settings):
    """One reading of the inspector's own meter."""

    space: Name
    lx: float = Field(ge=0, le=200_000)
    lamps_off_lx: float | None = Field(None, ge=0, le=200_000)
    x_m: float | None = Field(None, ge=0)
    y_m: float | None = Field(None, ge=0)
    uncertainty_pct: float | None = Field(
        None, gt=0, le=100, description="expanded (k = 2) uncertainty of the reading, from the meter's certificate"
    )
    meter_serial: str = Field(min_length=1)
    meter_calibrated_until: date


class Remark(Settings):
    """Something seen."""

    space: Name | None = None
    text: str = Field(min_length=1, max_length=2_000)


class Objection(Settings):
    """What the school says to what was found."""

    space: Name | None = None
    text: str = Field(min_length=1, max_length=2_000)


class Signed(Settings):
    """Somebody signs: after the inspector nothing more is found, after the school nothing more is objected."""

    role: Literal["inspector", "school"]


MODELS: Final[dict[EntryKind, type[Settings]]] = {  # what people say; a comparison is the program's own word
    "opened": Opened,
    "reading": Reading,
    "remark": Remark,
    "objection": Objection,
    "signed": Signed,
}


def draw(seed: str, rooms: Iterable[str], count: int) -> tuple[str, ...]:
    """So many of the rooms, all where there are fewer: those whose SHA-256 of `seed/room` comes first, in that order.

    A hash and no generator, so that any tool in any language draws the same rooms from the same seed.
    """
    return tuple(sorted(set(rooms), key=lambda room: hashlib.sha256(f"{seed}/{room}".encode()).hexdigest())[:count])
