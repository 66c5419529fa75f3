"""Somebody stays in a zone longer than allowed."""

from typing import Literal

from pydantic import Field

from edge.rules.base import VideoRule, box_evidence, size_of
from edge.rules.delays import Delayed
from edge.rules.movers import Movers
from edge.rules.protocol import Level, Scene, Track
from lamplighter.contract.records import EvidenceNumber
from lamplighter.site.model import Name


class Loitering(VideoRule):
    """What the operator writes."""

    kind: Literal["loitering"] = "loitering"
    name: Name = Field("loitering", description="name of the rule, unique for its camera")
    labels: frozenset[str] = Field(frozenset({"person"}), min_length=1, description="what counts as somebody")
    dwell_s: float = Field(60.0, gt=0, le=86_400, description="how long the zone may be occupied")
    gap_s: float = Field(5.0, ge=0, le=600, description="an absence this short does not begin the stay anew")

    def watch(self) -> "LoiteringWatch":
        """The rule at work."""
        return LoiteringWatch(self)


class LoiteringWatch:
    """What the program remembers: since when the zone is occupied. Track ids play no part: a broken one costs nothing."""

    def __init__(self, rule: Loitering) -> None:
        self.name, self.zone, self.labels = rule.name, rule.zone, rule.labels
        self._rule = rule
        self._movers = Movers()
        self._stay = Delayed(on_s=rule.dwell_s, off_s=rule.gap_s, gap_s=rule.gap_s)
        self._evidence: dict[str, EvidenceNumber] = {}

    def observe(self, scene: Scene) -> Level:
        """Active once the zone was occupied for `dwell_s`, until it was empty for `gap_s`; never while disarmed."""
        rule, frame = self._rule, scene.frame
        if not rule.is_armed(frame.at_ms):
            self._stay.reset()
            self._evidence = {}
        else:
            self._update(scene)
        return Level(rule.kind, rule.name, scene.camera, self._stay.active, frame.at_ms, self._evidence)

    def _update(self, scene: Scene) -> None:
        size_px, at_s = size_of(scene), scene.frame.media_s
        present = [
            track
            for track in self._movers.of(scene.tracks, at_s)
            if track.label in self.labels and self._rule.stands_in(track, size_px)
        ]
        self._stay.update(present=bool(present), at_s=at_s)
        if present:
            self._evidence = self._describe(present, at_s, size_px)
        elif not self._stay.active:
            self._evidence = {}

    def _describe(self, present: list[Track], at_s: float, size_px: tuple[int, int]) -> dict[str, EvidenceNumber]:
        best = max(present, key=lambda track: track.score)
        return {
            "count": len(present),
            "dwell_s": round(self._stay.lasted_s(at_s), 2),
            "box": box_evidence(best.xyxy_px, size_px),
            "zone": self._rule.zone_evidence(),
        }
