"""From the drivers' samples to readings and conditions: trust before rules, and what the settings file must get right."""

from datetime import date
from typing import Any

import pytest

from edge.drivers.protocol import Sample
from edge.rules.protocol import Level
from edge.sensing import Sensing
from edge.settings import GatewaySettings
from edge.trust.watch import TrustSettings
from lamplighter.contract.errors import SettingsError
from lamplighter.runtime.clock import FakeClock
from lamplighter.runtime.settings import check_settings

pytestmark = pytest.mark.unit

LINE = {
    "kind": "modbus_rtu",
    "id": "line1",
    "device_path": "/dev/ttyUSB0",
    "poll_s": 10,
    "tables": {
        "refrigerator": [{"point": "temperature_c", "address": 0, "every_s": 10}],
        "smoke_detector": [{"point": "smoke", "address": 0, "every_s": 10}],
    },
    "devices": [
        {"id": "fridge", "kind": "refrigerator", "space": "kitchen", "unit": 1, "calibrated_until": date(2020, 1, 1)},
        {"id": "smoke", "kind": "smoke_detector", "space": "kitchen", "unit": 2},
    ],
}


def gateway(**settings: Any) -> GatewaySettings:
    given = {"district": "d", "school": "s", "gateway": "g", "data_dir": "x", "broker": {"url": "mqtt://127.0.0.1:1883"}}
    return check_settings({**given, "buses": [LINE], **settings}, GatewaySettings, where="gateway.toml")


class Kitchen:
    """The gateway of a kitchen, its clock and what it said."""

    def __init__(self) -> None:
        rules = gateway(rules=[{"kind": "fridge_temperature"}, {"kind": "smoke"}]).rules
        self.clock, self.levels = FakeClock(), list[Level]()
        sensor_rules: Any = rules
        self.sensing = Sensing(gateway().buses, sensor_rules, trust=TrustSettings(), clock=self.clock, on_level=self.levels.append)

    def read(self, device: str, point: str, value: float | None) -> Sample:
        """One reading now; time goes on by a minute."""
        quality: Any = "bad" if value is None else "good"
        (sample,) = self.sensing.take([Sample(device, point, self.clock.now_ms(), value, quality)])
        self.clock.advance(60)
        self.sensing.tick()
        return sample

    def raised(self) -> set[tuple[str, str]]:
        """(kind, name) of what was raised."""
        return {(level.kind, level.name) for level in self.levels if level.active}


def test_a_fridge_out_of_calibration_is_uncertain_and_its_warmth_is_told_all_the_same() -> None:
    kitchen = Kitchen()
    qualities = {kitchen.read("fridge", "temperature_c", 12 + minute / 100).quality for minute in range(40)}
    assert qualities == {"uncertain"}
    assert kitchen.raised() == {
        ("sensor_untrusted", "calibration_out_of_date"),
        ("fridge_temperature", "fridge_temperature"),
    }


def test_a_reading_no_fridge_can_have_is_no_warmth() -> None:
    kitchen = Kitchen()
    for minute in range(40):
        kitchen.read("fridge", "temperature_c", 61.5 + minute / 100)
    assert ("sensor_untrusted", "temperature_c") in kitchen.raised()
    assert ("fridge_temperature", "fridge_temperature") not in kitchen.raised()


def test_smoke_is_told_with_the_reading_that_says_so() -> None:
    kitchen = Kitchen()
    kitchen.read("smoke", "smoke", 0.0)
    assert kitchen.raised() == set()
    assert kitchen.read("smoke", "smoke", 1.0).quality == "good"
    assert kitchen.raised() == {("smoke", "smoke")}
    kitchen.read("smoke", "smoke", None)
    assert [level.active for level in kitchen.levels if level.kind == "smoke"] == [False, True]


def test_every_rule_about_something_that_is_not_there_is_told_at_once() -> None:
    rules = [
        {"kind": "smoke", "devices": ["gone"]},
        {"kind": "underlit", "least_lx": 200, "spaces": ["attic"]},
        {"kind": "intrusion", "name": "n", "camera": "cam9"},
    ]
    with pytest.raises(SettingsError) as refusal:
        gateway(rules=rules)
    said = str(refusal.value)
    assert "rule 'smoke' follows device 'gone', which is behind no bus (fridge, smoke)" in said
    assert "rule 'underlit' watches space 'attic', in which no device is (kitchen)" in said
    assert "watches camera 'cam9'" in said


def test_a_rooms_conditions_stand_in_the_room() -> None:
    assert gateway().spaces == {"fridge": "kitchen", "smoke": "kitchen", "kitchen": "kitchen"}
