"""Which buses there are, and the one verb that polls any of them."""

from collections.abc import Callable, Sequence
from typing import Annotated

from pydantic import Field

from edge.drivers.http_poll import HttpPoll
from edge.drivers.meter_file import MeterFiles
from edge.drivers.modbus_rtu import ModbusRtu
from edge.drivers.modbus_tcp import ModbusTcp
from edge.drivers.mqtt_in import MqttIn
from edge.drivers.network_probe import NetworkProbe
from edge.drivers.polling import Poller
from edge.drivers.protocol import Sample
from edge.drivers.simulated import Simulated
from edge.rules.protocol import Level
from lamplighter.runtime.clock import Clock

BusSettings = Annotated[
    ModbusTcp | ModbusRtu | MqttIn | HttpPoll | MeterFiles | NetworkProbe | Simulated, Field(discriminator="kind")
]


async def poll(
    bus: BusSettings,
    *,
    clock: Clock,
    on_samples: Callable[[Sequence[Sample]], None],
    on_level: Callable[[Level], None],
) -> None:
    """Poll the bus until cancelled.

    `on_samples` gets what one device just answered; `on_level` whether a device is silent (kind `sensor_silent`, source the
    device): inactive at its first answer, active once when it stops answering, inactive once when it returns.
    """
    poller = Poller(bus, clock=clock, on_samples=on_samples, on_level=on_level)
    link = bus.open(clock)
    try:
        await poller.run(link)
    finally:
        link.close()
