"""Which moments count as all lamps going off."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.light.switching import Lamps, LampSample, Missed, SwitchOff, goings_off

pytestmark = pytest.mark.unit

MINUTE = 60_000


def lamp(*runs: tuple[int, float], step: int = MINUTE, power: float = 60.0) -> list[LampSample]:
    """A sample every `step`: (minutes, dimming level) after one another."""
    levels = [level for minutes, level in runs for _ in range(minutes * MINUTE // step)]
    return [LampSample(i * step, level, level, power * level / 100, power * level / 100) for i, level in enumerate(levels)]


def switch_offs(lamps: Lamps, dimming_pct: float = 100.0, others: Lamps | None = None) -> list[SwitchOff]:
    """Those that are evidence."""
    seen = goings_off(lamps, dimming_pct=dimming_pct, others=others)
    return [off for off in seen if isinstance(off, SwitchOff)]


def test_lamps_that_go_off_after_a_warm_up_are_one_moment() -> None:
    (off,) = switch_offs({"one": lamp((20, 100), (10, 0)), "other": lamp((21, 100), (9, 0))})
    assert off == (14 * MINUTE, 19 * MINUTE, 21 * MINUTE, 26 * MINUTE)


@pytest.mark.parametrize(
    ("lamps", "why"),
    [
        ({"a": lamp((14, 100), (10, 0))}, "no warm-up"),
        ({"a": lamp((20, 60), (10, 0))}, "dimmed"),
        ({"a": lamp((10, 100), (10, 80), (10, 0))}, "daylight-controlled"),
        ({"a": lamp((20, 100), (10, 0)), "b": lamp((30, 100))}, "one lamp stays on"),
        ({"a": lamp((20, 100), (10, 0)), "b": lamp((25, 100), (5, 0))}, "one after another"),
        ({"a": lamp((20, 100), (10, 0)), "b": []}, "a lamp nobody heard of"),
        ({"a": lamp((20, 100), (10, 0)), "b": lamp((5, 100))}, "a lamp that fell silent"),
        ({"a": lamp((20, 100), (10, 0), power=0.0)}, "told to shine, draws nothing"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_no_moment_where_the_lamps_were_not_all_on_and_then_all_off(lamps: dict[str, list[LampSample]], why: str) -> None:
    assert switch_offs(lamps) == [], why


def test_a_gap_in_the_readings_is_no_warm_up() -> None:
    rows = [row for row in lamp((30, 100), (10, 0)) if not 10 * MINUTE < row.at_ms < 20 * MINUTE]
    assert switch_offs({"a": rows}) == []


def test_another_group_that_stays_as_it_is_does_not_matter_and_one_that_changes_does() -> None:
    asked = {"a": lamp((20, 100), (10, 0))}
    assert len(switch_offs(asked, others={"board": lamp((30, 100))})) == 1
    assert len(switch_offs(asked, others={"board": lamp((30, 0))})) == 1
    assert switch_offs(asked, others={"board": lamp((18, 100), (12, 0))}) == []
    assert switch_offs(asked, others={"board": []}) == []


def test_a_dimmed_state_that_is_calibrated_counts() -> None:
    assert len(switch_offs({"a": lamp((20, 60), (10, 0))}, dimming_pct=60)) == 1


@pytest.mark.parametrize(
    ("runs", "on_from_min"),
    [
        ([(14, 90), (3, 100), (10, 0)], 14),
        ([(5, 100), (8, 85), (4, 100), (10, 0)], 13),
        ([(20, 100), (10, 0)], 14),
    ],
)
def test_lamps_warm_up_near_their_level_too_and_only_the_full_minutes_are_looked_at(
    runs: list[tuple[int, float]], on_from_min: int
) -> None:
    (off,) = switch_offs({"a": lamp(*runs)})
    assert off.on_from_ms == on_from_min * MINUTE


@pytest.mark.parametrize("runs", [[(14, 70), (3, 100), (10, 0)], [(19, 90), (1, 100), (10, 0)], [(8, 90), (4, 100), (10, 0)]])
def test_lamps_far_below_their_level_or_full_too_shortly_are_not_warm(runs: list[tuple[int, float]]) -> None:
    assert switch_offs({"a": lamp(*runs)}) == []


@pytest.mark.parametrize(
    ("lamps", "whys"),
    [
        ({"a": lamp((20, 60), (10, 0))}, ["dimmed"]),
        ({"a": lamp((10, 100), (10, 80), (10, 0))}, ["dimmed"]),
        ({"a": lamp((19, 90), (1, 100), (10, 0))}, ["dimmed"]),
        ({"a": lamp((10, 100), (10, 0))}, ["not_warm"]),
        ({"a": lamp((20, 100), (10, 0)), "b": lamp((25, 100), (5, 0))}, ["in_parts"]),
        ({"a": [row for row in lamp((30, 100), (10, 0)) if not 10 * MINUTE < row.at_ms < 35 * MINUTE]}, ["unheard"]),
        ({"a": [row for row in lamp((40, 0)) if not 10 * MINUTE < row.at_ms < 20 * MINUTE]}, []),
        ({"a": lamp((10, 0), (30, 100))}, []),
        ({"a": lamp((40, 100))}, []),
    ],
)
def test_lamps_that_went_off_without_telling_say_why(lamps: dict[str, list[LampSample]], whys: list[str]) -> None:
    seen = goings_off(lamps)
    assert [one.why for one in seen if isinstance(one, Missed)] == whys
    assert len(seen) == len(whys)


def test_another_group_that_changes_meanwhile_is_the_reason() -> None:
    (missed,) = goings_off({"a": lamp((20, 100), (10, 0))}, others={"board": lamp((18, 100), (12, 0))})
    assert missed == Missed(20 * MINUTE, "others")


@given(st.lists(st.tuples(st.integers(1, 25), st.sampled_from([0.0, 50.0, 100.0])), max_size=8))
def test_moments_lie_between_on_and_off_and_do_not_overlap(runs: list[tuple[int, float]]) -> None:
    rows = lamp(*runs)
    at = {row.at_ms: row.dimming_low_pct for row in rows}
    found = switch_offs({"a": rows})
    for off in found:
        assert at[off.on_until_ms] == 100
        assert {level for at_ms, level in at.items() if off.off_from_ms <= at_ms < off.off_until_ms} == {0.0}
        assert {level for at_ms, level in at.items() if off.on_until_ms - 15 * MINUTE <= at_ms <= off.on_until_ms} == {100.0}
    assert all(one.off_until_ms <= other.on_until_ms for one, other in pairwise(found))
