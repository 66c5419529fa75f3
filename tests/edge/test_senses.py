"""What a room's sensors say at a moment."""

import pytest

from edge.drivers.protocol import Sample
from edge.rules.protocol import Sensed
from edge.senses import Senses

pytestmark = pytest.mark.unit

SPACES = {"t1": "a101", "t2": "a102"}


def _temperature(at_s: float, value: float | None, *, device: str = "t1", quality: str = "good") -> Sample:
    return Sample(device, "temperature_c", round(at_s * 1000), value, quality)  # type: ignore[arg-type] # one of three words


def test_a_room_hears_its_own_sensors_alone() -> None:
    senses = Senses(SPACES)
    senses.take([_temperature(0, 20.0), _temperature(0, 30.0, device="t2"), _temperature(0, 99.0, device="unknown")])
    assert senses.of("a101", 0) == (Sensed("t1", "temperature_c", 20.0, 0.0),)


def test_what_is_bad_or_stale_is_not_heard() -> None:
    senses = Senses(SPACES)
    senses.take([_temperature(0, 20.0), _temperature(1, None, quality="bad"), _temperature(2, 90.0, quality="uncertain")])
    assert senses.of("a101", 180_000) == (Sensed("t1", "temperature_c", 20.0, 0.0),)
    assert senses.of("a101", 180_001) == ()


def test_a_rise_is_that_of_the_last_ten_minutes() -> None:
    senses = Senses(SPACES)
    for second in range(0, 1200, 2):
        senses.take([_temperature(second, 20.0 + second / 60)])
    (sensed,) = senses.of("a101", 1_199_000)
    assert sensed.rise == pytest.approx(10.0, abs=0.3)


def test_a_clock_set_back_begins_anew() -> None:
    senses = Senses(SPACES)
    senses.take([_temperature(1000, 20.0), _temperature(10, 35.0)])
    assert senses.of("a101", 10_000) == (Sensed("t1", "temperature_c", 35.0, 0.0),)
