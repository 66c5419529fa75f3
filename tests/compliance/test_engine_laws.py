"""Laws that hold for any evidence."""

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from compliance.engine import judge
from compliance.evidence import Evidence, LampWindow, SensorWindow
from compliance.rules import Rule

pytestmark = pytest.mark.unit

DEVICES = ("lux1", "lux2")


@st.composite
def evidences(draw: st.DrawFn, room: Any) -> Evidence:
    """Surveys, calibrations and windows around the day, sound and unsound."""
    starts = [room.window_ms(number) for number in range(-6, 60)]
    lux = st.floats(0, 900, allow_nan=False)
    sensor = st.builds(SensorWindow, st.sampled_from(DEVICES), st.sampled_from(starts), lux, lux, st.integers(0, 8))
    lamp = st.builds(LampWindow, st.sampled_from(starts), st.sampled_from([0.0, 80.0, 100.0]), st.sampled_from([50.0, 100.0]))
    surveys = [
        room.survey(
            id=f"s{number}",
            curtains_drawn=draw(st.booleans()),
            points=room.points(lx=draw(st.floats(100, 500)), off=draw(st.floats(0, 50)), count=draw(st.integers(7, 12))),
        )
        for number in range(draw(st.integers(0, 2)))
    ]
    sensors = draw(st.lists(sensor, max_size=90, unique_by=lambda w: (w.device, w.at_ms)))
    lamps = draw(st.lists(lamp, max_size=60, unique_by=lambda w: w.at_ms))
    calibrations = [room.calibration(device, draw(st.floats(0.5, 3))) for device in DEVICES if draw(st.booleans())]
    return room.evidence(  # type: ignore[no-any-return]
        surveys=tuple(surveys), calibrations=tuple(calibrations), sensor_windows=tuple(sensors), lamp_windows=tuple(lamps)
    )


@given(st.data())
def test_removing_data_never_creates_a_pass(room: Any, desk_rule: Rule, data: st.DataObject) -> None:
    whole = data.draw(evidences(room))
    assume(judge(desk_rule, room.space, room.day, whole).verdict != "pass")
    part = room.evidence(
        surveys=whole.surveys if data.draw(st.booleans()) else (),
        calibrations=tuple(data.draw(st.lists(st.sampled_from(whole.calibrations), unique_by=id))) if whole.calibrations else (),
        sensor_windows=tuple(w for w in whole.sensor_windows if data.draw(st.booleans())),
        lamp_windows=tuple(w for w in whole.lamp_windows if data.draw(st.booleans())),
    )
    assert judge(desk_rule, room.space, room.day, part).verdict != "pass"


@given(st.data())
def test_sensors_alone_never_pass_or_fail(room: Any, desk_rule: Rule, data: st.DataObject) -> None:
    found = data.draw(evidences(room))
    alone = room.evidence(calibrations=found.calibrations, sensor_windows=found.sensor_windows, lamp_windows=found.lamp_windows)
    assert judge(desk_rule, room.space, room.day, alone).verdict in {"indicative_low", "insufficient_data"}


@given(st.data())
def test_order_and_duplicates_change_nothing(room: Any, desk_rule: Rule, data: st.DataObject) -> None:
    found = data.draw(evidences(room))
    shuffled = room.evidence(
        **{
            name: tuple(data.draw(st.permutations(rows + data.draw(st.sampled_from([(), rows])))))
            for name in ("surveys", "calibrations", "sensor_windows", "lamp_windows")
            for rows in (getattr(found, name),)
        }
    )
    assert judge(desk_rule, room.space, room.day, shuffled) == judge(desk_rule, room.space, room.day, found)


@given(st.data())
def test_data_outside_the_lessons_of_the_day_changes_nothing(room: Any, desk_rule: Rule, data: st.DataObject) -> None:
    found = data.draw(evidences(room))
    outside = st.one_of(st.integers(-200, -1), st.integers(54, 250))
    starts = [room.window_ms(number) for number in data.draw(st.lists(outside, max_size=20, unique=True))]
    more = room.evidence(
        surveys=found.surveys,
        calibrations=found.calibrations,
        sensor_windows=found.sensor_windows + tuple(SensorWindow(device, at, 1.0, 1.0, 9) for at in starts for device in DEVICES),
        lamp_windows=found.lamp_windows + tuple(LampWindow(at, 100.0, 100.0) for at in starts),
    )
    assert judge(desk_rule, room.space, room.day, more) == judge(desk_rule, room.space, room.day, found)


@given(st.lists(st.floats(0, 100), min_size=9, max_size=9))
def test_any_nine_points_that_average_the_limit_pass_and_a_lux_less_on_one_fails(
    room: Any, desk_rule: Rule, spread: list[float]
) -> None:
    offsets = [round(value, 1) for value in spread]
    values = [300 + offset for offset in offsets[:4]] + [300 - offset for offset in offsets[:4]] + [300.0]
    points = tuple(
        point.model_copy(update={"lx": round(lx, 1), "lamps_off_lx": 0.0}) for point, lx in zip(room.points(), values, strict=True)
    )
    less = (points[0].model_copy(update={"lx": points[0].lx - 1}), *points[1:])
    verdicts = [
        judge(desk_rule, room.space, room.day, room.evidence(surveys=(room.survey(points=chosen),))).verdict
        for chosen in (points, less)
    ]
    assert verdicts == ["pass", "fail"]
