"""Bus settings: what is refused, and the simulated bus."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from edge.drivers.kinds import BusSettings, poll
from edge.drivers.protocol import Sample
from edge.drivers.simulated import Simulated
from edge.rules.protocol import Level
from lamplighter.runtime.clock import FakeClock

pytestmark = pytest.mark.unit

LUX = {"point": "illuminance_lx", "address": 0}
SENSOR = {"kind": "light_sensor", "id": "lux1", "space": "a101", "unit": 1}
LAMP = {"kind": "luminaire", "id": "lamp1", "space": "a101", "unit": 2, "registers": [{"point": "lamp_failure", "address": 0}]}
MODBUS = {"kind": "modbus_tcp", "id": "bus1", "host": "127.0.0.1", "tables": {"light_sensor": [LUX]}, "devices": [SENSOR, LAMP]}


def checked(settings: dict[str, Any]) -> Any:
    return TypeAdapter(BusSettings).validate_python(settings)


def test_a_device_uses_its_own_registers_or_else_its_kinds() -> None:
    bus = checked(MODBUS)
    assert {device: [row.point for row in rows] for device, rows in bus.plan().items()} == {
        "lux1": ["illuminance_lx"],
        "lamp1": ["lamp_failure"],
    }


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"tables": {}}, "device 'lux1': has no registers; give it its own, or the bus tables.light_sensor"),
        ({"devices": [SENSOR, SENSOR]}, "device id 'lux1' is used twice"),
        ({"devices": [{**LAMP, "registers": [LUX]}]}, "a luminaire has no illuminance_lx; it has active_power_w"),
        ({"devices": [{**SENSOR, "registers": [LUX, LUX]}]}, "point illuminance_lx has two registers; keep one"),
        ({"poll_s": 5}, "illuminance_lx every_s = 1 is shorter than the bus's poll_s = 5; lower poll_s"),
        ({"devices": []}, "at least 1 item"),
        ({"port": 0}, "greater than or equal to 1"),
        ({"kind": "profibus"}, "'modbus_tcp', 'modbus_rtu'"),
    ],
)
def test_a_wrong_bus_is_refused_with_its_remedy(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        checked({**MODBUS, **wrong})


def test_every_problem_of_a_bus_is_told_at_once() -> None:
    with pytest.raises(ValidationError) as refusal:
        checked({**MODBUS, "tables": {}, "devices": [SENSOR, {**LAMP, "registers": [LUX]}]})
    assert "has no registers" in str(refusal.value)
    assert "a luminaire has no illuminance_lx" in str(refusal.value)


class CancellingClock(FakeClock):
    """Cancels whoever waits on it once a given second is reached."""

    def __init__(self, ends_s: float) -> None:
        super().__init__()
        self._ends_s = ends_s

    async def sleep(self, seconds: float) -> None:
        """Move on at once."""
        task = asyncio.current_task()
        if self.monotonic() + seconds >= self._ends_s and task is not None:
            task.cancel()
        await super().sleep(seconds)


def watched(bus: Simulated, seconds: float) -> tuple[list[Sample], list[Level]]:
    """What a poll of some seconds gives before it is cancelled."""
    samples: list[Sample] = []
    levels: list[Level] = []

    def on_samples(read: Sequence[Sample]) -> None:
        samples.extend(read)

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(poll(bus, clock=CancellingClock(seconds), on_samples=on_samples, on_level=levels.append))
    return samples, levels


def simulated(**device: Any) -> Simulated:
    return Simulated.model_validate({"id": "bus1", "devices": [{"id": "lamp1", "space": "a101", "kind": "luminaire", **device}]})


def test_the_simulated_bus_gives_the_same_values_at_the_same_times() -> None:
    assert watched(simulated(), 30) == watched(simulated(), 30)


def test_a_simulated_lamp_fails_when_told_to() -> None:
    samples, _levels = watched(simulated(fails_after_s=15), 30)
    assert [sample.value for sample in samples if sample.point == "lamp_failure"][:30] == [0.0] * 15 + [1.0] * 15
    assert [sample.value for sample in samples if sample.point == "active_power_w"][:3] == [480.0, 480.0, 3.0]


def test_a_simulated_device_is_silent_when_told_to() -> None:
    _samples, levels = watched(simulated(silent_from_s=10, silent_for_s=20), 60)
    assert [level.active for level in levels] == [False, True, False]


def test_cancelling_a_poll_closes_its_bus() -> None:
    class Watched(Simulated):
        def open(self, clock: Any) -> Any:
            """Remember the link."""
            opened.append(super().open(clock))
            return opened[0]

    opened: list[Any] = []
    bus = Watched.model_validate(simulated().model_dump())
    watched(bus, 5)
    assert opened[0].connected is False
