"""Modbus RTU over a pair of pseudo-terminals (which carry no parity bit), with a real serial server at the other end."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
from pymodbus.server import ModbusSerialServer
from pymodbus.simulator import DataType, SimData, SimDevice

from edge.drivers.kinds import poll
from edge.drivers.modbus_rtu import ModbusRtu
from edge.drivers.protocol import Sample
from edge.rules.protocol import Level
from lamplighter.contract.errors import Unavailable
from lamplighter.runtime.clock import SystemClock

pytestmark = pytest.mark.services


class Cable:
    """Two pseudo-terminals whose far ends are joined; `cut` stops what is sent through, as a pulled plug does."""

    def __init__(self) -> None:
        pairs = [os.openpty(), os.openpty()]
        self._masters = [master for master, _end in pairs]
        self._ends = [end for _master, end in pairs]
        self.server, self.gateway = (os.ttyname(end) for end in self._ends)
        self.cut = False

    def join(self, loop: asyncio.AbstractEventLoop) -> None:
        """Carry bytes both ways while the loop runs."""
        for one, other in (self._masters, self._masters[::-1]):
            loop.add_reader(one, self._carry, one, other)

    def _carry(self, one: int, other: int) -> None:
        data = os.read(one, 4096)
        if not self.cut:
            os.write(other, data)

    def close(self, loop: asyncio.AbstractEventLoop) -> None:
        """Take both ends away."""
        for master in self._masters:
            loop.remove_reader(master)
        for end in (*self._masters, *self._ends):
            os.close(end)


@contextmanager
def cable() -> Iterator[Cable]:
    """A joined cable; needs a running loop."""
    loop, made = asyncio.get_running_loop(), Cable()
    made.join(loop)
    try:
        yield made
    finally:
        made.close(loop)


@asynccontextmanager
async def serving(port: str, *devices: SimDevice) -> AsyncIterator[None]:
    """A Modbus RTU server on that port."""
    server = ModbusSerialServer(list(devices), port=port, baudrate=19200, parity="N")
    await server.serve_forever(background=True)
    try:
        yield
    finally:
        await server.shutdown()  # type: ignore[no-untyped-call] # pymodbus leaves it untyped


def fridge(unit: int, raw: int) -> SimDevice:
    return SimDevice(unit, [SimData(0, values=[raw], datatype=DataType.REGISTERS)])


def bus_at(port: str, **settings: Any) -> ModbusRtu:
    register = {"point": "temperature_c", "address": 0, "type": "s16", "scale": 0.1, "bad": [0x7FFF], "every_s": 0.1}
    devices = [
        {"id": "fridge", "kind": "refrigerator", "space": "kitchen", "unit": 1},
        {"id": "freezer", "kind": "freezer", "space": "kitchen", "unit": 2},
    ]
    tables = {"refrigerator": [register], "freezer": [register]}
    given = {
        "id": "line1",
        "device_path": port,
        "devices": devices,
        "tables": tables,
        "poll_s": 0.1,
        "timeout_s": 0.2,
        "parity": "none",
    }
    return ModbusRtu.model_validate({**given, **settings})


def test_devices_on_one_line_are_told_apart_and_a_device_without_a_value_gives_none() -> None:
    async def work() -> list[Sample]:
        with cable() as line:
            async with serving(line.server, fridge(1, 41), fridge(2, 0x7FFF)):
                link = bus_at(line.gateway).open(SystemClock())
                await link.connect()
                try:
                    return [*await link.read("fridge", ["temperature_c"]), *await link.read("freezer", ["temperature_c"])]
                finally:
                    link.close()

    warm, none = asyncio.run(work())
    assert (warm.device, warm.value, warm.quality) == ("fridge", 4.1, "good")
    assert (none.device, none.value, none.quality) == ("freezer", None, "bad")


def test_a_pulled_plug_is_said_once_and_its_return_once() -> None:
    levels: list[Level] = []
    values: list[float | None] = []

    async def work() -> None:
        heard = asyncio.Event()

        def on_samples(samples: Sequence[Sample]) -> None:
            values.extend(sample.value for sample in samples)

        def on_level(level: Level) -> None:
            levels.append(level)
            heard.set()

        async def until(active: list[bool]) -> None:
            while [level.active for level in levels if level.source == "fridge"] != active:
                heard.clear()
                await heard.wait()

        with cable() as line:
            bus = bus_at(line.gateway, silent_after_s=0.3, retry_most_s=0.5)
            async with serving(line.server, fridge(1, 41), fridge(2, 0xFF4C)), asyncio.timeout(30):
                task = asyncio.create_task(poll(bus, clock=SystemClock(), on_samples=on_samples, on_level=on_level))
                await until([False])
                line.cut = True
                await until([False, True])
                line.cut = False
                await until([False, True, False])
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    asyncio.run(work())
    assert set(values) == {4.1, -18.0}


def test_a_port_that_is_not_there_is_named_with_what_to_look_at() -> None:
    async def work() -> None:
        await bus_at("/dev/no-such-port").open(SystemClock()).connect()

    with pytest.raises(Unavailable, match=r"/dev/no-such-port \(is the adapter plugged in"):
        asyncio.run(work())
