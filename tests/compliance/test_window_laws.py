"""Laws of series of readings under any terms: whatever is missing, and however good the rest is, a hole is never a pass."""

import random
from datetime import timedelta
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.engine import judge
from compliance.evidence import WINDOW_MS, PointWindow, day_span_ms
from compliance.packs import load_packs
from compliance.rules import Rule
from compliance.subjects import Subject
from compliance.terms import WindowTerms
from tests.compliance.conftest import BEIJING, FRIDAY

pytestmark = pytest.mark.unit

CAMERA = Subject("cam1", "camera")
CLOCK = next(rule for rule in load_packs() if rule.id == "VID-011")
LIMIT = 5.0
WORST = 1_000_000_000.0


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """The rule about clocks under any terms: every statistic, span, piece, count of days, lenience and filling of holes."""
    check_min = draw(st.sampled_from([10, 60, 120, 720]))
    days = draw(st.integers(1, 2))
    statistic: Literal["mean", "low", "high"] = draw(st.sampled_from(["mean", "low", "high"]))
    terms = WindowTerms(
        point="clock_error_s",
        statistic=statistic,
        span_min=draw(st.sampled_from([check_min, 720, 1440 * days])),
        days=days,
        when=draw(st.sampled_from(["all", "lessons"])),
        grace_spans=draw(st.integers(0, 3)),
        check_min=check_min,
        missing=draw(st.sampled_from([None, WORST])),
        source="a law",
        certainty="D",
    )
    return CLOCK.model_copy(update={"window": terms})


def pieces(rule: Rule) -> list[list[int]]:
    """Starts of the windows of each piece of the days looked at."""
    assert rule.window is not None
    start, _ = day_span_ms(FRIDAY - timedelta(days=rule.window.days - 1), BEIJING)
    _, end = day_span_ms(FRIDAY, BEIJING)
    step = rule.window.check_min * 60_000
    return [list(range(piece, min(piece + step, end), WINDOW_MS)) for piece in range(start, end, step)]


@given(st.data())
def test_taking_any_pieces_readings_away_never_creates_a_pass(room: Any, data: st.DataObject) -> None:
    rule = data.draw(rules())
    chance = random.Random(data.draw(st.integers(0, 2**32)))  # noqa: S311 drawn readings, no secret
    bad, gone = data.draw(st.sampled_from([0.0, 0.02, 0.3, 1.0])), data.draw(st.sampled_from([0.01, 0.3, 0.9]))
    whole: list[list[PointWindow]] = []
    for piece in pieces(rule):
        read = chance.sample(piece, chance.randint(1, len(piece)))
        values = [chance.choice([5.1, 80.0, 1e6]) if chance.random() < bad else chance.uniform(0, LIMIT) for _ in read]
        whole.append([PointWindow("cam1", "clock_error_s", at, 1, x, x, x) for at, x in zip(read, values, strict=True)])
    # What a clever hand takes away: the bad ones first.
    worst = [piece for piece in whole if any(window.high > LIMIT for window in piece)]
    taken = worst if data.draw(st.booleans()) else [piece for piece in whole if chance.random() < gone]
    left = [piece for piece in whole if piece not in taken]
    before, after = (verdict_of(rule, room, found) for found in (whole, left))
    assert before == "pass" or after != "pass"
    if taken and rule.window is not None and rule.window.missing is None and rule.window.when == "all":
        assert after != "pass"


def verdict_of(rule: Rule, room: Any, found: list[list[PointWindow]]) -> str:
    series = tuple(window for piece in found for window in piece)
    return judge(rule, CAMERA, FRIDAY, room.evidence(series=series)).verdict


@pytest.mark.parametrize("missing", [0.0, 100.0])
def test_a_filling_that_is_not_the_worst_there_can_be_is_refused(missing: float) -> None:
    """Filled with a good value, a hole would be a pass."""
    data = CLOCK.model_dump(exclude_none=True)
    data["window"] |= {"missing": missing}
    with pytest.raises(ValueError, match="not the worst the point can be"):
        Rule.model_validate(data)


def test_a_day_of_which_one_reading_is_left_is_no_pass(room: Any) -> None:
    """The lowest of a day was once known from any one reading of it."""
    rule = next(rule for rule in load_packs() if rule.id == "VID-001")
    start, _ = day_span_ms(FRIDAY, BEIJING)
    whole = [
        PointWindow("cam1", "recording_age_d", start + hour * 3_600_000, 1, age, age, age) for hour, age in enumerate([45.0] * 24)
    ]
    whole[5] = whole[5]._replace(mean=3.0, low=3.0, high=3.0)
    lowest, one = (judge(rule, CAMERA, FRIDAY, room.evidence(series=tuple(rows))) for rows in (whole, whole[:1]))
    assert (lowest.verdict, lowest.value) == ("fail", 3.0)
    assert one.verdict == "insufficient_data"


@pytest.mark.parametrize(("age", "verdict"), [(29.0, "fail"), (31.0, "insufficient_data")])
def test_what_is_bad_already_fails_whatever_the_holes_hold(room: Any, age: float, verdict: str) -> None:
    rule = next(rule for rule in load_packs() if rule.id == "VID-001")
    start, _ = day_span_ms(FRIDAY, BEIJING)
    one = (PointWindow("cam1", "recording_age_d", start, 1, age, age, age),)
    assert judge(rule, CAMERA, FRIDAY, room.evidence(series=one)).verdict == verdict


def test_the_best_of_a_day_is_unknown_while_an_hour_of_it_is(room: Any) -> None:
    """Half of the key places in one hour is no failure: another hour may have had all."""
    rule = next(rule for rule in load_packs() if rule.id == "VID-009")
    start, _ = day_span_ms(FRIDAY, BEIJING)
    one = (PointWindow("s1", "key_places_covered_pct", start, 1, 50.0, 50.0, 50.0),)
    assert judge(rule, Subject("s1", "school"), FRIDAY, room.evidence(series=one)).verdict == "insufficient_data"
