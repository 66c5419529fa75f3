"""What a gateway measures with: its buses and the devices behind them."""

import asyncio
from collections.abc import Iterator, Sequence

from edge.drivers.kinds import BusSettings
from edge.drivers.protocol import Link
from lamplighter.contract.errors import Unavailable
from lamplighter.doctor.finding import Finding, fault, ok, skipped, tried
from lamplighter.runtime.clock import Clock

LISTEN_S = 3.0
"""So long a device that speaks by itself is listened to; one that says nothing meanwhile is no fault."""
_BUS = "look at the address, the cable and the power; docs/sensors.md has an example of each kind"
_DEVICE = "look at its power, its unit id or address, and its registers or paths"


def look_at_buses(buses: Sequence[BusSettings], clock: Clock) -> Iterator[Finding]:
    """Each bus is opened, and each device behind it read once."""
    for bus in buses:
        yield from asyncio.run(_look(bus, clock))


async def _look(bus: BusSettings, clock: Clock) -> list[Finding]:
    prepared = tried("bus", bus.id, lambda: _prepared(bus), remedy=_BUS)
    if prepared.state != "ok":
        return [prepared, *(skipped("device", device.id, "its bus cannot be used") for device in bus.devices)]
    link = bus.open(clock)
    try:
        await link.connect()
        if bus.pushed:
            await clock.sleep(LISTEN_S)
        return [
            ok("bus", bus.id, f"reached; {len(bus.devices)} devices"),
            *[await _device(bus, link, one.id) for one in bus.devices],
        ]
    except Unavailable as error:
        found = fault("bus", bus.id, str(error), _BUS)
        return [found, *(skipped("device", device.id, "its bus is not reached") for device in bus.devices)]
    finally:
        link.close()


def _prepared(bus: BusSettings) -> str:
    bus.check()
    return "can be used"


async def _device(bus: BusSettings, link: Link, device: str) -> Finding:
    try:
        samples = await link.read(device, [row.point for row in bus.plan()[device]])
    except Unavailable as error:
        return fault("device", device, str(error), _DEVICE)
    if not samples:
        return ok("device", device, f"has said nothing in {LISTEN_S:g} s, as such devices may" if bus.pushed else "has nothing new")
    return ok(
        "device", device, ", ".join(f"{row.point} = {'no value' if row.value is None else f'{row.value:g}'}" for row in samples)
    )
