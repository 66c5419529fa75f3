"""Points and polygons."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.rules.geometry import WHOLE_PICTURE, area, in_shares, inside

pytestmark = pytest.mark.unit

SHARE = st.floats(0, 1)
CONCAVE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 0.5), (0.0, 1.0))


@given(SHARE, SHARE)
def test_every_point_of_the_picture_is_in_the_whole_picture(x: float, y: float) -> None:
    assert inside(WHOLE_PICTURE, (x, y))


@given(st.floats(0.05, 0.45), st.integers(3, 12), st.floats(0, 2 * math.pi), st.floats(0, 2))
def test_a_point_is_in_a_regular_polygon_when_it_is_near_enough(radius: float, corners: int, turn: float, share: float) -> None:
    polygon = tuple(
        (0.5 + radius * math.cos(2 * math.pi * step / corners), 0.5 + radius * math.sin(2 * math.pi * step / corners))
        for step in range(corners)
    )
    point = (0.5 + radius * share * math.cos(turn), 0.5 + radius * share * math.sin(turn))
    if share < math.cos(math.pi / corners) - 1e-6:
        assert inside(polygon, point)
    elif share > 1 + 1e-6:
        assert not inside(polygon, point)


def test_a_notch_is_outside() -> None:
    assert [inside(CONCAVE, point) for point in ((0.5, 0.9), (0.5, 0.4), (0.1, 0.7), (0.5, 0.5))] == [False, True, True, True]


def test_the_area_of_the_whole_picture_is_one() -> None:
    assert area(WHOLE_PICTURE) == 1.0


def test_points_outside_are_moved_onto_the_picture() -> None:
    assert in_shares((-5.0, 120.0), (200, 100)) == (0.0, 1.0)
