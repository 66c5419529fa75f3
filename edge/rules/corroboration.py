"""Which sensor of a room bears out which word of its camera."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from edge.rules.protocol import Sensed
from lamplighter.contract.records import EvidenceNumber


class Sign(NamedTuple):
    """A point that bears a condition out from this value on, or from this rise within ten minutes on."""

    point: str
    least: float | None = None
    rise: float | None = None


SIGNS: Final[dict[str, tuple[Sign, ...]]] = {
    # 54 degrees: the least static response of a class A1 heat detector (EN 54-5, table 1). The rise is our own figure.
    "fire_smoke": (Sign("smoke", least=1.0), Sign("temperature_c", least=54.0), Sign("temperature_c", rise=10.0)),
    "occupied_after_hours": (Sign("active_power_w", least=5.0), Sign("dimming_level_pct", least=1.0)),
}
"""Kind of condition -> signs of it. Our own figures where no source stands beside them."""


class Confirmation(NamedTuple):
    """How long flames and smoke must be recognised, and how many looks that takes at least."""

    flame_s: float
    flame_looks: int
    smoke_s: float
    smoke_looks: int


CORROBORATED: Final = Confirmation(flame_s=0.4, flame_looks=2, smoke_s=4.0, smoke_looks=3)
"""Where a sensor of the room bears the camera out: a third of the time. A sensor that is silent makes nothing slower."""


def borne_out(kind: str, senses: Iterable[Sensed]) -> dict[str, EvidenceNumber]:
    """As evidence: which sensor bears the kind out and how; that none does; nothing where the room has no such sensor."""
    signs = SIGNS[kind]
    asked = [(row, sign) for row in senses for sign in signs if row.point == sign.point]
    told = next((row for row, sign in asked if _shows(row, sign)), None)
    if told is not None:
        return {"corroborated": True, "corroborated_by": f"{told.device} {told.point} {told.value:g}"}
    return {"corroborated": False} if asked else {}


def _shows(row: Sensed, sign: Sign) -> bool:
    reached = sign.least is not None and row.value >= sign.least
    return reached or (sign.rise is not None and row.rise >= sign.rise)
