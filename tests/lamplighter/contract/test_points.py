"""Points, condition kinds and measurements: the tables everything else is drawn from."""

import math
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lamplighter.contract.conditions import CONDITION_KINDS, Priority
from lamplighter.contract.measurements import MEASUREMENTS
from lamplighter.contract.points import POINTS, Point, fault_of_value
from lamplighter.contract.records import QUALITY_CODES, Quality

pytestmark = pytest.mark.unit

UNITS = {
    "lux": "_lx",
    "percent": "_pct",
    "watt": "_w",
    "hour": "_h",
    "degree Celsius": "_c",
    "part per million": "_ppm",
    "microgram per cubic metre": "_ug_m3",
    "milligram per cubic metre": "_mg_m3",
    "flag": "",
    "ratio": "",
    "kelvin": "_k",
    "volt": "_v",
    "millisecond": "_ms",
    "day": "_d",
    "second": "_s",
    "count": "",
}


@pytest.mark.parametrize("point", POINTS.values(), ids=POINTS)
def test_a_points_name_ends_in_its_unit(point: Point) -> None:
    assert point.name.endswith(UNITS[point.unit])
    assert point.low < point.high


@given(point=st.sampled_from(list(POINTS.values())), value=st.floats())
def test_a_value_is_possible_exactly_within_the_points_range(point: Point, value: float) -> None:
    possible = math.isfinite(value) and point.low <= value <= point.high
    assert (fault_of_value(point.name, value) is None) == possible


def test_a_point_nobody_knows_is_a_fault() -> None:
    assert fault_of_value("happiness_pct", 50) == "unknown point 'happiness_pct'"


def test_every_condition_kind_has_its_words_and_a_known_priority() -> None:
    for kind in CONDITION_KINDS.values():
        assert kind.zh
        assert kind.en
        assert kind.priority in get_args(Priority)


def test_every_quality_has_a_code() -> None:
    assert set(QUALITY_CODES) == set(get_args(Quality))


def test_columns_are_tags_then_time_then_fields_each_once() -> None:
    for measurement in MEASUREMENTS.values():
        columns = measurement.columns
        assert columns[len(measurement.tags)] == "at_ms"
        assert len(set(columns)) == len(columns)
        assert [columns[position] for position in measurement.index.values()] == list(columns)
