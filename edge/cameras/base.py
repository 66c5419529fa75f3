"""What the settings of every camera kind have in common."""

from collections.abc import Callable

from pydantic import Field

from edge.attention import AttentionSettings
from edge.cameras.protocol import CodedStream
from edge.rules.geometry import Zone
from lamplighter.runtime.settings import Settings
from lamplighter.site.model import Name


class CameraBase(Settings):
    """Which camera, where it looks, and how often its pictures are analysed."""

    id: Name = Field(description="name of the camera, as in the site file")
    space: Name = Field(description="space it looks at, as in the site file")
    fps: float = Field(
        5.0,
        ge=2,
        le=60,
        description="frames analysed a second; a slower source gives what it has; at 1 nobody who walks is followed",
    )
    steady_s: float = Field(
        60.0, ge=0, le=3600, description="once lost, it counts as back after so long without a loss; until then losses are counted"
    )
    attention: AttentionSettings = Field(AttentionSettings(), description="how economically its pictures are looked at")
    privacy_masks: tuple[Zone, ...] = Field(
        (), description="parts that are blackened before anything looks at them, each as corners [x, y] in shares of the picture"
    )
    motion_masks: tuple[Zone, ...] = Field((), description="parts whose motion means nothing, such as a clock, in the same form")

    def check(self) -> None:
        """Look at what only the operator can mend, before anything starts; raises SettingsError."""

    def evidence(self) -> Callable[[], CodedStream] | None:
        """How the stream is opened that is only kept for clips; None where they are made from the one that is looked at."""
        return None
