"""Modbus TCP against real servers: in this process for what they answer, in another for what their death does."""

import asyncio
import contextlib
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice
from structlog.testing import capture_logs

from edge.drivers.kinds import poll
from edge.drivers.modbus_tcp import ModbusTcp
from edge.drivers.protocol import Sample
from edge.rules.protocol import Level
from lamplighter.contract.errors import Unavailable
from lamplighter.runtime.clock import SystemClock

pytestmark = pytest.mark.services

SERVER = """
import asyncio, sys
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

async def main():
    device = SimDevice(1, [SimData(0, values=[4321], datatype=DataType.REGISTERS)])
    await ModbusTcpServer([device], address=("127.0.0.1", int(sys.argv[1]))).serve_forever()

asyncio.run(main())
"""
SPACES = ("coil", "discrete", "holding", "input")
POINTS = ("lamp_failure", "active_power_w", "dimming_level_pct", "burning_hours_h")


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def bus_of(port: int, registers: Sequence[dict[str, Any]], **settings: Any) -> ModbusTcp:
    """A bus with one luminaire, unit 1."""
    device = {"kind": "luminaire", "id": "lamp1", "space": "a101", "unit": 1, "registers": registers}
    return ModbusTcp.model_validate({"id": "bus1", "host": "127.0.0.1", "port": port, "devices": [device], **settings})


@asynccontextmanager
async def serving(device: SimDevice, port: int) -> AsyncIterator[None]:
    """A Modbus server in this process."""
    server = ModbusTcpServer([device], address=("127.0.0.1", port))
    await server.serve_forever(background=True)
    try:
        yield
    finally:
        await server.shutdown()  # type: ignore[no-untyped-call] # pymodbus leaves it untyped


async def read_once(device: SimDevice, registers: Sequence[dict[str, Any]], **settings: Any) -> list[Sample]:
    """What one read of all registers gives."""
    port = free_port()
    bus = bus_of(port, registers, **settings)
    async with serving(device, port):
        link = bus.open(SystemClock())
        try:
            await link.connect()
            return await link.read("lamp1", [register["point"] for register in registers])
        finally:
            link.close()


def test_all_four_address_spaces_are_read() -> None:
    bits = [SimData(0, values=[False, True], datatype=DataType.BITS)]
    device = SimDevice(
        1,
        (
            bits,
            bits,
            [SimData(0, values=[70, 80], datatype=DataType.REGISTERS)],
            [SimData(0, values=[90], datatype=DataType.REGISTERS)],
        ),
    )
    registers = [
        {"point": "lamp_failure", "space": "discrete", "address": 1},
        {"point": "dimming_level_pct", "space": "holding", "address": 1},
        {"point": "burning_hours_h", "space": "input", "address": 0},
    ]
    values = {sample.point: sample.value for sample in asyncio.run(read_once(device, registers))}
    assert values == {"lamp_failure": 1.0, "dimming_level_pct": 80.0, "burning_hours_h": 90.0}


def test_adjacent_registers_are_read_in_one_request() -> None:
    asked: list[tuple[int, int]] = []

    async def note(_function: int, _start: int, address: int, count: int, _now: list[int], _set: object) -> None:
        asked.append((address, count))

    device = SimDevice(1, [SimData(0, values=[1, 500, 0, 4860], datatype=DataType.REGISTERS)], action=note)
    registers = [
        {"point": "lamp_failure", "address": 0, "bit": 0},
        {"point": "dimming_level_pct", "address": 1, "scale": 0.1},
        {"point": "active_power_w", "address": 2, "type": "u32", "scale": 0.1},
    ]
    values = {sample.point: sample.value for sample in asyncio.run(read_once(device, registers))}
    assert values == {"lamp_failure": 1.0, "dimming_level_pct": 50.0, "active_power_w": 486.0}
    assert asked == [(0, 4)]


def test_an_address_the_device_does_not_have_is_named_in_the_refusal() -> None:
    device = SimDevice(1, [SimData(0, values=[1], datatype=DataType.REGISTERS)])
    with pytest.raises(
        Unavailable, match=r"holding 77..77 of unit 1 refused with exception 2: illegal data address; check the register"
    ):
        asyncio.run(read_once(device, [{"point": "lamp_failure", "address": 77}]))


def test_a_device_that_answers_too_late_is_unavailable() -> None:
    hold = asyncio.Event()

    async def stall(*_request: object) -> ExcCodes:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(hold.wait(), 5)
        return ExcCodes.DEVICE_BUSY

    device = SimDevice(1, [SimData(0, values=[1], datatype=DataType.REGISTERS)], action=stall)

    async def work() -> None:
        try:
            await read_once(device, [{"point": "lamp_failure", "address": 0}], timeout_s=0.1)
        finally:
            hold.set()

    with pytest.raises(Unavailable, match=r"no answer to holding 0..0 of unit 1 within 0.1 s"):
        asyncio.run(work())


