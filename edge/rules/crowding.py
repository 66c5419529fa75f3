"""More people in a zone than it is meant for."""

from collections import deque
from statistics import median
from typing import Literal

from pydantic import Field

from edge.rules.base import VideoRule, size_of
from edge.rules.delays import Delayed
from edge.rules.headcount import DENSE, EVERY_S, Headcount
from edge.rules.protocol import Level, Scene, Track
from lamplighter.contract.records import EvidenceNumber
from lamplighter.site.model import Name

_SMOOTHED_S = 2.0


class Crowding(VideoRule):
    """What the operator writes."""

    kind: Literal["crowding"] = "crowding"
    name: Name = Field("crowding", description="name of the rule, unique for its camera")
    limit: int = Field(12, ge=1, le=1000, description="more people than this are a crowd")
    on_delay_s: float = Field(3.0, ge=0, le=600, description="how long they must be too many")
    off_delay_s: float = Field(5.0, ge=0, le=600, description="how long they must be few enough until it is over")
    sure_score: float = Field(0.35, gt=0, lt=1, description="score of a person found in a part of the picture")

    def watch(self) -> "CrowdingWatch":
        """The rule at work."""
        return CrowdingWatch(self)


class CrowdingWatch:
    """What the program remembers: the counts of the last two seconds."""

    labels = frozenset({"person"})

    def __init__(self, rule: Crowding) -> None:
        self.name, self.zone = rule.name, rule.zone
        self._rule = rule
        self._headcount = Headcount(rule.sure_score)
        self._counts: deque[tuple[float, int]] = deque()
        self._crowd = Delayed(on_s=rule.on_delay_s, off_s=rule.off_delay_s, gap_s=2 * EVERY_S)
        self._counted_s = float("-inf")

    def observe(self, scene: Scene) -> Level:
        """Active once the smoothed count was over the limit for `on_delay_s`; never while disarmed."""
        rule, frame = self._rule, scene.frame
        if not rule.is_armed(frame.at_ms):
            self._counts.clear()
            self._crowd.reset()
            return Level(rule.kind, rule.name, scene.camera, active=False, at_ms=frame.at_ms, evidence={})
        count = self._smoothed(scene)
        active = self._crowd.update(present=count > rule.limit, at_s=frame.media_s)
        evidence: dict[str, EvidenceNumber] = {"count": count, "limit": rule.limit, "zone": rule.zone_evidence()}
        return Level(rule.kind, rule.name, scene.camera, active, frame.at_ms, evidence if active else {"count": count})

    def _smoothed(self, scene: Scene) -> int:
        """The median count of the last two seconds."""
        at_s = scene.frame.media_s
        due = at_s - self._counted_s >= EVERY_S - 1e-6
        if due or len(scene.tracks) < DENSE:
            self._counted_s = at_s if due else self._counted_s
            self._counts.append((at_s, self._inside(scene)))
        while self._counts and at_s - self._counts[0][0] > _SMOOTHED_S:
            self._counts.popleft()
        return int(median(count for _at_s, count in self._counts)) if self._counts else 0

    def _inside(self, scene: Scene) -> int:
        size_px = size_of(scene)
        boxes = self._headcount.of(scene)
        return sum(
            self._rule.stands_in(Track(0, "person", 1.0, (float(x0), float(y0), float(x1), float(y1))), size_px)
            for x0, y0, x1, y1 in boxes
        )
