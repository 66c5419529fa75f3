"""A sensor's factor from a survey and the readings taken meanwhile."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.light.calibration import Readings, State, calibrated, uncertainty_parts
from lamplighter.contract.errors import SettingsError

pytestmark = pytest.mark.unit

ON = date(2026, 9, 10)
STEADY = Readings([201.0] * 20, [1.0] * 20)


def test_a_factor_is_desk_lux_for_each_lux_the_lamps_add(room: Any) -> None:
    found = calibrated("lux1", room.survey(uncertainty_pct=4.0), STEADY, on=ON)
    assert found.factor == pytest.approx(1.7)
    assert (found.zero_lx, found.at, found.survey) == (1.0, ON, "s1")


def test_it_belongs_to_its_lamp_group_and_dimming_level(room: Any) -> None:
    found = calibrated("lux1", room.survey(uncertainty_pct=4.0), STEADY, on=ON, state=State("general", 60.0))
    assert (found.lamps, found.dimming_pct) == ("general", 60.0)


@given(st.floats(0, 50), st.floats(0, 0.05))
def test_a_sensors_zero_moves_no_factor(room: Any, zero: float, noise: float) -> None:
    survey = room.survey(uncertainty_pct=4.0)
    plain, moved = (
        calibrated("lux1", survey, Readings([200 + z, 200 + z + noise] * 5, [z, z + noise] * 5), on=ON) for z in (0.0, zero)
    )
    assert moved.factor == pytest.approx(plain.factor)


def test_the_uncertainty_is_the_root_of_its_parts(room: Any) -> None:
    # Hand-made: meter 2 %; range 12 lx / (2 sqrt 3) of 200 lx; 10 lx of daylight / sqrt 3 of 340 lx; noise as standard deviations.
    survey, readings = room.survey(uncertainty_pct=4.0), Readings([195.0, 207.0] * 50, [1.0] * 100)
    parts = uncertainty_parts(survey, readings)
    assert parts["meter"] == pytest.approx(0.02)
    assert parts["drift"] == pytest.approx(12 / (2 * 3**0.5) / 200)
    assert parts["residual"] == pytest.approx(10 / 3**0.5 / 340)
    assert parts["noise"] == pytest.approx(6.03 / 10 / 200, rel=0.01)
    found = calibrated("lux1", survey, readings, on=ON)
    assert found.uncertainty_pct == pytest.approx(200 * sum(part**2 for part in parts.values()) ** 0.5)


REFUSED: list[tuple[dict[str, Any], Readings, str]] = [
    ({"tester": None}, STEADY, "the survey leaves out tester"),
    ({"uncertainty_pct": None}, STEADY, "uncertainty_pct: the survey states none"),
    ({"curtains_drawn": False}, STEADY, "daylight must be shut out"),
    ({}, Readings([200.0] * 4, [1.0] * 9), "4 readings with lamps on, 9 off; 5 of each are needed"),
    ({}, Readings([200.0] * 9, [1.0] * 8 + [200.0]), "exceeds one with them on"),
    ({"points": "daylight"}, STEADY, "50.0 lx of daylight beside 300.0 lx of lamps"),
]


@pytest.mark.parametrize(("changed", "readings", "words"), REFUSED, ids=[words for _, _, words in REFUSED])
def test_what_forbids_a_calibration_is_named(room: Any, changed: dict[str, Any], readings: Readings, words: str) -> None:
    changed = changed | ({"points": room.points(lx=350, off=50)} if "points" in changed else {})
    survey = room.survey(**({"uncertainty_pct": 4.0} | changed))
    with pytest.raises(SettingsError, match=words):
        calibrated("lux1", survey, readings, on=ON)
