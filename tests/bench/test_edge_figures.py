"""How the figures about cameras come about."""

import math
from typing import Any

import pytest

from bench.edge import answer, sustained
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


def _report(*, analysed: int = 3200, skipped: int = 0, online: int = 16) -> dict[str, Any]:
    busy = {"cameras": 16, "wall_s": 40.0, "analysed": analysed, "analysed_per_camera_s": analysed / 16 / 40, "skipped": skipped}
    return {
        "busy": {**busy, "online": online, "share_of_forward_limit": 0.56, "clips_made": 10, "rss_mb": 700.0},
        "quiet": {"cameras": 4, "cost_share": 0.26, "idle_cost_share": 0.21, "gated": {"rss_mb": 280.0}},
        "quiet_without_decoding": {"cost_share": 0.045},
    }


def test_the_answer_says_which_goals_hold() -> None:
    said = answer(_report())
    assert said["all_hold"]
    assert (said["clips_a_minute"], said["mb_a_camera"], said["analysed_of_due"]) == (15.0, 35.0, 1.0)
    assert not answer(_report() | {"quiet_without_decoding": {"cost_share": 0.051}})["all_hold"]


@pytest.mark.parametrize("fault", [{"skipped": 1}, {"online": 15}, {"analysed": 3100}])
def test_cameras_are_sustained_only_where_none_was_neglected(fault: dict[str, int]) -> None:
    assert sustained(_report()["busy"])
    assert not sustained(_report(**fault)["busy"])
    assert not answer(_report(**fault))["holds"]["cameras"]


def test_memory_grown_is_counted_from_the_end_of_the_first_hour() -> None:
    assert grown_mb([100.0, 180.0, 200.0, 203.0, 201.0]) == pytest.approx(3.0)
    assert grown_mb([100.0]) == 0


def test_quantiles_of_a_hundred() -> None:
    assert quantiles(list(range(1, 101))) == {"p50": 50, "p95": 95, "max": 100}


def test_the_parts_of_a_picture_are_rules_that_the_gateway_takes() -> None:
    made = [Intrusion.model_validate(rule) for rule in rules(["c1", "c2"])]
    assert len({(rule.camera, rule.name) for rule in made}) == 2 * COLUMNS * ROWS
