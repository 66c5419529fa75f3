"""Statistics over columns say what they say of each window by itself, however a series is cut into parts."""

from collections import defaultdict
from statistics import fmean, median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lamplighter.storage.timeseries import statistics
from lamplighter.storage.timeseries.protocol import Window
from lamplighter.storage.timeseries.statistics import windows_of

pytestmark = pytest.mark.unit

EVERY_MS = 600

SERIES = st.lists(
    st.dictionaries(st.integers(-5_000, 5_000), st.floats(-1e6, 1e6), min_size=1).map(lambda found: sorted(found.items())),
    max_size=5,
)


def one_by_one(series: list[list[tuple[int, float]]]) -> list[Window]:
    found: list[Window] = []
    for number, samples in enumerate(series):
        cells: dict[int, list[float]] = defaultdict(list)
        for at_ms, value in samples:
            cells[at_ms // EVERY_MS * EVERY_MS].append(value)
        for at_ms, values in cells.items():
            positive = sum(value > 0 for value in values) / len(values)
            numbers = (fmean(values), min(values), max(values), median(values), positive)
            found.append(Window((str(number),), at_ms, len(values), *numbers))
    return found


@given(series=SERIES, cut=st.integers(1, 7), together=st.integers(1, 20))
def test_windows_are_those_of_each_series_by_itself(series: list[list[tuple[int, float]]], cut: int, together: int) -> None:
    parts = [
        ((str(number),), samples[start : start + cut])
        for number, samples in enumerate(series)
        for start in range(0, len(samples), cut)
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(statistics, "_MOST_SAMPLES", together)
        found = list(windows_of(parts, EVERY_MS))
    expected = one_by_one(series)
    assert [window._replace(mean=0) for window in found] == [window._replace(mean=0) for window in expected]
    assert [window.mean for window in found] == pytest.approx([window.mean for window in expected], rel=1e-12, abs=1e-9)


def test_windows_of_no_series_are_none() -> None:
    assert list(windows_of([], EVERY_MS)) == []
