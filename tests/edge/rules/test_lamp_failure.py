"""The lamp failure rule: delays, restarts, other luminaires, evidence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.drivers.protocol import Sample
from edge.rules.lamp_failure import LampFailure, LampFailureWatch
from edge.rules.protocol import Level

pytestmark = pytest.mark.unit


def say(watch: LampFailureWatch, second: float, value: float | None, *, device: str = "lamp1") -> Level | None:
    quality = "bad" if value is None else "good"
    return watch.observe(Sample(device, "lamp_failure", round(second * 1000), value, quality))  # type: ignore[arg-type]


def levels(watch: LampFailureWatch, values: str) -> list[bool | None]:
    """The level after each second's word: 0 sound, 1 failed, - bad quality."""
    said = [say(watch, second, None if value == "-" else float(value)) for second, value in enumerate(values)]
    return [level.active if level is not None else None for level in said]


def test_a_failure_counts_after_the_on_delay_and_ends_after_the_off_delay() -> None:
    active = levels(LampFailure(on_delay_s=3, off_delay_s=2).watch(), "00000111110000")
    assert active == [None, None, False, False, False, False, False, False, True, True, True, True, False, False]


def test_a_flicker_shorter_than_the_delay_changes_nothing() -> None:
    assert True not in levels(LampFailure(on_delay_s=3).watch(), "0000110011001100110")


def test_nothing_is_said_before_the_delay_has_passed_so_a_restart_clears_no_true_failure() -> None:
    assert levels(LampFailure(on_delay_s=3, off_delay_s=3).watch(), "11111") == [None, None, None, True, True]


def test_a_word_that_changes_before_the_first_level_starts_the_delay_again() -> None:
    assert levels(LampFailure(on_delay_s=2, off_delay_s=2).watch(), "11000") == [None, None, None, None, False]


def test_a_value_of_bad_quality_says_nothing() -> None:
    assert levels(LampFailure(on_delay_s=2, off_delay_s=2).watch(), "000--0") == [None, None, False, None, None, False]


def test_one_luminaire_says_nothing_of_another() -> None:
    watch = LampFailure(on_delay_s=1, off_delay_s=1).watch()
    levels(watch, "111")
    levels_of_other = [say(watch, second, 0, device="lamp2") for second in range(3)]
    assert [level.active for level in levels_of_other if level] == [False, False]
    level = say(watch, 3, 1)
    assert level is not None
    assert (level.source, level.active, level.kind) == ("lamp1", True, "lamp_failure")


def test_the_evidence_is_the_last_dimming_level_and_power() -> None:
    watch = LampFailure(on_delay_s=0, off_delay_s=0).watch()
    watch.observe(Sample("lamp1", "dimming_level_pct", 0, 80.0))
    watch.observe(Sample("lamp1", "active_power_w", 0, 412.0))
    watch.observe(Sample("lamp1", "active_power_w", 1, 3.0))
    level = say(watch, 1, 1)
    assert level is not None
    assert level.evidence == {"dimming_level_pct": 80.0, "active_power_w": 3.0}


def test_a_clock_set_back_does_not_stretch_the_delay_for_ever() -> None:
    watch = LampFailure(on_delay_s=3, off_delay_s=0).watch()
    say(watch, 10_000, 0)
    say(watch, 10_001, 1)
    after = [say(watch, second, 1) for second in range(5)]
    assert [level.active for level in after if level] == [False, False, False, True, True]


@given(st.text("01", min_size=1, max_size=60), st.integers(1, 4))
def test_active_always_means_failed_without_a_break_for_the_delay(values: str, delay_s: int) -> None:
    active = levels(LampFailure(on_delay_s=delay_s, off_delay_s=0).watch(), values)
    for second, (before, now) in enumerate(zip([None, *active], active, strict=False)):
        if now and not before:
            assert values[second - delay_s : second + 1] == "1" * (delay_s + 1)
