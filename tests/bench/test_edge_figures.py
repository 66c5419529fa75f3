"""How the figures about cameras come about."""

import math

import pytest

from bench.latency import COLUMNS, ROWS, quantiles, rules
from bench.meter import Meter, Stage
from bench.replay import grown_mb
from edge.rules.intrusion import Intrusion

pytestmark = pytest.mark.unit


class _Work:
    """Two functions, one within the other, each with something to do."""

    def outer(self) -> float:
        """Calls the inner one twice."""
        return self.inner() + self.inner() + _busy()

    def inner(self) -> float:
        """Keeps a core busy."""
        return _busy()


def _busy() -> float:
    return math.fsum(math.sqrt(number) for number in range(60_000))


def test_a_stages_time_is_without_that_of_stages_within_it() -> None:
    plain, meter = _Work.outer, Meter()
    with meter.over((Stage("outer", _Work, "outer"), Stage("inner", _Work, "inner"))):
        _Work().outer()
    assert meter.spent_s["inner"] / meter.spent_s["outer"] == pytest.approx(2, rel=0.5)
    assert _Work.outer is plain, "and the function is itself again"


def test_memory_grown_is_counted_from_the_end_of_the_first_hour() -> None:
    assert grown_mb([100.0, 180.0, 200.0, 203.0, 201.0]) == pytest.approx(3.0)
    assert grown_mb([100.0]) == 0


def test_quantiles_of_a_hundred() -> None:
    assert quantiles(list(range(1, 101))) == {"p50": 50, "p95": 95, "max": 100}


def test_the_parts_of_a_picture_are_rules_that_the_gateway_takes() -> None:
    made = [Intrusion.model_validate(rule) for rule in rules(["c1", "c2"])]
    assert len({(rule.camera, rule.name) for rule in made}) == 2 * COLUMNS * ROWS
