"""Somebody crosses a line."""

from typing import Any

import pytest

from edge.rules.line_crossing import LineCrossing
from lamplighter.contract.errors import SettingsError
from lamplighter.runtime.settings import check_settings
from tests.edge.rules.staging import FPS, changes, course, scene

pytestmark = pytest.mark.unit


def _walk(xs: list[float], *, y: float = 90) -> list[Any]:
    return [scene(n / FPS, (x - 10, y - 40, x + 10, y)) for n, x in enumerate(xs)]


def _to_the_right() -> list[float]:
    return [60 + 10 * n for n in range(10)]


def test_a_crossing_names_its_side_and_counts() -> None:
    levels = course(LineCrossing(camera="c1").watch(), _walk(_to_the_right()))
    assert changes(levels) == [(1.0, True, "left")]
    assert (levels[-1].evidence["left"], levels[-1].evidence["right"]) == (1, 0)


def test_the_way_back_is_the_other_side() -> None:
    levels = course(LineCrossing(camera="c1").watch(), _walk([*_to_the_right(), *_to_the_right()[::-1]]))
    assert (levels[-1].evidence["left"], levels[-1].evidence["right"]) == (1, 1)


def test_the_unwanted_direction_is_counted_but_not_reported() -> None:
    assert changes(course(LineCrossing(camera="c1", direction="right").watch(), _walk(_to_the_right()))) == []


def test_trembling_on_the_line_crosses_nothing() -> None:
    assert changes(course(LineCrossing(camera="c1").watch(), _walk([99, 101] * 20))) == []


def test_passing_beyond_an_end_crosses_nothing() -> None:
    rule = LineCrossing(camera="c1", line=((0.5, 0.0), (0.5, 0.4)))
    assert changes(course(rule.watch(), _walk(_to_the_right()))) == []


def test_it_is_over_after_the_hold() -> None:
    still = [*_to_the_right(), *[150.0] * 20]
    assert changes(course(LineCrossing(camera="c1", hold_s=2).watch(), _walk(still)))[-1] == (3.0, False, "left")


@pytest.mark.parametrize("line", [((0.5, 0.5), (0.5, 0.51)), ((0.5, 0.0), (0.5, 1.2))], ids=["a point", "outside"])
def test_a_line_that_is_none_is_refused_with_its_key(line: Any) -> None:
    with pytest.raises(SettingsError, match="line"):
        check_settings({"camera": "c1", "line": line}, LineCrossing, where="rules")
