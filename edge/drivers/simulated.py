"""A bus without a socket: deterministic values, and silences on request. For tests and small demonstrations."""

import math
import zlib
from collections.abc import Mapping, Sequence
from typing import Final, Literal

from pydantic import Field

from edge.drivers.bus import Bus
from edge.drivers.device import DeviceBase
from edge.drivers.protocol import PointPlan, Sample
from lamplighter.contract.errors import Unavailable
from lamplighter.runtime.clock import Clock

FULL_POWER_W: Final = 480.0
FAILED_POWER_W: Final = 3.0
PLANS: Final[dict[str, tuple[PointPlan, ...]]] = {
    "light_sensor": (PointPlan("illuminance_lx", 1.0),),
    "luminaire": (PointPlan("lamp_failure", 1.0), PointPlan("dimming_level_pct", 10.0), PointPlan("active_power_w", 10.0)),
}


class SimulatedDevice(DeviceBase):
    """A device that answers by formula."""

    kind: Literal["light_sensor", "luminaire"] = Field(description="what it pretends to be")
    silent_from_s: float | None = Field(None, ge=0, description="seconds after the start at which it stops answering")
    silent_for_s: float | None = Field(None, gt=0, description="seconds until it answers again; never when absent")
    fails_after_s: float | None = Field(None, ge=0, description="seconds after the start at which a luminaire's lamp fails")


class Simulated(Bus):
    """Devices whose values depend on their name and the time alone."""

    kind: Literal["simulated"] = "simulated"
    devices: tuple[SimulatedDevice, ...] = Field(min_length=1)

    def plan(self) -> Mapping[str, tuple[PointPlan, ...]]:
        """Device id -> its points and how often each is read."""
        return {device.id: PLANS[device.kind] for device in self.devices}

    def open(self, clock: Clock) -> "SimulatedLink":
        """The bus; seconds of silences and failures count from here."""
        return SimulatedLink(self, clock)


class SimulatedLink:
    """Answers at once."""

    def __init__(self, bus: Simulated, clock: Clock) -> None:
        self._devices = {device.id: device for device in bus.devices}
        self._clock = clock
        self._start_s = clock.monotonic()
        self.connected = False

    async def connect(self) -> None:
        """Always succeeds."""
        self.connected = True

    async def read(self, device: str, points: Sequence[str]) -> list[Sample]:
        """The device's values now; raises Unavailable during its silence."""
        settings = self._devices[device]
        elapsed_s = self._clock.monotonic() - self._start_s
        if _silent(settings, elapsed_s):
            raise Unavailable(f"simulated device {device} is silent")
        at_ms = self._clock.now_ms()
        failed = settings.fails_after_s is not None and elapsed_s >= settings.fails_after_s
        return [Sample(device, point, at_ms, _value(device, point, at_ms, failed=failed)) for point in points]

    def close(self) -> None:
        """Nothing to let go of."""
        self.connected = False


def _silent(device: SimulatedDevice, elapsed_s: float) -> bool:
    if device.silent_from_s is None or elapsed_s < device.silent_from_s:
        return False
    return device.silent_for_s is None or elapsed_s < device.silent_from_s + device.silent_for_s


def _value(device: str, point: str, at_ms: int, *, failed: bool) -> float:
    if point == "illuminance_lx":
        own_lx = 300 + zlib.crc32(device.encode()) % 200
        return round(own_lx + 20 * math.sin(2 * math.pi * at_ms / 600_000), 1)
    if point == "lamp_failure":
        return float(failed)
    if point == "active_power_w":
        return FAILED_POWER_W if failed else FULL_POWER_W
    return 100.0
