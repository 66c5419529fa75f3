"""Intrusion on a real recording, with the truth of its manifest."""

import json
from pathlib import Path
from typing import Any

import pytest

from edge.cameras.file import FileCamera
from edge.detectors.load import load_detector
from edge.rules.intrusion import Intrusion
from tests.edge.replay import transitions

MEDIA = Path(__file__).parents[4] / "shared" / "media"
CLIP = "people/one-by-one-person-detection.mp4"
NETWORK = MEDIA / "models" / "yolox_nano_416.onnx"

pytestmark = [
    pytest.mark.media,
    pytest.mark.slow,
    pytest.mark.skipif(not NETWORK.is_file(), reason="needs ../shared/media with its clips and models"),
]


@pytest.fixture
def truth() -> dict[str, Any]:
    rows = json.loads((MEDIA / "manifest.json").read_text("utf-8"))
    found: dict[str, Any] = next(row for row in rows if row["path"] == CLIP)
    return found


def test_each_of_six_visits_is_one_intrusion_and_nothing_is_between(truth: dict[str, Any]) -> None:
    detector = load_detector(str(NETWORK), min_score=0.1)
    camera = FileCamera(id="c1", space="hall", path=MEDIA / CLIP)
    changes = transitions(camera, detector, Intrusion(camera="c1", movers_only=False))
    raised = [at_s for at_s, active in changes if active]
    visits = [(first / truth["fps"], last / truth["fps"]) for first, last in truth["truth"]["intervals"]]
    assert len(raised) == len(visits) == 6
    assert all(first_s <= at_s <= last_s for at_s, (first_s, last_s) in zip(raised, visits, strict=True))
    assert [active for _at_s, active in changes] == [True, False] * 6
