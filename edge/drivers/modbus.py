"""Modbus, whatever carries it: devices told apart by their unit id, read in few requests."""

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from pydantic import Field, model_validator

from edge.drivers.blocks import Block, blocks
from edge.drivers.bus import Bus
from edge.drivers.device import DeviceBase, doubled, problems_of_points
from edge.drivers.protocol import PointPlan, Sample
from edge.drivers.register import BIT_SPACES, Order, Register, decode
from lamplighter.contract.errors import Unavailable
from lamplighter.runtime.clock import Clock
from lamplighter.site.model import DeviceKind

if TYPE_CHECKING:
    from pymodbus.client import AsyncModbusSerialClient, AsyncModbusTcpClient
    from pymodbus.pdu import ModbusPDU

EXCEPTIONS: Final = {
    1: "illegal function",
    2: "illegal data address; check the register table",
    3: "illegal data value",
    4: "device failure",
    5: "acknowledged, still working",
    6: "device busy",
    10: "gateway path unavailable",
    11: "device behind the gateway does not answer",
}
"""Modbus application protocol 1.1b3, section 7."""


class ModbusDevice(DeviceBase):
    """A device on a Modbus bus."""

    unit: int = Field(ge=0, le=255, description="Modbus unit id")
    registers: tuple[Register, ...] = Field((), description="its own register table; the bus's table of its kind when absent")


class ModbusBus(Bus):
    """What Modbus TCP and RTU have in common."""

    order: Order = Field("ABCD", description="byte order of numbers: ABCD most significant first, CDAB, BADC, DCBA")
    tables: dict[DeviceKind, tuple[Register, ...]] = Field({}, description="register table of each device kind")
    devices: tuple[ModbusDevice, ...] = Field(min_length=1, description="the devices behind it")

    @model_validator(mode="after")
    def _devices_are_readable(self) -> "ModbusBus":
        problems = doubled(self.devices)
        for device in self.devices:
            problems += [f"device {device.id!r}: {problem}" for problem in self._problems_of(device)]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _problems_of(self, device: ModbusDevice) -> list[str]:
        table = self.table_of(device)
        if not table:
            return [f"has no registers; give it its own, or the bus tables.{device.kind}"]
        points = [register.point for register in table]
        problems = problems_of_points(device.kind, points, what="register")
        problems += [
            f"{register.point} every_s = {register.every_s:g} is shorter than the bus's poll_s = {self.poll_s:g}; lower poll_s"
            for register in table
            if register.every_s < self.poll_s
        ]
        return problems

    def table_of(self, device: ModbusDevice) -> tuple[Register, ...]:
        """The device's registers: its own, or its kind's."""
        return device.registers or self.tables.get(device.kind, ())

    def plan(self) -> Mapping[str, tuple[PointPlan, ...]]:
        """Device id -> its points and how often each is read."""
        return {d.id: tuple(PointPlan(r.point, r.every_s) for r in self.table_of(d)) for d in self.devices}


class ModbusLink:
    """A connection over one client of pymodbus, one request at a time; `where` is what it reaches, for people."""

    def __init__(
        self, bus: ModbusBus, client: "AsyncModbusTcpClient | AsyncModbusSerialClient", *, where: str, clock: Clock
    ) -> None:
        # It logs every time-out and refusal; the poller says them once.
        logging.getLogger("pymodbus").setLevel(logging.CRITICAL)
        self._bus = bus
        self._client = client
        self._where = where
        self._clock = clock
        self._units = {device.id: device.unit for device in bus.devices}
        self._registers = {device.id: {r.point: r for r in bus.table_of(device)} for device in bus.devices}
        self._blocks: dict[tuple[str, tuple[str, ...]], tuple[Block, ...]] = {}
        self._read_space = {
            "holding": self._client.read_holding_registers,
            "input": self._client.read_input_registers,
            "coil": self._client.read_coils,
            "discrete": self._client.read_discrete_inputs,
        }

    @property
    def connected(self) -> bool:
        """Whether reads may be tried."""
        return self._client.connected

    async def connect(self) -> None:
        """Open the connection; raises Unavailable."""
        if not await self._client.connect():
            raise Unavailable(f"{self._where} does not accept a connection")

    async def read(self, device: str, points: Sequence[str]) -> list[Sample]:
        """All of these points, decoded; raises Unavailable when any request has no good answer."""
        key = (device, tuple(points))
        if key not in self._blocks:
            table = self._registers[device]
            self._blocks[key] = blocks(table[point] for point in points)
        samples: list[Sample] = []
        for block in self._blocks[key]:
            words = await self._words(self._units[device], block)
            at_ms = self._clock.now_ms()
            for register in block.registers:
                start = register.address - block.address
                decoded = decode(register, words[start : start + register.count], self._bus.order)
                samples.append(Sample(device, register.point, at_ms, decoded.value, decoded.quality))
        return samples

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    async def _words(self, unit: int, block: Block) -> list[int]:
        from pymodbus.exceptions import ModbusException

        span = f"{block.space} {block.address}..{block.address + block.length - 1} of unit {unit}"
        try:
            answer = await self._read_space[block.space](block.address, count=block.length, device_id=unit)
        except ModbusException as error:
            raise Unavailable(f"no answer to {span} within {self._bus.timeout_s:g} s") from error
        if answer.isError():
            code = answer.exception_code
            raise Unavailable(f"{span} refused with exception {code}: {EXCEPTIONS.get(code, 'unknown')}")
        words = _payload(answer, block)
        if len(words) < block.length:
            raise Unavailable(f"answer to {span} holds {len(words)} of {block.length} values")
        return words


def _payload(answer: "ModbusPDU", block: Block) -> list[int]:
    return [int(bit) for bit in answer.bits] if block.space in BIT_SPACES else list(answer.registers)
