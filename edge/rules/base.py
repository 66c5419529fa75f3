"""What the settings of every rule that watches a camera have in common."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from pydantic import Field

from edge.rules.geometry import WHOLE_PICTURE, Zone, in_shares, inside
from edge.rules.protocol import Scene, Track
from edge.rules.schedule import TimeZone, Windows, armed_at
from lamplighter.contract.records import EvidenceNumber
from lamplighter.runtime.settings import Settings
from lamplighter.site.model import Name


class VideoRule(Settings):
    """Which camera, which part of its picture, and when."""

    camera: Name = Field(description="camera that watches the zone")
    zone: Zone = Field(
        WHOLE_PICTURE, description="corners in order, each [x, y] in shares of the picture; default the whole picture"
    )
    armed: Windows = Field(None, description='windows of local time such as ["22:00-06:00"]; absent = always armed')
    time_zone: TimeZone = Field("Asia/Shanghai", description="time zone of the windows")

    def is_armed(self, at_ms: int) -> bool:
        """Whether any window holds the moment (UTC milliseconds)."""
        return armed_at(self.armed, datetime.fromtimestamp(at_ms / 1000, UTC), ZoneInfo(self.time_zone))

    def stands_in(self, track: Track, size_px: tuple[int, int]) -> bool:
        """Whether the track's foot is in the zone of a picture of (width, height)."""
        return inside(self.zone, in_shares(track.foot_px, size_px))

    def zone_evidence(self) -> list[float]:
        """The zone's corners, one number after another."""
        return [share for corner in self.zone for share in corner]


def size_of(scene: Scene) -> tuple[int, int]:
    """(width, height) of the scene's picture in pixels."""
    return scene.frame.size_px


def box_evidence(xyxy_px: tuple[float, float, float, float], size_px: tuple[int, int]) -> EvidenceNumber:
    """The box in shares of the picture, four decimals."""
    width, height = size_px
    return [round(side / full, 4) for side, full in zip(xyxy_px, (width, height, width, height), strict=True)]