async def answered_with(frame: Callable[[bytes], bytes]) -> None:
    """Read once from a server that answers each request with these bytes."""
    port = free_port()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                writer.write(frame(await reader.readexactly(12)))
                await writer.drain()
        writer.close()
        ended.set()

    ended = asyncio.Event()
    server = await asyncio.start_server(talk, "127.0.0.1", port)
    link = bus_of(port, [{"point": "active_power_w", "address": 0, "type": "u32"}], timeout_s=0.2).open(SystemClock())
    try:
        await link.connect()
        await link.read("lamp1", ["active_power_w"])
    finally:
        link.close()
        await ended.wait()
        server.close()


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (lambda asked: asked[:2] + b"\0\0\0\x05\x01\x03\x02\x00\x07", "holds 1 of 2 values"),
        (lambda asked: asked[:2] + b"\0\0\0\x03\x01\x83\x0b", "exception 11: device behind the gateway does not answer"),
        (lambda _asked: b"HTTP/1.1 400 Bad Request\r\n\r\n", "no answer"),
        (lambda asked: b"\xff\xfe" + asked[2:4] + b"\0\x07\x01\x03\x04\0\0\0\x07", "no answer"),
    ],
    ids=["too few values", "exception", "not Modbus", "another request's answer"],
)
def test_a_wrong_answer_is_no_reading(frame: Callable[[bytes], bytes], said: str) -> None:
    with pytest.raises(Unavailable, match=said):
        asyncio.run(answered_with(frame))


def test_a_refused_connection_is_unavailable() -> None:
    async def work() -> None:
        await bus_of(free_port(), [{"point": "lamp_failure", "address": 0}]).open(SystemClock()).connect()

    with pytest.raises(Unavailable, match="does not accept a connection"):
        asyncio.run(work())


class Watcher:
    """Collects what a poll says and lets a test wait for it."""

    def __init__(self) -> None:
        self.samples: list[Sample] = []
        self.levels: list[bool] = []
        self._changed = asyncio.Condition()
        self._telling: set[asyncio.Task[None]] = set()

    def on_samples(self, samples: Sequence[Sample]) -> None:
        """Take samples."""
        self.samples.extend(samples)
        self._tell()

    def on_level(self, level: Level) -> None:
        """Take a level."""
        self.levels.append(level.active)
        self._tell()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until it holds; the deadline only guards against hanging."""
        async with asyncio.timeout(30), self._changed:
            await self._changed.wait_for(holds)

    def _tell(self) -> None:
        async def notify() -> None:
            async with self._changed:
                self._changed.notify_all()

        task = asyncio.get_running_loop().create_task(notify())
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)


@contextlib.contextmanager
def another_process(port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A Modbus device in a process of its own; killed, not asked, at the end."""
    process = subprocess.Popen([sys.executable, "-c", SERVER, str(port)])
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_a_killed_and_restarted_device_is_unavailable_once_and_available_once_and_no_reading_is_invented() -> None:
    port = free_port()
    bus = bus_of(port, [{"point": "active_power_w", "address": 0, "scale": 0.1, "every_s": 0.1}], poll_s=0.1, timeout_s=0.5)
    bus = bus.model_copy(update={"silent_after_s": 0.3, "retry_most_s": 0.3})

    async def work(seen: Watcher) -> None:
        task = asyncio.create_task(poll(bus, clock=SystemClock(), on_samples=seen.on_samples, on_level=seen.on_level))
        with another_process(port) as device:
            await seen.until(lambda: len(seen.samples) >= 3 and seen.levels[-1] is False)
            seen.levels.clear()
            device.kill()
            device.wait()
            read_alive = len(seen.samples)
            await seen.until(lambda: seen.levels == [True])
            assert len(seen.samples) - read_alive <= 1  # an answer may have been on its way
        read_dead = len(seen.samples)
        with another_process(port):
            await seen.until(lambda: len(seen.samples) >= read_dead + 3)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    with capture_logs() as logs:
        seen = run_with_watcher(work)
    assert seen.levels == [True, False]
    assert {sample.value for sample in seen.samples} == {432.1}
    said = [entry["event"] for entry in logs if entry["event"].startswith("device")]
    assert said[-2:] == ["device_unavailable", "device_available"]
    assert said.count("device_unavailable") <= 2  # once more only if the first start took longer than the silence allowed


def run_with_watcher(work: Callable[[Watcher], Coroutine[Any, Any, None]]) -> Watcher:
    """Run, with a watcher made inside the loop."""

    async def start() -> Watcher:
        seen = Watcher()
        await work(seen)
        return seen

    return asyncio.run(start())
