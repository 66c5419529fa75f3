"""What the devices of each room said last: its lamps, its light, and whether somebody is there."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from statistics import median
from typing import Final, NamedTuple

from edge.drivers.protocol import Sample
from edge.rules.devices import Devices

STALE_MS: Final = 600_000
"""A value older than this no longer tells what is; of a device that speaks only of changes it does until the next."""
LAMP_ON_PCT: Final = 1.0
LAMP_ON_W: Final = 10.0
"""From here on a luminaire is lit; control gear draws a watt or two when it is not."""


class _Word(NamedTuple):
    at_ms: int
    value: float


class Rooms:
    """The newest good values, by room."""

    def __init__(self, devices: Devices) -> None:
        self._devices = devices
        self._last: dict[tuple[str, str], _Word] = {}
        self._in: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for name, fitted in devices.items():
            self._in[fitted.space][fitted.kind].append(name)

    def see(self, sample: Sample) -> str | None:
        """Take a sample; returns its room, None when it says nothing."""
        if sample.value is None or sample.quality != "good" or sample.device not in self._devices:
            return None
        self._last[sample.device, sample.point] = _Word(sample.at_ms, sample.value)
        return self._devices[sample.device].space

    def having(self, kind: str) -> list[str]:
        """Rooms with such a device."""
        return [space for space, kinds in self._in.items() if kinds.get(kind)]

    def lamps(self, space: str, at_ms: int) -> Mapping[str, float]:
        """Each luminaire of the room whose state is known -> how far it is lit, 0..100 %."""
        found = {}
        for name in self._in[space]["luminaire"]:
            dimming_pct, power_w = self.now(name, "dimming_level_pct", at_ms), self.now(name, "active_power_w", at_ms)
            if dimming_pct is not None and power_w is not None and power_w < LAMP_ON_W:
                found[name] = 0.0
            elif dimming_pct is not None:
                found[name] = dimming_pct if dimming_pct >= LAMP_ON_PCT else 0.0
            elif power_w is not None:
                found[name] = 100.0 if power_w >= LAMP_ON_W else 0.0
        return found

    def light_lx(self, space: str, at_ms: int) -> float | None:
        """Median of the room's light sensors."""
        values = self._values(self._in[space]["light_sensor"], "illuminance_lx", at_ms)
        return median(values) if values else None

    def occupied(self, space: str, at_ms: int) -> bool | None:
        """Whether any sensor sees somebody; None where none says anything."""
        values = self._values(self._in[space]["occupancy_sensor"], "occupancy", at_ms)
        return any(value >= 0.5 for value in values) if values else None

    def now(self, device: str, point: str, at_ms: int) -> float | None:
        """The newest value, None where it is too old."""
        word = self._last.get((device, point))
        if word is None or (at_ms - word.at_ms > STALE_MS and not self._devices[device].speaks):
            return None
        return word.value

    def _values(self, devices: Iterable[str], point: str, at_ms: int) -> list[float]:
        found = (self.now(device, point, at_ms) for device in devices)
        return [value for value in found if value is not None]
