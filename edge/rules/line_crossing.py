"""Somebody crosses a line, counted by direction."""

from typing import Annotated, Final, Literal, NamedTuple

from pydantic import AfterValidator, Field

from edge.rules.base import VideoRule, size_of
from edge.rules.geometry import Point, in_shares
from edge.rules.protocol import Level, Scene
from lamplighter.contract.records import EvidenceNumber
from lamplighter.site.model import Name

_MARGIN: Final = 0.01
"""Nearer to the line than this share of the picture nobody is on either side: a box that trembles on the line crosses nothing."""
_FORGET_S: Final = 5.0


def _checked(line: tuple[Point, Point]) -> tuple[Point, Point]:
    if any(not 0 <= share <= 1 for end in line for share in end):
        raise ValueError("an end lies outside the picture; give shares of width and height from 0 to 1, not pixels")
    (x0, y0), (x1, y1) = line
    if abs(x1 - x0) + abs(y1 - y0) < 0.02:
        raise ValueError("its ends are all but the same point; move them apart")
    return line


Line = Annotated[tuple[Point, Point], AfterValidator(_checked)]
CENTRE_LINE: Final = ((0.5, 0.0), (0.5, 1.0))
Side = Literal["left", "right"]


class LineCrossing(VideoRule):
    """What the operator writes."""

    kind: Literal["line_crossing"] = "line_crossing"
    name: Name = Field("line-crossing", description="name of the rule, unique for its camera")
    line: Line = Field(
        CENTRE_LINE,
        description="two ends, [x, y] in shares of the picture; left and right are as seen looking from first to second",
    )
    direction: Literal["left", "right", "both"] = Field("both", description="the side on which somebody arrives to be reported")
    labels: frozenset[str] = Field(frozenset({"person"}), min_length=1, description="what counts as somebody")
    hold_s: float = Field(3.0, gt=0, le=600, description="how long the condition holds after a crossing")

    def watch(self) -> "LineCrossingWatch":
        """The rule at work."""
        return LineCrossingWatch(self)


class _Stand(NamedTuple):
    point: Point
    side: Side
    seen_s: float


class LineCrossingWatch:
    """What the program remembers: on which side everybody was last seen for certain, and how many went which way."""

    def __init__(self, rule: LineCrossing) -> None:
        self.name, self.zone, self.labels = rule.name, rule.zone, rule.labels
        self._rule = rule
        self._stands: dict[int, _Stand] = {}
        self._crossed_s: float | None = None
        self._counts: dict[Side, int] = {"left": 0, "right": 0}
        self._evidence: dict[str, EvidenceNumber] = {}

    def observe(self, scene: Scene) -> Level:
        """Active for `hold_s` after somebody crossed in the wanted direction; never while disarmed."""
        rule, at_s = self._rule, scene.frame.media_s
        if not rule.is_armed(scene.frame.at_ms):
            self._stands, self._crossed_s, self._evidence = {}, None, {}
        else:
            self._update(scene, at_s)
        active = self._crossed_s is not None and at_s - self._crossed_s < rule.hold_s
        return Level(rule.kind, rule.name, scene.camera, active, scene.frame.at_ms, self._evidence)

    def _update(self, scene: Scene, at_s: float) -> None:
        self._stands = {id_: stand for id_, stand in self._stands.items() if at_s - stand.seen_s <= _FORGET_S}
        for track in scene.tracks:
            point = in_shares(track.foot_px, size_of(scene))
            side = self._side(point)
            if track.label not in self.labels or side is None:
                continue
            before = self._stands.get(track.id)
            self._stands[track.id] = _Stand(point, side, at_s)
            if before is not None and before.side != side and self._through(before.point, point):
                self._count(side, at_s)

    def _count(self, side: Side, at_s: float) -> None:
        self._counts[side] += 1
        if self._rule.direction in (side, "both"):
            self._crossed_s = at_s
            self._evidence = {"detail": side, "left": self._counts["left"], "right": self._counts["right"]}

    def _side(self, point: Point) -> Side | None:
        """Which side of the line's prolongation; None within the margin."""
        (x0, y0), (x1, y1) = self._rule.line
        turn = ((x1 - x0) * (point[1] - y0) - (y1 - y0) * (point[0] - x0)) / ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
        if abs(turn) < _MARGIN:
            return None
        return "right" if turn > 0 else "left"

    def _through(self, before: Point, now: Point) -> bool:
        """Whether the way between two points on different sides passes the line between its ends."""
        (x0, y0), (x1, y1) = self._rule.line
        ahead = (now[0] - before[0]) * (y0 - before[1]) - (now[1] - before[1]) * (x0 - before[0])
        behind = (now[0] - before[0]) * (y1 - before[1]) - (now[1] - before[1]) * (x1 - before[0])
        return ahead * behind <= 0
