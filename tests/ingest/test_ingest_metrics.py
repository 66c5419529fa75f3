"""What a worker remembers of the lags it measured."""

import pytest

from ingest.metrics import IngestMetrics

pytestmark = pytest.mark.unit


def test_the_lags_of_the_last_starts_are_kept_and_no_others() -> None:
    lane = IngestMetrics().lane("readings")
    for boot in range(1, 1001):
        lane.lagged(boot, 5)
        lane.lagged(boot, 7)
    assert list(lane.lags_ms) == list(range(993, 1001))
    assert all(list(lags) == [5, 7] for lags in lane.lags_ms.values())


def test_of_one_start_only_the_newest_lags_are_kept() -> None:
    lane = IngestMetrics().lane("readings")
    for lag_ms in range(50_000):
        lane.lagged(1, lag_ms)
    assert len(lane.lags_ms[1]) == 20_000
    assert lane.lags_ms[1][-1] == 49_999
