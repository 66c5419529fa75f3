"""What the gateway asks of a camera that is being watched, wherever that is."""

from collections.abc import Sequence
from typing import Protocol

from edge.cameras.protocol import Camera
from edge.evidence.still import Snapshot
from edge.recent import Moment
from lamplighter.contract.records import CameraHealth


class Watch(Protocol):
    """One camera at work."""

    @property
    def camera(self) -> Camera:
        """Its settings."""

    def start(self) -> None:
        """Begin; returns at once."""

    def stop(self) -> None:
        """End within seconds."""

    def health(self) -> CameraHealth:
        """How the camera does now."""

    def clock_asked(self, ahead_s: float) -> None:
        """ONVIF has told how far the camera's clock is ahead."""

    def clock_ahead_s(self) -> float | None:
        """How far the camera's clock is ahead, None where it tells no time."""

    def inference_ms(self) -> list[float]:
        """Milliseconds of each inference, oldest first."""

    def moments(self) -> Sequence[Moment]:
        """The boxes of the last minutes; raises Unavailable."""

    def snapshot(self, *, within_s: float) -> Snapshot:
        """The next analysed picture, pixelated as a whole; raises Unavailable when none comes in time."""
