"""Lamps that burn in a room nobody uses."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from edge.drivers.protocol import Sample
from edge.rules.delays import Settled
from edge.rules.devices import Devices
from edge.rules.protocol import Level
from edge.rules.room import Rooms
from edge.rules.schedule import TimeZone, Windows, armed_at
from lamplighter.contract.errors import SettingsError
from lamplighter.runtime.settings import Settings
from lamplighter.site.calendar import SchoolCalendar
from lamplighter.site.model import Name

_AROUND_MS: Final = 1_800_000
"""Half an hour before the first lesson and after the last, and the breaks between, belong to the school day."""


class LightsLeftOn(Settings):
    """Holds while a lamp burns in a room that nobody uses: by its occupancy sensor, else outside the school's hours."""

    kind: Literal["lights_left_on"] = "lights_left_on"
    name: Name = Field("lights-left-on", description="name of the rule")
    spaces: tuple[Name, ...] = Field((), description="rooms it watches; all with a luminaire when absent")
    unused: Windows = Field(
        None, description='local hours in which nobody should be there, such as ["21:00-06:00"], where no occupancy sensor tells'
    )
    calendar: SchoolCalendar | None = Field(
        None, description="the school's calendar, as in its site file: outside its lessons and half an hour around nobody is there"
    )
    time_zone: TimeZone = Field("Asia/Shanghai", description="time zone of hours and lessons")
    on_delay_s: float = Field(
        900.0, ge=0, le=86_400, description="seconds that a lamp must burn in an unused room before it counts"
    )

    def watch(self, devices: Devices) -> "LightsLeftOnWatch":
        """A memory for every room."""
        return LightsLeftOnWatch(self, devices)


class LightsLeftOnWatch:
    """Follows each room; the source of its level is the room."""

    def __init__(self, rule: LightsLeftOn, devices: Devices) -> None:
        self._rule = rule
        self._zone = ZoneInfo(rule.time_zone)
        self._rooms = Rooms(devices)
        spaces = [space for space in self._rooms.having("luminaire") if not rule.spaces or space in rule.spaces]
        self._left_on = {space: Settled(on_s=rule.on_delay_s, off_s=0.0) for space in spaces}

    def observe(self, sample: Sample) -> Level | None:
        """The level of the sample's room."""
        space = self._rooms.see(sample)
        return None if space not in self._left_on else self._level(space, sample.at_ms)

    def tick(self, at_ms: int) -> Sequence[Level]:
        """Hours begin and end by themselves."""
        levels = [self._level(space, at_ms) for space in self._left_on]
        return [level for level in levels if level is not None]

    def _level(self, space: str, at_ms: int) -> Level | None:
        lamps = self._rooms.lamps(space, at_ms)
        unused = self._unused(space, at_ms)
        if not lamps or unused is None:
            return None
        burning = sorted(name for name, lit_pct in lamps.items() if lit_pct > 0)
        active = self._left_on[space].update(says=bool(burning) and unused, at_ms=at_ms)
        if active is None:
            return None
        return Level(self._rule.kind, self._rule.name, space, active=active, at_ms=at_ms, evidence={"lamps": ", ".join(burning)})

    def _unused(self, space: str, at_ms: int) -> bool | None:
        occupied = self._rooms.occupied(space, at_ms)
        if occupied is not None:
            return not occupied
        at = datetime.fromtimestamp(at_ms / 1000, UTC)
        if self._rule.calendar is not None:
            return self._outside_lessons(self._rule.calendar, at)
        return None if self._rule.unused is None else armed_at(self._rule.unused, at, self._zone)

    def _outside_lessons(self, calendar: SchoolCalendar, at: datetime) -> bool | None:
        """None in a year that nobody has published: it is not guessed."""
        try:
            lessons = calendar.lesson_spans_ms(at.astimezone(self._zone).date(), self._zone)
        except SettingsError:
            return None
        at_ms = round(at.timestamp() * 1000)
        return not (lessons and lessons[0][0] - _AROUND_MS <= at_ms <= lessons[-1][1] + _AROUND_MS)
