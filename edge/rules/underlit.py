"""A room whose lamps burn at full output and still give too little light."""

from collections.abc import Sequence
from typing import Final, Literal

from pydantic import Field

from edge.drivers.protocol import Sample
from edge.rules.delays import Settled
from edge.rules.devices import Devices
from edge.rules.protocol import Level
from edge.rules.room import Rooms
from lamplighter.runtime.settings import Settings
from lamplighter.site.model import Name

FULL_PCT: Final = 95.0
"""Lamps dimmed below this, or partly switched, say nothing about what the room can have."""
DEADBAND: Final = 1.05
"""It ends at five per cent above the limit."""


class Underlit(Settings):
    """Holds while all of a room's lamps burn fully and its light sensors read less than `least_lx`.

    A sensor on the ceiling reads other than the desks get: give what it reads when the desks have what the standard asks.
    """

    kind: Literal["underlit"] = "underlit"
    name: Name = Field("underlit", description="name of the rule")
    spaces: tuple[Name, ...] = Field((), description="rooms it watches; all with light sensors and luminaires when absent")
    least_lx: float = Field(gt=0, description="median reading of the room's sensors below which it is too dark")
    on_delay_s: float = Field(900.0, ge=0, le=86_400, description="seconds below; longer than lamps need to warm up (15 min)")
    off_delay_s: float = Field(300.0, ge=0, le=86_400, description="seconds above before it is over")

    def watch(self, devices: Devices) -> "UnderlitWatch":
        """A memory for every room."""
        return UnderlitWatch(self, devices)


class UnderlitWatch:
    """Follows each room; while its lamps are not all fully lit, its level stays what it was. The source is the room."""

    def __init__(self, rule: Underlit, devices: Devices) -> None:
        self._rule = rule
        self._rooms = Rooms(devices)
        both = set(self._rooms.having("luminaire")) & set(self._rooms.having("light_sensor"))
        spaces = both & set(rule.spaces) if rule.spaces else both
        self._dark = {space: Settled(on_s=rule.on_delay_s, off_s=rule.off_delay_s) for space in sorted(spaces)}

    def observe(self, sample: Sample) -> Level | None:
        """The level of the sample's room; None while it is not known."""
        space = self._rooms.see(sample)
        if space not in self._dark:
            return None
        lamps, light_lx = self._rooms.lamps(space, sample.at_ms), self._rooms.light_lx(space, sample.at_ms)
        settled = self._dark[space]
        if light_lx is None or not lamps or min(lamps.values()) < FULL_PCT:
            settled.pause()
            return None
        least_lx = self._rule.least_lx * (DEADBAND if settled.active else 1.0)
        active = settled.update(says=light_lx < least_lx, at_ms=sample.at_ms)
        if active is None:
            return None
        evidence = {"illuminance_lx": round(light_lx, 1), "limit_lx": self._rule.least_lx}
        return Level(self._rule.kind, self._rule.name, space, active=active, at_ms=sample.at_ms, evidence=evidence)

    def tick(self, at_ms: int) -> Sequence[Level]:  # noqa: ARG002 - the protocol's shape
        """Nothing: without new readings nothing is known."""
        return ()
