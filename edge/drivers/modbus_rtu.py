"""Modbus RTU: devices on one serial line (RS-485), told apart by their unit id."""

from typing import Literal

from pydantic import Field

from edge.drivers.modbus import ModbusBus, ModbusLink
from lamplighter.runtime.clock import Clock


class ModbusRtu(ModbusBus):
    """A serial line and the devices on it. The defaults are those of Modbus over Serial Line 1.02, section 2.5.1."""

    kind: Literal["modbus_rtu"] = "modbus_rtu"
    device_path: str = Field(min_length=1, description="the serial port, such as /dev/ttyUSB0; by-id names survive a re-plug")
    baudrate: Literal[1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200] = Field(19200, description="bits a second")
    parity: Literal["even", "odd", "none"] = Field("even", description="parity bit, as set at the devices")
    stop_bits: Literal[1, 2] = Field(1, description="stop bits; 2 is usual without parity")

    def open(self, clock: Clock) -> ModbusLink:
        """The line, not yet opened; called with an event loop running."""
        from pymodbus.client import AsyncModbusSerialClient

        client = AsyncModbusSerialClient(
            self.device_path,
            baudrate=self.baudrate,
            parity=self.parity[0].upper(),
            stopbits=self.stop_bits,
            timeout=self.timeout_s,
            retries=0,
            reconnect_delay=0,
        )
        where = f"{self.device_path} (is the adapter plugged in, and may this user open it: group dialout?)"
        return ModbusLink(self, client, where=where, clock=clock)
