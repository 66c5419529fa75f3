"""Somebody is in a room and its lamps are on when nobody should be there: what neither the camera nor the lamps tell alone."""

from typing import Literal

from pydantic import Field

from edge.rules.base import VideoRule
from edge.rules.corroboration import borne_out
from edge.rules.delays import Delayed
from edge.rules.movers import Movers
from edge.rules.protocol import Level, Scene
from edge.rules.schedule import Windows
from lamplighter.contract.records import EvidenceNumber
from lamplighter.site.model import Name


class OccupiedAfterHours(VideoRule):
    """What the operator writes."""

    kind: Literal["occupied_after_hours"] = "occupied_after_hours"
    name: Name = Field("occupied-after-hours", description="name of the rule, unique for its camera")
    armed: Windows = Field(("19:00-06:30",), description="windows of local time in which nobody should be there")
    on_delay_s: float = Field(10.0, ge=0, le=3600, description="how long somebody must be there with the lamps on")
    off_delay_s: float = Field(60.0, ge=0, le=3600, description="how long it must not hold until it is over")

    def watch(self) -> "OccupiedAfterHoursWatch":
        """The rule at work."""
        return OccupiedAfterHoursWatch(self)


class OccupiedAfterHoursWatch:
    """What the program remembers: since when both have held."""

    labels: frozenset[str] = frozenset({"person"})

    def __init__(self, rule: OccupiedAfterHours) -> None:
        self.name, self.zone = rule.name, rule.zone
        self._rule = rule
        self._movers = Movers()
        self._delayed = Delayed(on_s=rule.on_delay_s, off_s=rule.off_delay_s, gap_s=rule.off_delay_s)
        self._evidence: dict[str, EvidenceNumber] = {}

    def observe(self, scene: Scene) -> Level:
        """Active once somebody who moves was there with the lamps on for `on_delay_s`; a room without lamps' points never is."""
        rule, frame = self._rule, scene.frame
        lamps = borne_out(rule.kind, scene.senses)
        height, width = frame.image.shape[:2]
        people = [row for row in self._movers.of(scene.tracks, frame.media_s) if row.label in self.labels]
        here = [row for row in people if rule.stands_in(row, (width, height))]
        if not rule.is_armed(frame.at_ms):
            self._delayed.reset()
        both = bool(here) and lamps.get("corroborated") is True and rule.is_armed(frame.at_ms)
        if both:
            self._evidence = {"count": len(here), "lamps": lamps["corroborated_by"]}
        active = self._delayed.update(present=both, at_s=frame.media_s)
        return Level(rule.kind, rule.name, scene.camera, active, frame.at_ms, self._evidence if active else {})
