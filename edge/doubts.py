"""What works, but not well: worth knowing before a gateway starts, and no reason not to start it."""

from typing import Final

from edge.detectors.catalog import read_catalog
from edge.rules.base import VideoRule
from edge.settings import GatewaySettings

_BETTER: Final = "yolox_nano_416"


def doubts(settings: GatewaySettings) -> list[str]:
    """Each in a sentence with its remedy. A drawn camera shows what any network knows."""
    model = next((one for one in read_catalog().model if one.name == settings.detector.model), None)
    weak = model.weak_at if model is not None else ()
    real = {camera.id for camera in settings.cameras if camera.kind != "simulated"}
    return [
        f"rule {rule.name!r} of camera {rule.camera} ({rule.kind}): model {settings.detector.model} raises it where there is none;"
        f" `lamplighter models pull {_BETTER}`, then detector.model = {_BETTER!r}"
        for rule in settings.rules
        if isinstance(rule, VideoRule) and rule.kind in weak and rule.camera in real
    ]
