"""The simulated school's Modbus server, read by the gateway's own driver."""

import asyncio
import contextlib
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence

import pytest
from structlog.testing import capture_logs

from edge.drivers.kinds import BusSettings, poll
from edge.drivers.modbus_tcp import ModbusTcp
from edge.drivers.protocol import Sample
from lamplighter.contract.errors import Unavailable
from lamplighter.runtime.clock import FakeClock, SystemClock
from lamplighter.runtime.settings import Settings, check_settings
from simulator import edge_settings
from simulator.facilities import FACILITIES
from simulator.modbus_server import serve
from simulator.school import FAILING_LAMP, FAILS_AFTER_S, LAMPS, SENSORS
from tests.servers.processes import free_port, listens, wait_for

pytestmark = pytest.mark.services


class EdgeFile(Settings):
    """The part of a gateway's settings that the simulator gives."""

    buses: tuple[BusSettings, ...]


def bus_at(port: int) -> ModbusTcp:
    bus = check_settings(edge_settings(port), EdgeFile, where="edge").buses[0]
    assert isinstance(bus, ModbusTcp)
    return bus


@contextlib.contextmanager
def school(port: int) -> Iterator[subprocess.Popen[str]]:
    """The command in a process of its own."""
    command = [sys.executable, "-m", "lamplighter", "simulator", "modbus", "--port", str(port)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_all_devices_are_read_from_another_process_and_it_ends_when_asked() -> None:
    port = free_port()
    read: set[tuple[str, str]] = set()

    async def work() -> None:
        complete = asyncio.Event()

        def on_samples(samples: Sequence[Sample]) -> None:
            read.update((sample.device, sample.point) for sample in samples if sample.quality == "good")
            if len(read) >= 48 + 3 * 12 + 17:
                complete.set()

        task = asyncio.create_task(poll(bus_at(port), clock=SystemClock(), on_samples=on_samples, on_level=lambda _level: None))
        async with asyncio.timeout(60):
            await complete.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    with school(port) as process:
        wait_for(lambda: listens(port), "the school listens", within_s=60)
        asyncio.run(work())
        process.send_signal(signal.SIGTERM)
        _nothing, said = process.communicate(timeout=30)
        assert process.returncode == 0
    assert {device for device, _point in read} == {device.id for devices in (SENSORS, LAMPS, FACILITIES) for device in devices}
    assert said.count("\n") == said.count("modbus_school_started") == 1


def test_a_port_that_is_taken_is_refused_with_its_remedy() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with school(port) as process:
            _nothing, said = process.communicate(timeout=60)
    assert process.returncode == 2
    assert f"lamplighter: --port {port}: cannot listen on 127.0.0.1:{port}; give a port that is free" in said


class SteppedClock(FakeClock):
    """Each step that is allowed lets one sleep end."""

    def __init__(self) -> None:
        super().__init__()
        self.steps = asyncio.Semaphore(0)

    async def sleep(self, seconds: float) -> None:
        """Move on when allowed."""
        await self.steps.acquire()
        self.advance(seconds)


def test_the_failing_lamp_works_at_first_and_fails_once_its_time_has_come() -> None:
    async def work() -> None:
        port, clock, stop = free_port(), SteppedClock(), asyncio.Event()
        serving = asyncio.create_task(serve(port, clock=clock, stop=stop))
        link = bus_at(port).open(SystemClock())

        async def is_said(value: float) -> None:
            while (await link.read(FAILING_LAMP, ["lamp_failure"]))[0].value != value:
                pass

        async def steps(count: int) -> None:
            for _step in range(count):
                clock.steps.release()
            while not clock.steps.locked():
                await link.read(FAILING_LAMP, ["lamp_failure"])

        async with asyncio.timeout(60):
            while not link.connected:
                with contextlib.suppress(Unavailable):
                    await link.connect()
            await steps(round(FAILS_AFTER_S) - 1)
            assert (await link.read(FAILING_LAMP, ["lamp_failure"]))[0].value == 0.0
            await steps(2)
            await is_said(1.0)
        link.close()
        stop.set()
        await serving

    with capture_logs():
        asyncio.run(work())
