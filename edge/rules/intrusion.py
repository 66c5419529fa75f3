"""Somebody is in a zone while it is armed."""

from collections import deque
from typing import Literal

from pydantic import Field

from edge.rules.base import VideoRule, box_evidence, size_of
from edge.rules.movers import Movers
from edge.rules.protocol import Level, Scene, Track
from lamplighter.contract.records import EvidenceNumber
from lamplighter.site.model import Name

_BREAK_S = 1.0
"""Sightings further apart than this do not belong to one arrival: a detector's single mistakes never add up to a person."""


class Intrusion(VideoRule):
    """What the operator writes."""

    kind: Literal["intrusion"] = "intrusion"
    name: Name = Field("intrusion", description="name of the rule, unique for its camera")
    labels: frozenset[str] = Field(frozenset({"person"}), min_length=1, description="what counts as an intruder")
    on_delay_s: float = Field(0.4, ge=0, le=600, description="how long somebody must be there")
    movers_only: bool = Field(True, description="a box that never moves (a poster, a mannequin) is nobody")
    off_delay_s: float = Field(2.0, ge=0, le=600, description="how long nobody must be there until it is over")

    def watch(self) -> "IntrusionWatch":
        """The rule at work."""
        return IntrusionWatch(self)


class IntrusionWatch:
    """What the program remembers: when the zone became occupied and when it last was; a broken track id ends nothing."""

    def __init__(self, rule: Intrusion) -> None:
        self.name = rule.name
        self.zone = rule.zone
        self.labels = rule.labels
        self._rule = rule
        self._movers = Movers()
        self._sightings: deque[float] = deque(maxlen=2)
        self._entered_s: dict[int, float] = {}
        self._since_s = 0.0
        self._active = False
        self._evidence: dict[str, EvidenceNumber] = {}

    def observe(self, scene: Scene) -> Level:
        """Active from `on_delay_s` of presence until `off_delay_s` without; never while disarmed."""
        rule, frame = self._rule, scene.frame
        if not rule.is_armed(frame.at_ms):
            self._sightings.clear()
            self._entered_s.clear()
            self._active = False
            self._evidence = {}
        else:
            self._update(self._intruders(scene), frame.media_s, size_of(scene))
        return Level(rule.kind, rule.name, scene.camera, self._active, frame.at_ms, self._evidence)

    def _update(self, intruders: list[Track], at_s: float, size_px: tuple[int, int]) -> None:
        rule = self._rule
        last_s = self._sightings[-1] if self._sightings else None
        if intruders:
            if last_s is None or (not self._active and at_s - last_s > _BREAK_S):
                self._since_s = min(self._entered_s[track.id] for track in intruders)
            self._sightings.append(at_s)
            self._active = self._active or at_s - self._since_s >= rule.on_delay_s - 1e-6
            self._evidence = self._describe(intruders, at_s, size_px)
        elif last_s is not None and at_s - last_s >= rule.off_delay_s:
            self._sightings.clear()
            self._active = False
            self._evidence = {"count": 0, "duration_s": round(last_s - self._since_s, 2)}

    def _intruders(self, scene: Scene) -> list[Track]:
        """Who stands in the zone; where only movers count, whoever has moved by now has been there since he came."""
        at_s, size_px = scene.frame.media_s, size_of(scene)
        moved = {track.id for track in self._movers.of(scene.tracks, at_s)}
        here = [track for track in scene.tracks if track.label in self.labels and self._rule.stands_in(track, size_px)]
        self._entered_s = {track.id: self._entered_s.get(track.id, at_s) for track in here}
        return [track for track in here if track.id in moved or not self._rule.movers_only]

    def _describe(self, intruders: list[Track], at_s: float, size_px: tuple[int, int]) -> dict[str, EvidenceNumber]:
        best = max(intruders, key=lambda track: track.score)
        return {
            "count": len(intruders),
            "score": round(best.score, 3),
            "duration_s": round(at_s - self._since_s, 2),
            "box": box_evidence(best.xyxy_px, size_px),
            "zone": self._rule.zone_evidence(),
        }
