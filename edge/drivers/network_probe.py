"""Whether networks and the equipment on them answer: a TCP connection, or an ICMP echo."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from edge.drivers.bus import Bus
from edge.drivers.device import DeviceBase, doubled
from edge.drivers.echo import echo_ms, may_echo
from edge.drivers.protocol import PointPlan, Sample
from lamplighter.runtime.clock import Clock

UP: Final = {"network_link": "link_up", "equipment": "equipment_online"}
"""Kind of device -> the point that says whether it answers."""
TRIP: Final = "round_trip_ms"


def _target(text: str) -> str:
    parts = urlsplit(text)
    try:
        sound = bool(parts.hostname) and not parts.path and {"tcp": bool(parts.port), "icmp": parts.port is None}[parts.scheme]
    except (KeyError, ValueError):
        sound = False
    if not sound:
        raise ValueError("must look like tcp://HOST:PORT or icmp://HOST")
    return text


class ProbeDevice(DeviceBase):
    """A network, known by something beyond it that always answers, or a piece of equipment."""

    kind: Literal["network_link", "equipment"] = Field(description="a network, or equipment such as an interactive board")
    target: Annotated[str, AfterValidator(_target)] = Field(description="tcp://HOST:PORT or icmp://HOST")


class NetworkProbe(Bus):
    """Networks (wired, wireless, of things) and equipment, probed one after another."""

    kind: Literal["network_probe"] = "network_probe"
    poll_s: float = Field(10.0, ge=0.05, le=3600, description="seconds between probes")
    timeout_s: float = Field(1.0, gt=0, le=60, description="seconds a target has to answer before it counts as down")
    devices: tuple[ProbeDevice, ...] = Field(min_length=1, description="what is probed")

    @model_validator(mode="after")
    def _devices_differ(self) -> "NetworkProbe":
        problems = doubled(self.devices)
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def check(self) -> None:
        """Raises SettingsError when an ICMP echo is wanted and not allowed."""
        if any(device.target.startswith("icmp:") for device in self.devices):
            may_echo()

    def plan(self) -> Mapping[str, tuple[PointPlan, ...]]:
        """Device id -> its two points."""
        return {d.id: (PointPlan(UP[d.kind], self.poll_s), PointPlan(TRIP, self.poll_s)) for d in self.devices}

    def open(self, clock: Clock) -> "ProbeLink":
        """Nothing is opened until a target is probed."""
        return ProbeLink(self, clock)


class ProbeLink:
    """Probes. No answer is the reading "down", not a silent device; Unavailable is what keeps us from asking."""

    connected = True

    def __init__(self, bus: NetworkProbe, clock: Clock) -> None:
        self._devices = {device.id: device for device in bus.devices}
        self._timeout_s = bus.timeout_s
        self._clock = clock

    async def connect(self) -> None:
        """Each probe is its own."""

    async def read(self, device: str, points: Sequence[str]) -> list[Sample]:  # noqa: ARG002 - both come of one probe
        """Whether it answers, and in what time; raises Unavailable without the right to ask."""
        settings = self._devices[device]
        parts = urlsplit(settings.target)
        host = parts.hostname or ""
        if parts.scheme == "icmp":
            trip_ms = await echo_ms(host, timeout_s=self._timeout_s, clock=self._clock)
        else:
            trip_ms = await self._connect_ms(host, parts.port or 0)
        at_ms = self._clock.now_ms()
        samples = [Sample(device, UP[settings.kind], at_ms, float(trip_ms is not None))]
        return samples if trip_ms is None else [*samples, Sample(device, TRIP, at_ms, round(trip_ms, 2))]

    def close(self) -> None:
        """Nothing to let go of."""

    async def _connect_ms(self, host: str, port: int) -> float | None:
        begun_s = self._clock.monotonic()
        try:
            async with asyncio.timeout(self._timeout_s):
                _reader, writer = await asyncio.open_connection(host, port)
        except (TimeoutError, OSError):
            return None
        trip_ms = (self._clock.monotonic() - begun_s) * 1000
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        return trip_ms
