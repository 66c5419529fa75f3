"""Every example of docs/sensors.md is what a gateway accepts, and its tables are what the code says."""

import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, get_args

import pytest
from pydantic import Field

from edge.drivers.device import POINTS_OF_KIND
from edge.drivers.kinds import BusSettings
from edge.rules.kinds import RuleSettings
from edge.rules.point_table import ROWS
from edge.trust.watch import Reason
from lamplighter.runtime.settings import Settings, check_settings
from lamplighter.site.model import DeviceKind

pytestmark = pytest.mark.unit

PAGE = (Path(__file__).parents[2] / "docs" / "sensors.md").read_text("utf-8")
EXAMPLES = [tomllib.loads(text) for text in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)]


class Part(Settings):
    """What the examples show of a gateway's file."""

    buses: Annotated[tuple[BusSettings, ...], Field()] = ()
    rules: Annotated[tuple[RuleSettings, ...], Field()] = ()


@pytest.mark.parametrize("example", EXAMPLES, ids=[next(iter(row.values()))[0]["kind"] for row in EXAMPLES])
def test_an_example_is_accepted(example: dict[str, Any]) -> None:
    part = check_settings(example, Part, where="docs/sensors.md")
    assert part.buses or part.rules


def test_every_kind_of_bus_has_an_example() -> None:
    kinds = {get_args(bus.model_fields["kind"].annotation)[0] for bus in get_args(get_args(BusSettings)[0])}
    assert kinds - {"simulated"} == {bus["kind"] for example in EXAMPLES for bus in example.get("buses", ())}


@pytest.mark.parametrize("kind", get_args(DeviceKind))
def test_every_kind_of_device_is_on_the_page(kind: str) -> None:
    assert f"`{kind}`" in PAGE


def test_every_rule_and_reason_is_on_the_page() -> None:
    names = {*ROWS, "door_forced", "lights_left_on", "underlit", "lamp_failure", *get_args(Reason)}
    assert {name for name in names if f"`{name}`" not in PAGE} == set()


def test_every_point_a_device_can_have_is_on_the_page() -> None:
    assert {point for points in POINTS_OF_KIND.values() for point in points if f"`{point}`" not in PAGE} == set()
