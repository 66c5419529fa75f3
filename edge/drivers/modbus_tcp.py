"""Modbus TCP: devices behind one address, told apart by their unit id."""

from typing import Literal

from pydantic import Field

from edge.drivers.modbus import ModbusBus, ModbusLink
from lamplighter.runtime.clock import Clock


class ModbusTcp(ModbusBus):
    """A Modbus TCP server and the devices behind it."""

    kind: Literal["modbus_tcp"] = "modbus_tcp"
    host: str = Field(min_length=1, description="name or address of the Modbus TCP server or gateway")
    port: int = Field(502, ge=1, le=65_535)

    def open(self, clock: Clock) -> ModbusLink:
        """The bus, not yet connected; called with an event loop running."""
        from pymodbus.client import AsyncModbusTcpClient

        # Retries and reconnection are the poller's, so that one silent device costs one time-out.
        client = AsyncModbusTcpClient(self.host, port=self.port, timeout=self.timeout_s, retries=0, reconnect_delay=0)
        return ModbusLink(self, client, where=f"{self.host}:{self.port}", clock=clock)
