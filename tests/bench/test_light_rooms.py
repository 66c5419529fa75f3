"""The light benchmark: its rooms owe the product nothing, and its figures are about them."""

import ast
from pathlib import Path

import pytest

from bench.light.__main__ import electric, forecasts

pytestmark = pytest.mark.unit

MADE = ("sky", "rooms", "survey", "decline")


@pytest.mark.parametrize("name", MADE)
def test_what_makes_the_rooms_shares_no_code_with_what_judges_them(name: str) -> None:
    tree = ast.parse((Path(__file__).parents[2] / "bench" / "light" / f"{name}.py").read_text("utf-8"))
    modules = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    modules += [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    ours = ("compliance", "simulator", "lamplighter", "edge", "ingest", "alarms", "console")
    assert [module for module in modules if module.startswith(ours)] == []


def test_the_same_seed_gives_the_same_figures() -> None:
    assert electric(5, 3) == electric(5, 3)
    assert forecasts(5, 10, sensor_dirt=False) == forecasts(5, 10, sensor_dirt=False)


def test_a_few_rooms_are_within_what_many_are() -> None:
    found = electric(11, 8)
    assert isinstance(found["error_median_pct"], float)
    assert found["error_median_pct"] < 10


def test_most_intervals_hold() -> None:
    found = forecasts(11, 80, sensor_dirt=False)
    assert isinstance(found["held"], float)
    assert found["held"] > 0.85
