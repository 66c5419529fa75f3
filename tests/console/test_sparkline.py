"""The small drawing of a day."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.facts import Sample
from console.sparkline import HEIGHT, WIDTH, draw

pytestmark = pytest.mark.unit

WINDOW_MS = 600_000
DAY_MS = 144 * WINDOW_MS


def test_nothing_measured_draws_nothing() -> None:
    assert draw([], start_ms=0, end_ms=DAY_MS, window_ms=WINDOW_MS, limit=300) is None


def test_missing_windows_break_the_line() -> None:
    samples = [Sample(at * WINDOW_MS, 100.0) for at in (0, 1, 2, 9, 10)]
    drawn = draw(samples, start_ms=0, end_ms=DAY_MS, window_ms=WINDOW_MS, limit=None)
    assert drawn is not None
    assert drawn.line.count("M") == 2


def test_a_single_window_is_still_seen() -> None:
    drawn = draw([Sample(5, 100.0)], start_ms=0, end_ms=DAY_MS, window_ms=WINDOW_MS, limit=None)
    assert drawn is not None
    assert "L" in drawn.line


def test_the_limit_is_always_within_the_picture() -> None:
    drawn = draw([Sample(5, 3.0)], start_ms=0, end_ms=DAY_MS, window_ms=WINDOW_MS, limit=300.0)
    assert drawn is not None
    assert drawn.limit_y is not None
    assert 0 < drawn.limit_y < HEIGHT


@given(
    st.lists(st.tuples(st.integers(-DAY_MS, 2 * DAY_MS), st.floats(-10, 200_000, allow_nan=False)), max_size=60),
    st.none() | st.floats(1, 1_000),
)
def test_every_point_lies_within_the_box(rows: list[tuple[int, float]], limit: float | None) -> None:
    samples = [Sample(at_ms, lx) for at_ms, lx in sorted(rows)]
    drawn = draw(samples, start_ms=0, end_ms=DAY_MS, window_ms=WINDOW_MS, limit=limit)
    if drawn is None:
        assert not [row for row in samples if 0 <= row.at_ms <= DAY_MS]
        return
    points = re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", drawn.line)
    assert points
    assert all(0 <= float(x) <= WIDTH + 1 and 0 <= float(y) <= HEIGHT for x, y in points)
