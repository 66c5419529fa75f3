"""Somebody has done something to the camera: covered, moved, defocused, frozen or blinded it."""

from typing import Final, Literal

from pydantic import Field

from edge.rules.base import VideoRule
from edge.rules.protocol import Level, Scene
from edge.rules.view import Comparison, Liveliness, View, shrunken
from lamplighter.contract.records import EvidenceNumber
from lamplighter.site.model import Name

Detail = Literal["", "covered", "moved", "defocused", "frozen", "blinded"]

_LOST: Final = 0.75
"""So much of the known structure must be gone: people and furniture hide less."""
_NO_DETAIL: Final = 0.35
_UNSHARP: Final = 0.5
_LIKE: Final = 0.6
"""Blurred pictures this alike show the same scene: the light went out, or the lens was turned, but nothing stands before it."""
_WHITE: Final = 0.5
_BLIND: Final = 0.5
"""Where half of the picture is white, half of the structure gone is enough: the rest is glare's edge."""
_HELD_S: Final[dict[Detail, float]] = {"covered": 1.0, "moved": 1.6, "defocused": 1.6, "blinded": 2.4, "frozen": 0.0}
"""How long each must be seen: headlights or a shoulder pass sooner. Frozen has its two seconds in the measure."""


class CameraTamper(VideoRule):
    """What the operator writes."""

    kind: Literal["camera_tamper"] = "camera_tamper"
    name: Name = Field("camera-tamper", description="name of the rule, unique for its camera")
    off_delay_s: float = Field(1.0, ge=0, le=600, description="how long the view must be as before until it is over")
    relearn_s: float = Field(600.0, gt=0, le=86_400, description="a view that stays changed this long is taken as the new one")

    def watch(self) -> "CameraTamperWatch":
        """The rule at work."""
        return CameraTamperWatch(self)


class CameraTamperWatch:
    """What the program remembers: the normal view, the camera's own noise, and what is being suspected since when."""

    labels: frozenset[str] = frozenset()

    def __init__(self, rule: CameraTamper) -> None:
        self.name, self.zone = rule.name, rule.zone
        self._rule = rule
        self._view, self._alive = View(), Liveliness()
        self._suspected: Detail = ""
        self._since_s = 0.0
        self._well_s: float | None = None
        self._raised: Detail = ""
        self._raised_s = 0.0

    def observe(self, scene: Scene) -> Level:
        """Active from the moment a tampering has held until the view has been as before for `off_delay_s`.

        The view is learned while disarmed too, but nothing is raised.
        """
        grey, at_s = shrunken(scene.frame.image), scene.frame.media_s
        found = self._view.compare(grey)
        still = self._alive.stands_still(grey, at_s)
        suspected: Detail = judge(found) if found is not None else ""
        suspected = suspected or ("frozen" if still else "")
        self._follow(suspected, at_s)
        if not suspected:
            self._view.learn(grey, at_s)
        if not self._rule.is_armed(scene.frame.at_ms):
            self._raised = ""
        return Level(self._rule.kind, self.name, scene.camera, bool(self._raised), scene.frame.at_ms, self._evidence(found))

    def _follow(self, suspected: Detail, at_s: float) -> None:
        if suspected != self._suspected:
            self._suspected, self._since_s = suspected, at_s
        if suspected:
            self._well_s = None
            if not self._raised and at_s - self._since_s >= _HELD_S[suspected] - 1e-6:
                self._raised, self._raised_s = suspected, at_s
            if self._raised and at_s - self._raised_s >= self._rule.relearn_s:
                self._view.forget()
        elif self._raised:
            self._well_s = at_s if self._well_s is None else self._well_s
            if at_s - self._well_s >= self._rule.off_delay_s - 1e-6:
                self._raised, self._well_s = "", None

    def _evidence(self, found: Comparison | None) -> dict[str, EvidenceNumber]:
        if not self._raised:
            return {}
        numbers = {} if found is None else {name: round(value, 3) for name, value in found._asdict().items()}
        return {"detail": self._raised, **numbers}


def judge(found: Comparison) -> Detail:
    """What the comparison says of one picture: "" where the view is as it was."""
    if found.white_share >= _WHITE and found.lost_share >= _BLIND:
        return "blinded"
    if found.likeness >= _LIKE:
        if found.sharpness < _UNSHARP and found.contrast < _UNSHARP:
            return "defocused"
        return "moved" if found.lost_share >= _LOST and found.sharpness >= _UNSHARP and found.structure >= _UNSHARP else ""
    if found.lost_share < _LOST:
        return ""
    return "covered" if found.structure < _NO_DETAIL else "moved"
