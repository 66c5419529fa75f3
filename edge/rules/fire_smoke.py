"""Something burns or smokes: a network's word over time, sooner where the picture also flickers in a flame's colours."""

from collections import deque
from typing import Final, Literal, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from edge.rules.base import VideoRule, box_evidence, size_of
from edge.rules.corroboration import CORROBORATED, Confirmation, borne_out
from edge.rules.fire_network import FireNetwork, FireScores
from edge.rules.flicker import Flicker
from edge.rules.protocol import Level, Scene
from lamplighter.contract.records import EvidenceNumber
from lamplighter.site.model import Name

_FLICKER_S: Final = 0.1
"""A flame's changes are told apart over a second and more: of a camera looked at more often, pictures between are passed over."""
_FLAME_LOOKS_S: Final = 0.4
_IDLE_LOOKS_S: Final = 2.0
_IDLE_AFTER: Final = 8
"""A flickering spot is looked at no oftener than this; after so many looks in vain seldom."""
_WHOLE_LOOKS_S: Final = 2.0
"""The whole picture, for smoke and for fires that fill it, costs a look this often."""
_SAME_S: Final = 10.0
_SAME: Final = 2.0
"""Where no part of the picture has changed by so many grey levels since the network saw nothing in it, it is not asked again."""
_PARTS: Final = (32, 24)
_MOST_FILLED: Final = 0.1
"""Somebody who fills more of the picture than this hides what could smoke, and is blurred as smoke is."""
_MEMORY_S: Final = 20.0
_FLAME_LOOKS: Final = 4
_SMOKE_LOOKS: Final = 5


class FireSmoke(VideoRule):
    """What the operator writes."""

    kind: Literal["fire_smoke"] = "fire_smoke"
    name: Name = Field("fire-smoke", description="name of the rule, unique for its camera")
    threshold: float | None = Field(None, gt=0, lt=1, description="score that counts; the model's own where absent")
    flame_s: float = Field(1.2, ge=0, le=60, description="how long a flickering flame must be recognised")
    smoke_s: float = Field(10.0, ge=0, le=600, description="how long smoke, or fire without flicker, must be recognised")
    off_delay_s: float = Field(10.0, ge=0, le=3600, description="how long nothing must be recognised until it is over")

    def watch(self) -> "FireSmokeWatch":
        """The rule at work; raises SettingsError where the bundled network is not as it should be."""
        return FireSmokeWatch(self)


class _Word(NamedTuple):
    at_s: float
    burns: bool


class _Seen(NamedTuple):
    """What the network was last shown as a whole, in parts of (rows, columns), and what it said."""

    at_s: float
    parts: NDArray[np.float32]
    scores: FireScores


