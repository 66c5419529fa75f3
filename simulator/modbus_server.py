"""The simulated school's devices on a real Modbus TCP server, with the values of the present."""

import asyncio
import logging
from typing import TYPE_CHECKING

import numpy as np
import structlog

from lamplighter.contract.errors import SettingsError
from simulator.clock import Clock
from simulator.days import Days
from simulator.facilities import FACILITIES, facility_values
from simulator.registers import MAPS, Kind, words_of
from simulator.school import FAILING_LAMP, FAILS_AFTER_S, LAMPS, ROOMS, SENSORS

if TYPE_CHECKING:
    from pymodbus.server import ModbusTcpServer
    from pymodbus.simulator import SimDevice

READ_INPUT_REGISTERS = 4


Values = dict[int, list[int]]
"""Modbus unit id -> all its input registers."""


class Present:
    """What the school's registers hold now."""

    def __init__(self, days: Days) -> None:
        self._days = days

    def registers(self, now_ms: int) -> Values:
        """Every device's registers at this moment."""
        at_ms = np.array([now_ms], dtype=np.int64)
        outside = self._days.sky(at_ms)
        lights = {room.id: self._days.room(room, at_ms, outside) for room in ROOMS}
        values: Values = {}
        for sensor in SENSORS:
            reading_lx = self._days.illuminance_lx(sensor, at_ms, lights[sensor.room.id])
            values[sensor.unit] = _words("light_sensor", {"illuminance_lx": float(reading_lx[0])})
        for lamp in LAMPS:
            light = lights[lamp.room.id]
            points = {
                "lamp_failure": float(self._days.failed(lamp.id, at_ms)[0]),
                "dimming_level_pct": float(light.dimming_pct[0]),
                "active_power_w": float(self._days.power_w(lamp, at_ms, light)[0]),
            }
            values[lamp.unit] = _words("luminaire", points)
        for facility in FACILITIES:
            found = facility_values(facility, at_ms, self._days.seed)
            values[facility.unit] = _words(facility.kind, {point: float(value[0]) for point, value in found.items()})
        return values


def _words(kind: Kind, points: dict[str, float]) -> list[int]:
    return [word for entry in MAPS[kind] for word in words_of(entry, points[entry.point])]


async def serve(port: int, *, clock: Clock, seed: int = 1, host: str = "127.0.0.1", stop: asyncio.Event | None = None) -> None:
    """Serve until `stop` is set or the task is cancelled; raises SettingsError when the port is taken.

    One lamp fails `FAILS_AFTER_S` after the start.
    """
    started_ms = clock.now_ms()
    present = Present(Days(seed, {FAILING_LAMP: started_ms + round(FAILS_AFTER_S * 1000)}))
    stopped = stop or asyncio.Event()
    server = await _listen(host, port, _devices(present.registers(started_ms)))
    structlog.get_logger().info("modbus_school_started", host=host, port=port, devices=len(SENSORS) + len(LAMPS) + len(FACILITIES))
    waiting = asyncio.create_task(stopped.wait())
    try:
        while not stopped.is_set():
            now_ms = clock.now_ms()
            for unit, words in present.registers(now_ms).items():
                await server.async_setValues(unit, READ_INPUT_REGISTERS, 0, words)
            tick = asyncio.ensure_future(clock.sleep(1 - now_ms % 1000 / 1000))
            await asyncio.wait({tick, waiting}, return_when=asyncio.FIRST_COMPLETED)
            tick.cancel()
    finally:
        waiting.cancel()
        await server.shutdown()  # type: ignore[no-untyped-call] # pymodbus leaves it untyped


def _devices(values: Values) -> "list[SimDevice]":
    from pymodbus.simulator import DataType, SimData, SimDevice

    return [SimDevice(unit, [SimData(0, values=words, datatype=DataType.REGISTERS)]) for unit, words in values.items()]


async def _listen(host: str, port: int, devices: "list[SimDevice]") -> "ModbusTcpServer":
    from pymodbus.server import ModbusTcpServer

    logging.getLogger("pymodbus").setLevel(logging.CRITICAL)
    server = ModbusTcpServer(devices, address=(host, port))
    try:
        await server.serve_forever(background=True)
    except RuntimeError as error:
        raise SettingsError(f"--port {port}: cannot listen on {host}:{port}; give a port that is free") from error
    return server
