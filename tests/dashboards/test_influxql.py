"""Queries come from the contract, read bounded time, and never merge series."""

import pytest

from dashboards.influxql import PER_INTERVAL, Pick, select, share_of_windows, tag_values
from lamplighter.contract.measurements import CAMERA, READING, ROOM_10MIN, SCHOOL_SCORE_DAY

pytestmark = pytest.mark.unit


def test_a_field_that_the_stores_do_not_write_cannot_be_asked_for() -> None:
    with pytest.raises(ValueError, match=r"school_score_day has no field 'shares'; it has share, coverage"):
        select(SCHOOL_SCORE_DAY, "shares", where={"school": "a"})


def test_a_tag_that_the_stores_do_not_write_cannot_be_asked_for() -> None:
    refused = pytest.raises(ValueError, match="has no tag 'room'; it has school, space")
    with refused:
        select(ROOM_10MIN, "samples", where={"room": "a"})
    with refused:
        select(ROOM_10MIN, "samples", where={}, by=("room",))
    with refused:
        tag_values(ROOM_10MIN, "room")
    with refused:
        tag_values(ROOM_10MIN, "space", where={"room": "a"})


def test_a_mean_across_series_is_refused() -> None:
    with pytest.raises(ValueError, match="mean would merge the series of different school, space"):
        select(ROOM_10MIN, Pick("illuminance_lx", "mean"), where={}, every="1h")
    with pytest.raises(ValueError, match="merge the series of different gateway, device"):
        select(READING, Pick("value", "max"), where={"school": "a"}, by=("point",), every="1h")
    assert select(ROOM_10MIN, Pick("illuminance_lx", "mean"), where={"school": "a"}, by=("space",), every="1h")


def test_every_query_is_bounded_in_time() -> None:
    assert "$timeFilter" in select(SCHOOL_SCORE_DAY, "share", where={})
    assert "$timeFilter" in share_of_windows(CAMERA, "online", where={"school": "a"}, by=("camera",), every="5m")


def test_a_windowed_query_reads_as_influxql() -> None:
    found = select(
        CAMERA,
        Pick("skipped", "last", per_minute=True),
        where={"school": "$school"},
        by=("camera",),
        every=PER_INTERVAL,
        fill="null",
    )
    assert found == (
        'SELECT non_negative_derivative(last("skipped"), 1m) AS "skipped" FROM "camera"'
        " WHERE \"school\" = '$school' AND $timeFilter"
        ' GROUP BY time($__interval), "camera" fill(null)'
    )


def test_names_and_values_cannot_break_out_of_their_quotes() -> None:
    found = select(ROOM_10MIN, "samples", where={"school": "x' OR '1'='1"})
    assert r"'x\' OR \'1\'=\'1'" in found