class FireSmokeWatch:
    """What the program remembers: the network's last words about flickering spots and about the whole picture."""

    labels: frozenset[str] = frozenset()

    def __init__(self, rule: FireSmoke) -> None:
        self.name, self.zone = rule.name, rule.zone
        self._rule = rule
        self._network = FireNetwork()
        self._threshold = self._network.threshold if rule.threshold is None else rule.threshold
        self._flicker = Flicker()
        self._flicker_s = float("-inf")
        self._flames: deque[_Word] = deque()
        self._whole: deque[_Word] = deque()
        self._seen: _Seen | None = None
        self._turn = 0
        self._active = False
        self._burnt_s = 0.0
        self._evidence: dict[str, EvidenceNumber] = {}

    def observe(self, scene: Scene) -> Level:
        """Active once flames were recognised for `flame_s` or smoke for `smoke_s`, until `off_delay_s` without.

        Sooner where a smoke or temperature point of the same room bears it out; the evidence says whether one does.
        """
        at_s = scene.frame.media_s
        if at_s - self._flicker_s >= _FLICKER_S - 1e-6:
            self._flicker_s = at_s
            self._flicker.see(scene.frame.image)
        if not self._rule.is_armed(scene.frame.at_ms):
            self._active, self._evidence = False, {}
        else:
            self._look_at_spots(scene, at_s)
            self._look_at_all(scene, at_s)
            sensed = borne_out(self._rule.kind, scene.senses)
            self._judge(at_s, self._confirmation(corroborated=sensed.get("corroborated") is True))
            if self._active:
                self._evidence |= sensed
        return Level(self._rule.kind, self.name, scene.camera, self._active, scene.frame.at_ms, self._evidence)

    def _confirmation(self, *, corroborated: bool) -> Confirmation:
        rule, sooner = self._rule, CORROBORATED
        if not corroborated:
            return Confirmation(rule.flame_s, _FLAME_LOOKS, rule.smoke_s, _SMOKE_LOOKS)
        return sooner._replace(flame_s=min(rule.flame_s, sooner.flame_s), smoke_s=min(rule.smoke_s, sooner.smoke_s))

    def _look_at_spots(self, scene: Scene, at_s: float) -> None:
        """One spot a look, in turn; seldom where the last looks found nothing, as with somebody in orange who works there."""
        idle = len(self._flames) >= _IDLE_AFTER and not any(word.burns for word in self._flames)
        if self._flames and at_s - self._flames[-1].at_s < (_IDLE_LOOKS_S if idle else _FLAME_LOOKS_S) - 1e-6:
            return
        image = scene.frame.image
        spots = [spot for spot in self._flicker.spots(image.shape) if spot.restless]
        if not spots:
            return
        left, top, right, bottom = spots[self._turn % len(spots)].region
        score = self._network.look(image[top:bottom, left:right]).flame
        burns = score >= self._threshold
        self._turn += not burns
        if burns:
            box = box_evidence((left, top, right, bottom), size_of(scene))
            self._evidence = {"detail": "flame", "score": round(score, 3), "box": box}
        self._flames.append(_Word(at_s, burns))

    def _look_at_all(self, scene: Scene, at_s: float) -> None:
        if self._whole and at_s - self._whole[-1].at_s < _WHOLE_LOOKS_S - 1e-6:
            return
        if _filled(scene) > _MOST_FILLED:
            return
        scores = self._scores_of(scene, at_s)
        burns = scores.either >= self._threshold
        if burns:
            detail = "flame" if scores.flame >= scores.smoke else "smoke"
            self._evidence = {"detail": detail, "score": round(scores.either, 3)}
        self._whole.append(_Word(at_s, burns))

    def _scores_of(self, scene: Scene, at_s: float) -> FireScores:
        """What the network says of the whole picture; what it said where that was nothing and the picture has not changed."""
        parts = np.asarray(cv2.resize(self._flicker.luma, _PARTS, interpolation=cv2.INTER_AREA), np.float32)
        seen = self._seen
        if seen is None or at_s - seen.at_s >= _SAME_S or float(cv2.absdiff(parts, seen.parts).max()) >= _SAME:
            seen = _Seen(at_s, parts, self._network.look(scene.frame.image))
            # One look must not count as many: what burns is looked at every time.
            self._seen = seen if seen.scores.either < self._threshold else None
        return seen.scores

    def _judge(self, at_s: float, asked: Confirmation) -> None:
        for words in (self._flames, self._whole):
            while words and at_s - words[0].at_s > _MEMORY_S:
                words.popleft()
        flames = _lasts(self._flames, at_s, asked.flame_s, least=asked.flame_looks)
        if flames or _lasts(self._whole, at_s, asked.smoke_s, least=asked.smoke_looks):
            self._active, self._burnt_s = True, at_s
        elif self._active and at_s - self._burnt_s >= self._rule.off_delay_s:
            self._active, self._evidence = False, {}


def _lasts(words: deque[_Word], at_s: float, span_s: float, *, least: int) -> bool:
    """Whether the newest words, back over at least `span_s`, are `least` or more and four in five say yes."""
    yes = total = 0
    for word in reversed(words):
        yes, total = yes + word.burns, total + 1
        if total >= least and at_s - word.at_s >= span_s - 1e-6 and word.burns:
            return 5 * yes >= 4 * total
    return False


def _filled(scene: Scene) -> float:
    """Share of the picture that tracked boxes fill."""
    width, height = size_of(scene)
    boxes = (track.xyxy_px for track in scene.tracks)
    return sum((right - left) * (bottom - top) for left, top, right, bottom in boxes) / (width * height)
