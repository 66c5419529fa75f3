"""What a gateway's owner is told before it starts, though nothing is wrong."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from edge.detectors.catalog import read_catalog
from edge.doubts import doubts
from edge.rules.kinds import default_rules
from edge.settings import GatewaySettings
from lamplighter.cli.edge import app
from lamplighter.runtime.settings import write_toml
from tests.edge.gateways import gateway

pytestmark = pytest.mark.unit


def settings_of(folder: Path, **detector: Any) -> GatewaySettings:
    cameras = [
        {"kind": "rtsp", "id": "yard", "space": "yard", "url": "rtsp://127.0.0.1/yard"},
        {"kind": "simulated", "id": "drawn", "space": "yard"},
    ]
    rules = [{"kind": kind, "camera": camera["id"]} for kind in ("intrusion", "fall") for camera in cameras]
    return gateway(folder, detector=detector, cameras=cameras, rules=rules)


def test_a_rule_that_the_bundled_network_is_weak_at_is_told_with_its_remedy(tmp_path: Path) -> None:
    (said,) = doubts(settings_of(tmp_path))
    assert said.startswith("rule 'fall' of camera yard (fall): model hog_person raises it where there is none")
    assert "lamplighter models pull yolox_nano_416" in said
    assert doubts(settings_of(tmp_path, model="yolox_nano_416")) == []


def test_checking_a_gateway_tells_it_and_is_content(tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    write_toml(file, settings_of(tmp_path))
    result = CliRunner().invoke(app, ["check", str(file)])
    assert result.exit_code == 0
    assert result.output.splitlines()[0].startswith(f"{file}: note: rule 'fall'")
    assert result.output.splitlines()[-1] == f"{file}: ok"


def test_what_networks_are_weak_at_are_kinds_there_are() -> None:
    kinds = {rule.kind for rule in default_rules("c")}
    assert {kind for model in read_catalog().model for kind in model.weak_at} <= kinds
