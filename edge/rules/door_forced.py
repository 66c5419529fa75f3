"""A door that is opened while it should be shut."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from edge.drivers.protocol import Sample
from edge.rules.devices import Devices
from edge.rules.protocol import Level
from edge.rules.schedule import TimeZone, Windows, armed_at
from lamplighter.runtime.settings import Settings
from lamplighter.site.model import Name


class DoorForced(Settings):
    """Holds from the moment a door is open within the hours in which it should be shut, until it is shut again; at once."""

    kind: Literal["door_forced"] = "door_forced"
    name: Name = Field("door-forced", description="name of the rule")
    devices: tuple[Name, ...] = Field((), description="door contacts it follows; all when absent")
    armed: Windows = Field(None, description='local hours in which the doors stay shut, such as ["22:00-06:00"]; absent = always')
    time_zone: TimeZone = Field("Asia/Shanghai", description="time zone of the hours")

    def watch(self, devices: Devices) -> "DoorForcedWatch":
        """A memory for every door."""
        return DoorForcedWatch(self, devices)


class DoorForcedWatch:
    """Follows each door: whether it is open, and whether it has been so within the hours."""

    def __init__(self, rule: DoorForced, devices: Devices) -> None:
        self._rule = rule
        doors = {name for name, fitted in devices.items() if fitted.kind == "door_contact"}
        self._doors = doors & set(rule.devices) if rule.devices else doors
        self._forced: dict[str, bool] = {}
        self._open: dict[str, bool] = {}

    def observe(self, sample: Sample) -> Level | None:
        """The door's level; a value of doubtful quality says nothing."""
        if sample.point != "door_open" or sample.device not in self._doors or sample.value is None or sample.quality != "good":
            return None
        self._open[sample.device] = sample.value >= 0.5
        return self._level(sample.device, sample.at_ms)

    def tick(self, at_ms: int) -> Sequence[Level]:
        """A door left open becomes one that should be shut when the hours begin."""
        return [self._level(device, at_ms) for device, is_open in self._open.items() if is_open]

    def _level(self, device: str, at_ms: int) -> Level:
        armed = armed_at(self._rule.armed, datetime.fromtimestamp(at_ms / 1000, UTC), ZoneInfo(self._rule.time_zone))
        self._forced[device] = self._open[device] and (armed or self._forced.get(device, False))
        return Level(self._rule.kind, self._rule.name, device, active=self._forced[device], at_ms=at_ms, evidence={})
