"""Somebody is in a zone while it is armed."""

from collections import deque
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from edge.rules.geometry import WHOLE_PICTURE, Zone, in_shares, inside
from edge.rules.protocol import Level, Scene, Track
from edge.rules.schedule import TimeZone, Windows, armed_at
from lamplighter.contract.records import EvidenceNumber
from lamplighter.runtime.settings import Settings
from lamplighter.site.model import Name

_BREAK_S = 1.0
"""Sightings further apart than this do not belong to one arrival: a detector's single mistakes never add up to a person."""


class Intrusion(Settings):
    """What the operator writes."""

    kind: Literal["intrusion"] = "intrusion"
    name: Name = Field("intrusion", description="name of the rule, unique for its camera")
    camera: Name = Field(description="camera that watches the zone")
    zone: Zone = Field(
        WHOLE_PICTURE, description="corners in order, each [x, y] in shares of the picture; default the whole picture"
    )
    armed: Windows = Field(None, description='windows of local time such as ["22:00-06:00"]; absent = always armed')
    time_zone: TimeZone = Field("Asia/Shanghai", description="time zone of the windows")
    labels: frozenset[str] = Field(frozenset({"person"}), min_length=1, description="what counts as an intruder")
    on_delay_s: float = Field(0.4, ge=0, le=600, description="how long somebody must be there")
    off_delay_s: float = Field(2.0, ge=0, le=600, description="how long nobody must be there until it is over")

    def watch(self) -> "IntrusionWatch":
        """The rule at work."""
        return IntrusionWatch(self)


class IntrusionWatch:
    """What the program remembers: when the zone became occupied and when it last was. Track ids play no part in it."""

    def __init__(self, rule: Intrusion) -> None:
        self.name = rule.name
        self.zone = rule.zone
        self.labels = rule.labels
        self._rule = rule
        self._time_zone = ZoneInfo(rule.time_zone)
        self._sightings: deque[float] = deque(maxlen=2)
        self._since_s = 0.0
        self._active = False
        self._evidence: dict[str, EvidenceNumber] = {}

    def observe(self, scene: Scene) -> Level:
        """Active from `on_delay_s` of presence until `off_delay_s` without; never while disarmed."""
        rule, frame = self._rule, scene.frame
        if not armed_at(rule.armed, datetime.fromtimestamp(frame.at_ms / 1000, UTC), self._time_zone):
            self._sightings.clear()
            self._active = False
            self._evidence = {}
        else:
            self._update(self._intruders(scene), frame.media_s, frame.image.shape[:2])
        return Level(rule.kind, rule.name, scene.camera, self._active, frame.at_ms, self._evidence)

    def _update(self, intruders: list[Track], at_s: float, size: tuple[int, ...]) -> None:
        rule = self._rule
        last_s = self._sightings[-1] if self._sightings else None
        if intruders:
            if last_s is None or (not self._active and at_s - last_s > _BREAK_S):
                self._since_s = at_s
            self._sightings.append(at_s)
            self._active = self._active or at_s - self._since_s >= rule.on_delay_s - 1e-6
            self._evidence = self._describe(intruders, at_s, size)
        elif last_s is not None and at_s - last_s >= rule.off_delay_s:
            self._sightings.clear()
            self._active = False
            self._evidence = {"count": 0, "duration_s": round(last_s - self._since_s, 2)}

    def _intruders(self, scene: Scene) -> list[Track]:
        height, width = scene.frame.image.shape[:2]
        return [
            track
            for track in scene.tracks
            if track.label in self._rule.labels and inside(self.zone, in_shares(track.foot_px, (width, height)))
        ]

    def _describe(self, intruders: list[Track], at_s: float, size: tuple[int, ...]) -> dict[str, EvidenceNumber]:
        height, width = size
        best = max(intruders, key=lambda track: track.score)
        left, top, right, bottom = best.xyxy_px
        return {
            "count": len(intruders),
            "score": round(best.score, 3),
            "duration_s": round(at_s - self._since_s, 2),
            "box": [round(left / width, 4), round(top / height, 4), round(right / width, 4), round(bottom / height, 4)],
            "zone": [share for corner in self.zone for share in corner],
        }
