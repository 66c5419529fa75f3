"""The simulated kitchen, air, power and safety points: possible, repeatable, and well."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.drivers.device import POINTS_OF_KIND
from edge.drivers.kinds import BusSettings
from edge.drivers.protocol import Sample
from edge.rules.kinds import SensorRules
from edge.rules.protocol import Level
from edge.sensing import Sensing
from edge.trust.watch import TrustSettings
from lamplighter.contract.points import fault_of_value
from lamplighter.runtime.clock import FakeClock
from lamplighter.runtime.settings import Settings, check_settings
from simulator.days import Days
from simulator.edge_file import edge_settings, sensor_rules
from simulator.facilities import FACILITIES, OUT_OF_CALIBRATION, facility_values
from simulator.registers import MAPS
from simulator.school import FAILING_LAMP, LAMPS, ROOMS, SENSORS, STUCK_SENSOR

pytestmark = pytest.mark.unit

STEP_MS = 600_000
MONDAY_MS = 1_795_363_200_000
"""23 November 2026, 00:00 in Beijing."""


class EdgeFile(Settings):
    """The part of a gateway's settings that the simulator gives."""

    buses: tuple[BusSettings, ...]
    rules: tuple[SensorRules, ...]


@given(st.integers(1_577_836_800_000, 2_500_000_000_000), st.integers(0, 1000))
def test_every_value_is_possible_and_of_its_device(start_ms: int, seed: int) -> None:
    at_ms = np.arange(start_ms, start_ms + 86_400_000, 3_600_000, dtype=np.int64)
    for facility in FACILITIES:
        values = facility_values(facility, at_ms, seed)
        assert set(values) == {entry.point for entry in MAPS[facility.kind]} <= POINTS_OF_KIND[facility.kind]
        faults = [fault_of_value(point, float(value)) for point, row in values.items() for value in row]
        assert faults == [None] * len(faults)


def test_the_air_of_a_lesson_is_used_up_and_that_of_a_night_is_not() -> None:
    air = next(facility for facility in FACILITIES if facility.kind == "air_sensor")
    at_ms = np.array([MONDAY_MS + hour * 3_600_000 for hour in (3, 11)], dtype=np.int64)
    night_ppm, lesson_ppm = facility_values(air, at_ms, 1)["co2_ppm"]
    assert night_ppm < 500
    assert lesson_ppm > 900


def samples_of(days: Days, at_ms: np.typing.NDArray[np.int64]) -> list[list[Sample]]:
    """Every reading of the school, moment by moment, but for its door: who looks so seldom cannot tell how long it is open."""
    outside = days.sky(at_ms)
    lights = {room.id: days.room(room, at_ms, outside) for room in ROOMS}
    columns = [(s.id, "illuminance_lx", days.illuminance_lx(s, at_ms, lights[s.room.id])) for s in SENSORS]
    for lamp in LAMPS:
        light = lights[lamp.room.id]
        columns.append((lamp.id, "lamp_failure", days.failed(lamp.id, at_ms).astype(np.float64)))
        columns.append((lamp.id, "dimming_level_pct", light.dimming_pct))
        columns.append((lamp.id, "active_power_w", days.power_w(lamp, at_ms, light)))
    for facility in FACILITIES:
        if facility.kind == "door_contact":
            continue
        columns += [(facility.id, point, row) for point, row in facility_values(facility, at_ms, days.seed).items()]
    return [
        [Sample(device, point, int(moment), float(values[row])) for device, point, values in columns]
        for row, moment in enumerate(at_ms)
    ]


def raised(days: Days, count: int) -> set[tuple[str, str]]:
    """(kind, source) of every condition the gateway would raise in so many days from Monday on."""
    settings = check_settings({**edge_settings(5020), "rules": sensor_rules({room.id for room in ROOMS})}, EdgeFile, where="edge")
    levels: list[Level] = []
    clock = FakeClock(MONDAY_MS)
    sensing = Sensing(settings.buses, settings.rules, trust=TrustSettings(), clock=clock, on_level=levels.append)
    for day in range(count):
        start_ms = MONDAY_MS + day * 86_400_000
        for samples in samples_of(days, np.arange(start_ms, start_ms + 86_400_000, STEP_MS, dtype=np.int64)):
            sensing.take(samples)
            clock.advance(STEP_MS / 1000)
            sensing.tick()
    return {(level.kind, level.source) for level in levels if level.active}


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_ten_days_of_a_healthy_school_raise_what_is_planted_and_nothing_else() -> None:
    found = raised(Days(1), 10)
    assert found == {
        ("sensor_stuck", STUCK_SENSOR),
        ("sensor_untrusted", OUT_OF_CALIBRATION),
        ("underlit", "a202"),
    }


def test_when_the_duty_rooms_lamp_fails_its_stuck_sensor_shows() -> None:
    found = raised(Days(1, {FAILING_LAMP: MONDAY_MS + 2 * 3_600_000}), 1)
    assert {("lamp_failure", FAILING_LAMP), ("sensor_stuck", STUCK_SENSOR)} <= found
