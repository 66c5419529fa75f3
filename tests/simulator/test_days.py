"""The simulated days: deterministic, possible, and like a school's."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lamplighter.contract.points import fault_of_value
from simulator.days import Days, lamps_on
from simulator.noise import Times
from simulator.school import FAILING_LAMP, LAMPS, PLACES, ROOMS, SENSORS, Room
from simulator.sky import sun

pytestmark = pytest.mark.unit

MONDAY = datetime(2026, 11, 15, 16, 0, tzinfo=UTC)  # Monday 00:00 in Beijing
ROOM = {room.id: room for room in ROOMS}


def every_ten_minutes(start: datetime, days: float) -> Times:
    first_ms = round(start.timestamp() * 1000)
    return np.arange(first_ms, first_ms + round(days * 86_400_000), 600_000, dtype=np.int64)


def at(start: datetime, **later: float) -> Times:
    return np.array([round((start + timedelta(**later)).timestamp() * 1000)], dtype=np.int64)


def desk_lx(room: Room, at_ms: Times, days: Days) -> float:
    light = days.room(room, at_ms, days.sky(at_ms))
    return float(np.median(light.lamps_lx + light.daylight_lx))


@given(st.integers(0, 3_000_000_000_000), st.integers(0, 1000))
def test_a_moment_alone_has_the_values_it_has_within_a_day(start_ms: int, seed: int) -> None:
    at_ms = np.arange(start_ms, start_ms + 7_200_000, 1_200_000, dtype=np.int64)
    days, sensor, lamp = Days(seed), SENSORS[7], LAMPS[4]

    def values(times: Times) -> list[list[float]]:
        light = days.room(sensor.room, times, days.sky(times))
        other = days.room(lamp.room, times, days.sky(times))
        return [days.illuminance_lx(sensor, times, light).tolist(), days.power_w(lamp, times, other).tolist()]

    alone = [values(at_ms[row : row + 1]) for row in range(len(at_ms))]
    assert values(at_ms) == [[one[0][0] for one in alone], [one[1][0] for one in alone]]


@given(st.integers(1_577_836_800_000, 2_500_000_000_000), st.integers(0, 1000))
def test_every_value_is_physically_possible(start_ms: int, seed: int) -> None:
    at_ms = np.arange(start_ms, start_ms + 86_400_000, 3_600_000, dtype=np.int64)
    days = Days(seed, {FAILING_LAMP: start_ms + 43_200_000})
    outside = days.sky(at_ms)
    for room, lamp in zip(ROOMS, LAMPS, strict=True):
        light = days.room(room, at_ms, outside)
        reads = {"dimming_level_pct": light.dimming_pct, "active_power_w": days.power_w(lamp, at_ms, light)}
        for number, sensor in enumerate(s for s in SENSORS if s.room is room):
            reads[f"illuminance_lx {number}"] = days.illuminance_lx(sensor, at_ms, light)
        faults = [fault_of_value(point.split()[0], float(value)) for point, values in reads.items() for value in values]
        assert faults == [None] * len(faults)


def test_the_sun_stands_where_the_almanac_says() -> None:
    noon = np.array([round(datetime(2026, month, 21, 4, 14, tzinfo=UTC).timestamp() * 1000) for month in (6, 12)], dtype=np.int64)
    elevation_deg, azimuth_deg = sun(noon)
    assert elevation_deg == pytest.approx([90 - 39.9 + 23.44, 90 - 39.9 - 23.44], abs=0.5)
    assert azimuth_deg == pytest.approx([180, 180], abs=4)


def test_nights_are_dark_and_lessons_are_lit() -> None:
    days, room = Days(), ROOM["a101"]
    assert desk_lx(room, at(MONDAY, hours=3), days) < 1
    assert desk_lx(room, at(MONDAY, hours=10), days) > 400


def test_lamps_are_on_in_lessons_of_weekdays_only() -> None:
    room = ROOM["a101"]
    on = [bool(lamps_on(room, at(MONDAY, days=day, hours=10), 1)[0]) for day in range(7)]
    assert on == [True] * 5 + [False] * 2
    assert not lamps_on(room, at(MONDAY, hours=19), 1)[0]
    assert lamps_on(ROOM["a301"], at(MONDAY, hours=19), 1)[0]


@given(st.integers(0, 200), st.integers(0, 364))
def test_the_underlit_room_never_looks_bright_enough(seed: int, day: int) -> None:
    days, room = Days(seed), ROOM["a202"]
    at_ms = every_ten_minutes(MONDAY + timedelta(days=day), 1)
    light = days.room(room, at_ms, days.sky(at_ms))
    sensors = [sensor for sensor in SENSORS if sensor.room is room]
    estimates = [days.illuminance_lx(sensor, at_ms, light) * sensor.place.desk_factor for sensor in sensors]
    assert len(sensors) == len(PLACES)
    assert np.mean(estimates, axis=0).max() < 300


def test_some_rooms_dim_with_daylight_and_some_do_not() -> None:
    days = Days()
    at_ms = every_ten_minutes(MONDAY, 5)
    levels = {room.id: set(days.room(room, at_ms, days.sky(at_ms)).dimming_pct.tolist()) for room in ROOMS}
    assert levels["a202"] == {0.0, 100.0}
    assert len(levels["a301"]) > 4


def test_a_lamp_fails_at_its_time_and_takes_its_light_and_power_along() -> None:
    failed_ms = round((MONDAY + timedelta(hours=2)).timestamp() * 1000)
    days = Days(1, {FAILING_LAMP: failed_ms})
    lamp = next(lamp for lamp in LAMPS if lamp.id == FAILING_LAMP)
    at_ms = np.array([failed_ms - 1, failed_ms], dtype=np.int64)
    light = days.room(lamp.room, at_ms, days.sky(at_ms))
    assert days.failed(lamp.id, at_ms).tolist() == [False, True]
    before_w, after_w = days.power_w(lamp, at_ms, light)
    assert before_w > 400
    assert after_w == 3.0
    assert light.lamps_lx[1] < light.lamps_lx[0] / 10


def test_another_seed_has_another_weather() -> None:
    at_ms = every_ten_minutes(MONDAY, 1)
    assert Days(1).sky(at_ms).cloud.tolist() != Days(2).sky(at_ms).cloud.tolist()
