"""A condition ends when what raised it is taken out of the settings."""

from pathlib import Path
from typing import Any

import pytest

from edge.removed import ends_of
from edge.settings import GatewaySettings
from tests.edge.gateways import gateway

pytestmark = pytest.mark.unit
HELD = [
    "intrusion:c1:yard",
    "camera_offline:c1:camera_offline",
    "camera_offline:c1:evidence_stream",
    "clock_offset:c1:clock_offset",
    "smoke:d1:smoke",
    "lamp_failure:d1:lamps",
    "sensor_silent:d1:sensor_silent",
    "evidence_retention:g:evidence_retention",
]


def settings(tmp_path: Path, **changed: Any) -> GatewaySettings:
    camera = {"kind": "rtsp", "id": "c1", "space": "r1", "url": "rtsp://192.0.2.1/2", "evidence_url": "rtsp://192.0.2.1/1"}
    given: dict[str, Any] = {
        "cameras": [camera],
        "buses": [{"kind": "simulated", "id": "b1", "devices": [{"kind": "luminaire", "id": "d1", "space": "r1"}]}],
        "rules": [
            {"kind": "intrusion", "name": "yard", "camera": "c1"},
            {"kind": "smoke"},
            {"kind": "lamp_failure", "name": "lamps"},
        ],
    }
    return gateway(tmp_path, **given | changed)


def ended(given: GatewaySettings) -> list[str]:
    known = dict.fromkeys(HELD, (True, 1)) | {"fall:c9:fall": (False, 1)}
    levels = list(ends_of(known, given, at_ms=7))
    assert all(not level.active and level.at_ms == 7 and level.evidence for level in levels)
    return [f"{level.kind}:{level.source}:{level.name}" for level in levels]


NOTHING_LOOKS_AT_IT = {"kind": "rtsp", "id": "c1", "space": "r1", "url": "rtsp://192.0.2.1/2"}
YARD = {"kind": "intrusion", "name": "yard", "camera": "c1"}


@pytest.mark.parametrize(
    ("changed", "gone"),
    [
        ({}, []),
        ({"rules": [YARD]}, ["smoke:d1:smoke", "lamp_failure:d1:lamps"]),
        (
            {"rules": [YARD | {"name": "gate"}, {"kind": "smoke"}, {"kind": "lamp_failure", "name": "lamps"}]},
            ["intrusion:c1:yard"],
        ),
        ({"cameras": [NOTHING_LOOKS_AT_IT]}, ["camera_offline:c1:evidence_stream"]),
        (
            {"cameras": [NOTHING_LOOKS_AT_IT | {"id": "c2"}], "rules": []},
            [name for name in HELD if ":c1:" in name] + ["smoke:d1:smoke", "lamp_failure:d1:lamps"],
        ),
        ({"buses": [], "rules": [YARD]}, [name for name in HELD if ":d1:" in name]),
    ],
    ids=["nothing", "sensor-rules", "renamed", "stream", "camera", "device"],
)
def test_what_holds_ends_with_its_source_its_rule_or_its_stream(tmp_path: Path, changed: dict[str, Any], gone: list[str]) -> None:
    assert sorted(ended(settings(tmp_path, **changed))) == sorted(gone)
