"""What the spans of stored time promise: they never call a stored row new, and they keep gaps that matter."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lamplighter.storage.timeseries.spans import GAP_MS, SPANS, StoredSpans

pytestmark = pytest.mark.unit

Row = tuple[int, int]


def arrays(rows: list[Row]) -> tuple["np.ndarray[tuple[int], np.dtype[np.int32]]", "np.ndarray[tuple[int], np.dtype[np.int64]]"]:
    ordered = sorted(rows)
    return np.array([row[0] for row in ordered], np.int32), np.array([row[1] for row in ordered], np.int64)


ROWS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40).map(lambda n: n * GAP_MS // 3)), max_size=30)


@given(st.lists(ROWS, max_size=12))
def test_a_stored_row_is_never_called_new(batches: list[list[Row]]) -> None:
    spans = StoredSpans()
    for batch in batches:
        spans.add(*arrays(batch))
    stored = [row for batch in batches for row in batch]
    assert spans.contain(*arrays(stored)).all()


@given(st.lists(ROWS, max_size=4), st.integers(50, 60))
def test_a_row_after_everything_stored_is_new(batches: list[list[Row]], later: int) -> None:
    spans = StoredSpans()
    for batch in batches:
        spans.add(*arrays(batch))
    assert not spans.contain(*arrays([(series, later * GAP_MS) for series in range(5)])).any()


def test_live_rows_in_the_batch_of_a_backlog_do_not_hide_its_gap() -> None:
    spans = StoredSpans()
    live_ms = 100 * GAP_MS
    for step in range(20):
        spans.add(*arrays([(0, step * 1_000), (0, live_ms + step * 1_000)]))
        assert not spans.contain(*arrays([(0, (step + 1) * 1_000)])).any()


def test_where_there_are_too_many_gaps_the_smallest_are_given_up() -> None:
    spans = StoredSpans()
    spans.add(*arrays([(0, 0)]))
    spans.add(*arrays([(0, 1_000 * GAP_MS)]))
    for step in range(1, 3 * SPANS):
        spans.add(*arrays([(0, 2 * step * GAP_MS)]))
    assert not spans.contain(*arrays([(0, 500 * GAP_MS)])).any()
