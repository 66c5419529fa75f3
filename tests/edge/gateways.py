"""Settings of gateways: a bare one with what a test adds, and one whose cameras play a film in which somebody comes and goes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from edge.cameras.simulated import DEMO_ZONE, DrawnScene
from edge.settings import GatewaySettings
from lamplighter.runtime.settings import check_settings
from tests.rtsp.clip import write_clip

_FPS = 10
STEADY_S = 2.0


def gateway(data_dir: Path, **given: Any) -> GatewaySettings:
    """A gateway of which the broker is away, with these keys beside those it must have."""
    least = {"district": "d", "school": "s", "gateway": "g", "data_dir": str(data_dir), "broker": {"url": "mqtt://127.0.0.1:9"}}
    return check_settings(least | given, GatewaySettings, where="test")


def filmed(folder: Path, cameras: Sequence[str], *, first_s: int, last_s: int, loop: bool, **changed: Any) -> GatewaySettings:
    """The same seconds of the drawn yard for each camera, with an intrusion rule; `changed` keys take the place of these."""
    scene = DrawnScene(seed=1)
    film = write_clip(folder / "yard.mp4", (scene.draw(n, n / _FPS) for n in range(first_s * _FPS, last_s * _FPS)))
    camera = {"kind": "file", "space": "yard", "path": str(film), "loop": loop, "steady_s": STEADY_S}
    given: dict[str, Any] = {
        "detector": {"smallest_person_share": 0.3},
        "evidence": {"before_s": 2, "after_s": 1.5},
        "cameras": [{**camera, "id": name} for name in cameras],
        "rules": [{"kind": "intrusion", "camera": name, "zone": DEMO_ZONE} for name in cameras],
    }
    return gateway(folder / "gateway", **given | changed)
