"""Electric light apart from daylight, by steps."""

from math import sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.light.electric import Step, electric_light, lacking, seen_at
from compliance.light.lines import drop_between, line_through, student_t, weighted_median
from compliance.light.switching import Missed, SwitchOff, Why

pytestmark = pytest.mark.unit

OFF = SwitchOff(300_000, 600_000, 620_000, 900_000)
TIMES = range(300_000, 900_000, 20_000)


def seen(lamps_lx: float, daylight_lx: float, slope: float, zero: float = 0.0) -> list[tuple[int, float]]:
    """A sensor under a sky that changes evenly, `slope` lx a minute."""
    return [
        (at, zero + daylight_lx + slope * (at - 600_000) / 60_000 + (lamps_lx if at <= OFF.on_until_ms else 0.0)) for at in TIMES
    ]


@given(st.floats(10, 800), st.tuples(st.floats(0, 5000), st.floats(-200, 200)), st.floats(0, 5), st.floats(0.5, 3))
def test_daylight_its_trend_and_the_sensors_zero_cancel(lamps: float, sky: tuple[float, float], zero: float, factor: float) -> None:
    step = seen_at(OFF, {"lux1": seen(lamps, *sky, zero)}, {"lux1": factor})
    assert isinstance(step, Step)
    assert step.lx == pytest.approx(factor * lamps, rel=1e-6, abs=1e-4)


def test_a_room_is_the_mean_of_its_sensors_and_keeps_what_each_says() -> None:
    step = seen_at(OFF, {"a": seen(100, 50, 0), "b": seen(200, 900, 0)}, {"a": 2.0, "b": 1.5})
    assert isinstance(step, Step)
    assert step.at_ms == OFF.off_from_ms
    assert step.lx == pytest.approx(250)
    assert step.by_device == pytest.approx({"a": 200.0, "b": 300.0})


def test_a_room_with_a_sensor_that_did_not_see_it_has_no_step() -> None:
    assert seen_at(OFF, {"a": seen(100, 50, 0)}, {"a": 2.0, "b": 1.5}) == Missed(OFF.off_from_ms, "sensors")
    assert seen_at(OFF, {"a": seen(100, 50, 0), "b": seen(100, 50, 0)[:18]}, {"a": 2.0, "b": 1.5}) == Missed(
        OFF.off_from_ms, "sensors"
    )
    assert seen_at(OFF, {}, {}) == Missed(OFF.off_from_ms, "sensors")


def test_a_restless_sky_makes_a_step_less_sure() -> None:
    calm = seen_at(OFF, {"a": seen(100, 900, 0)}, {"a": 1.0})
    rows = [(at, lx + 40 * sin(at / 30_000)) for at, lx in seen(100, 900, 0)]
    restless = seen_at(OFF, {"a": rows}, {"a": 1.0})
    assert isinstance(calm, Step)
    assert isinstance(restless, Step)
    assert calm.error_lx < 0.01
    assert restless.error_lx > 1


@pytest.mark.parametrize(
    ("whys", "steps", "why"),
    [
        ((), 0, "never_off"),
        ((), 2, "few"),
        (("dimmed", "in_parts", "dimmed"), 1, "dimmed"),
        (("sensors",), 2, "sensors"),
        (("dimmed",), 3, None),
    ],
)
def test_a_room_without_an_estimate_says_why(whys: tuple[Why, ...], steps: int, why: str | None) -> None:
    assert lacking([*(Missed(0, one) for one in whys), *(step(300) for _ in range(steps))]) == why


def step(lx: float, error: float = 1.0) -> Step:
    return Step(0, lx, error, {})


def test_one_curtain_drawn_at_the_same_moment_moves_nothing() -> None:
    found = electric_light([step(300), step(301), step(299), step(300), step(900)], 6.0)
    assert found is not None
    assert found.lx == pytest.approx(300, abs=1)


def test_fewer_than_three_steps_make_no_estimate() -> None:
    assert electric_light([step(300), step(300)], 6.0) is None


def test_a_calibrations_uncertainty_does_not_shrink_with_steps() -> None:
    many = electric_light([step(300)] * 500, 6.0)
    assert many is not None
    assert many.uncertainty_lx == pytest.approx(18, rel=0.01)
    unstated = electric_light([step(300)] * 500, None)
    assert unstated is not None
    assert unstated.uncertainty_lx is None


@given(st.lists(st.tuples(st.floats(1, 900), st.floats(0.1, 50)), min_size=3, max_size=20), st.randoms())
def test_order_changes_no_estimate_and_it_lies_among_the_steps(rows: list[tuple[float, float]], chance: object) -> None:
    steps = [step(lx, error) for lx, error in rows]
    mixed = list(steps)
    chance.shuffle(mixed)  # type: ignore[attr-defined] # hypothesis gives a random.Random
    one, other = electric_light(steps, 5.0), electric_light(mixed, 5.0)
    assert one is not None
    assert one == other or (other is not None and one.lx == other.lx)
    assert min(lx for lx, _ in rows) <= one.lx <= max(lx for lx, _ in rows)


def test_the_error_of_a_step_is_that_of_least_squares_with_one_slope_and_two_levels() -> None:
    # Hand-made: levels 10 and 4, no trend, residuals +1 and -1 in turn: s2 = 8 / (8 - 3), error = sqrt(s2 (1/4 + 1/4 + 16/10)).
    before = [(0.0, 11.0), (1.0, 9.0), (2.0, 9.0), (3.0, 11.0)]
    after = [(4.0, 5.0), (5.0, 3.0), (6.0, 3.0), (7.0, 5.0)]
    found = drop_between(before, after)
    assert found.value == pytest.approx(6)
    assert found.error == pytest.approx((8 / 5 * (1 / 4 + 1 / 4 + 16 / 10)) ** 0.5)


def test_a_line_through_points_on_it_is_it() -> None:
    line = line_through([0, 1, 2, 5], [1, 3, 5, 11])
    assert [line.slope, line.at(10), line.scatter] == pytest.approx([2, 21, 0], abs=1e-9)


@pytest.mark.parametrize(("free", "known"), [(3, 3.1824), (6, 2.4469), (10, 2.2281), (30, 2.0423), (120, 1.9799)])
def test_students_t_is_that_of_the_tables(free: int, known: float) -> None:
    assert student_t(0.975, free) == pytest.approx(known, rel=0.01)


def test_a_weighted_median_of_equal_weights_is_the_median() -> None:
    assert weighted_median([(3, 1), (1, 1), (2, 1)]) == 2
    assert weighted_median([(1, 1), (2, 1), (3, 1), (4, 1)]) == 2.5
    assert weighted_median([(1, 1), (2, 10), (3, 1)]) == 2
