"""The doctor at a gateway's buses: what answers, what does not, and what to do."""

import socket
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from edge.drivers.kinds import BusSettings
from lamplighter.doctor.finding import Finding
from lamplighter.doctor.sensors import look_at_buses
from lamplighter.runtime.clock import FakeClock, SystemClock
from tests.servers.processes import free_port

pytestmark = pytest.mark.unit

REGISTER = {"point": "illuminance_lx", "address": 0}
SENSOR = {"kind": "light_sensor", "id": "lux1", "space": "a101", "unit": 1, "registers": [REGISTER]}


def found(**bus: Any) -> list[Finding]:
    settings: Any = TypeAdapter(BusSettings).validate_python({"id": "bus1", **bus})
    return list(look_at_buses([settings], SystemClock()))


def test_a_device_that_answers_shows_its_values() -> None:
    devices = [{"id": "lamp1", "kind": "luminaire", "space": "a101"}]
    bus, device = found(kind="simulated", devices=devices)
    assert (bus.state, bus.detail) == ("ok", "reached; 1 devices")
    assert (device.state, device.detail) == ("ok", "lamp_failure = 0, dimming_level_pct = 100, active_power_w = 480")


def test_a_device_that_is_silent_is_a_fault_of_its_own() -> None:
    devices = [{"id": "lamp1", "kind": "luminaire", "space": "a101", "silent_from_s": 0}]
    bus, device = found(kind="simulated", devices=devices)
    assert (bus.state, device.state, device.subject) == ("ok", "fault", "lamp1")


def test_a_bus_that_is_not_reached_is_one_fault_and_its_devices_are_skipped() -> None:
    bus, device = found(kind="modbus_tcp", host="127.0.0.1", port=free_port(), devices=[SENSOR])
    assert (bus.state, device.state, device.detail) == ("fault", "skipped", "its bus is not reached")
    assert "docs/sensors.md" in bus.remedy


def test_what_is_wrong_with_this_machine_is_a_fault_with_its_own_remedy(tmp_path: Path) -> None:
    devices = [{"id": "meter", "kind": "light_sensor", "space": "a101"}]
    columns = {"illuminance_lx": "lx"}
    bus, device = found(kind="meter_file", folder=tmp_path / "gone", columns=columns, time_column="t", devices=devices)
    assert (bus.state, bus.remedy, device.state) == ("fault", "make it and let this user write there", "skipped")


def test_a_device_that_speaks_by_itself_may_be_silent_while_it_is_listened_to(tmp_path: Path) -> None:
    devices = [{"id": "meter", "kind": "light_sensor", "space": "a101"}]
    settings: Any = TypeAdapter(BusSettings).validate_python(
        {
            "id": "bus1",
            "kind": "meter_file",
            "folder": tmp_path,
            "columns": {"illuminance_lx": "lx"},
            "time_column": "t",
            "devices": devices,
        }
    )
    _bus, device = look_at_buses([settings], FakeClock())
    assert (device.state, device.detail) == ("ok", "has said nothing in 3 s, as such devices may")


def test_a_network_that_is_down_is_read_as_down() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        devices = [{"id": "net", "kind": "network_link", "space": "a101", "target": f"tcp://127.0.0.1:{listener.getsockname()[1]}"}]
        _bus, device = found(kind="network_probe", devices=devices)
    assert device.detail == "link_up = 0"
