"""Somebody who stood a moment ago lies on the floor and does not get up."""

from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from edge.detectors.boxes import contained
from edge.rules.base import VideoRule, box_evidence, size_of
from edge.rules.lying import Box, Floor, Standing, lying_boxes, turned_boxes
from edge.rules.protocol import Level, Scene, Track
from lamplighter.contract.records import EvidenceNumber
from lamplighter.site.model import Name

_UPRIGHT: Final = 1.25
"""Height over width from which a box is a person who stands or walks."""
_UP_DROP: Final = 0.2
"""A head no lower than this share of the height is still up."""
_QUICK_S: Final = 1.3
"""From the last moment up to the first down: a fall takes half to eight tenths of a second, lying down by will two and more."""
_MEMORY_S: Final = 3.0
_GIVE_UP_S: Final = 4.0
_MOST_TURNED: Final = 12
"""Looks at the turned picture for one person; each costs two passes."""
_BEFORE_S: Final = 0.3
"""The floor is compared with what it was so long before the person was last seen up."""
_NEW: Final = 0.25
"""So much of the place must look otherwise than before."""
_SAME_BODY: Final = 0.5
_STILL: Final = 0.3
"""Somebody on the floor moves less than this share of their height from picture to picture."""


class Fall(VideoRule):
    """What the operator writes."""

    kind: Literal["fall"] = "fall"
    name: Name = Field("fall", description="name of the rule, unique for its camera")
    still_s: float = Field(1.0, ge=0.4, le=60, description="how long somebody must lie until it is a fall")
    hold_s: float = Field(20.0, ge=0, le=3600, description="how long it holds after somebody on the floor was last seen")

    def watch(self) -> "FallWatch":
        """The rule at work."""
        return FallWatch(self)


class _Person:
    """One person from standing to lying."""

    def __init__(self, track: Track, at_s: float) -> None:
        self.id = track.id
        self.heights: list[tuple[float, Box]] = [(at_s, track.xyxy_px)]
        self.standing = Standing(track.xyxy_px)
        self.up_s = at_s
        self.down_s: float | None = None
        self.looks = 0
        self.turned = 0
        self.witnessed = self.sank = False
        self.lying: list[tuple[float, Box]] = []

    def see(self, box: Box, at_s: float) -> None:
        """A box of the track: remember it; it is up where the head has not sunk."""
        self.heights = [one for one in self.heights if at_s - one[0] <= _MEMORY_S] + [(at_s, box)]
        upright = box[3] - box[1] >= _UPRIGHT * (box[2] - box[0])
        if upright and self.standing.drop(box) < _UP_DROP:
            self.up_s, self.down_s, self.looks, self.turned = at_s, None, 0, 0
            self.lying, self.witnessed, self.sank = [], False, False
            self.standing = Standing(max((one for _at, one in self.heights), key=lambda one: one[3] - one[1]))
            recent = self.heights[-1][1]
            if recent[3] - recent[1] >= 0.85 * self.standing.height_px:
                self.standing = Standing(recent)
        else:
            self.sank = True


class FallWatch:
    """What the program remembers: who stood where a moment ago, and who lies there now."""

    labels = frozenset({"person"})

    def __init__(self, rule: Fall) -> None:
        self.name, self.zone = rule.name, rule.zone
        self._rule = rule
        self._people: dict[int, _Person] = {}
        self._stood: list[tuple[float, Box]] = []
        self._floor = Floor()
        self._fallen: _Person | None = None
        self._seen_s = 0.0
        self._evidence: dict[str, EvidenceNumber] = {}

    def observe(self, scene: Scene) -> Level:
        """Active once somebody has lain for `still_s`, until they stand again or `hold_s` after they were last seen to lie."""
        at_s = scene.frame.media_s
        self._floor.see(scene.frame.image, at_s)
        self._follow(scene, at_s)
        if not self._rule.is_armed(scene.frame.at_ms):
            self._fallen = None
        if self._fallen is None:
            self._search(scene, at_s)
        else:
            self._keep(scene, at_s)
        active = self._fallen is not None
        return Level(self._rule.kind, self.name, scene.camera, active, scene.frame.at_ms, self._evidence if active else {})

    def _follow(self, scene: Scene, at_s: float) -> None:
        for track in scene.tracks:
            if track.label not in self.labels:
                continue
            left, top, right, bottom = track.xyxy_px
            upright = bottom - top >= _UPRIGHT * (right - left)
            if track.id in self._people:
                self._people[track.id].see(track.xyxy_px, at_s)
            elif upright:
                self._people[track.id] = _Person(track, at_s)
            if upright:
                self._stood.append((at_s, track.xyxy_px))
        self._stood = [one for one in self._stood if at_s - one[0] <= 2 * _GIVE_UP_S]
        self._people = {id_: one for id_, one in self._people.items() if at_s - one.up_s <= _GIVE_UP_S}

    def _search(self, scene: Scene, at_s: float) -> None:
        for person in list(self._people.values()):
            if person.up_s >= at_s or not self._rule.stands_in(Track(0, "person", 1.0, person.standing.box), size_of(scene)):
                continue
            if self._lies(person, scene, at_s) and self._confirmed(person, at_s):
                self._fallen, self._seen_s = person, at_s
                self._evidence = {
                    "descent_s": round((person.down_s or at_s) - person.up_s, 2),
                    "box": box_evidence(person.lying[-1][1], size_of(scene)),
                    "zone": self._rule.zone_evidence(),
                }
                return

    def _lies(self, person: _Person, scene: Scene, at_s: float) -> bool:
        """Whether this picture shows the person on the floor; the cheapest witness first. Another view witnesses nothing."""
        others = self._others(person, scene)
        person.looks += 1
        before_s = person.up_s - _BEFORE_S
        if not self._floor.same_view(person.standing, before_s=before_s):
            return False
        boxes = self._new(lying_boxes(scene, person.standing, others), before_s)
        # Two more passes only for somebody seen to sink, or where something new lies still: not for all who walk out of sight.
        on_floor = [] if boxes else self._new_on_the_floor(person, before_s, others)
        if not boxes and (person.sank or on_floor) and person.turned < _MOST_TURNED and scene.look is not None:
            person.turned += 1
            boxes = self._new(turned_boxes(scene.frame.image, scene.look, person.standing, others), before_s)
        person.witnessed = person.witnessed or bool(boxes)
        boxes = boxes or on_floor
        if not boxes:
            return False
        last = person.lying[-1][1] if person.lying else boxes[0]
        nearest = min(boxes, key=lambda box: _apart(box, last))
        moved = _apart(nearest, last) > _STILL * person.standing.height_px and _shared(nearest, last) < _SAME_BODY
        if person.lying and moved:
            person.lying = []  # still falling, or crawling
        person.down_s = at_s if person.down_s is None else person.down_s
        person.lying.append((at_s, nearest))
        return True

    def _new_on_the_floor(self, person: _Person, before_s: float, others: NDArray[np.float32]) -> list[Box]:
        stood = [box for seen_s, box in self._stood if seen_s >= before_s - 1.0]
        taken = np.concatenate([others, np.array(stood, np.float32).reshape(-1, 4)])
        found = self._floor.lies_something(person.standing, before_s=before_s, taken=taken)
        return [] if found is None else [found]

    def _new(self, boxes: list[Box], before_s: float) -> list[Box]:
        return [box for box in boxes if self._floor.new_share(box, before_s=before_s) >= _NEW]

    def _confirmed(self, person: _Person, at_s: float) -> bool:
        """Down quickly, recognised as a person at least once, and seen lying in half of the pictures since, for `still_s`."""
        quick = person.down_s is not None and person.down_s - person.up_s <= _QUICK_S
        lain_s = at_s - person.lying[0][0]
        return quick and person.witnessed and lain_s >= self._rule.still_s - 1e-6 and 2 * len(person.lying) >= person.looks

    def _keep(self, scene: Scene, at_s: float) -> None:
        """Hold without a live box; over when the person is up again or long gone."""
        person = self._fallen
        if person is None:
            return
        boxes = lying_boxes(scene, person.standing, self._others(person, scene))
        if boxes:
            self._seen_s = at_s
        risen = person.id in self._people and self._people[person.id].up_s > self._seen_s
        if risen or at_s - self._seen_s > self._rule.hold_s:
            self._fallen = None
            self._people.pop(person.id, None)

    def _others(self, person: _Person, scene: Scene) -> NDArray[np.float32]:
        """(n, 4) boxes of people who are up, without this one."""
        boxes = [
            track.xyxy_px
            for track in scene.tracks
            if track.id != person.id and track.xyxy_px[3] - track.xyxy_px[1] >= _UPRIGHT * (track.xyxy_px[2] - track.xyxy_px[0])
        ]
        return np.array(boxes, np.float32).reshape(-1, 4)


def _apart(one: Box, other: Box) -> float:
    """Pixels between the middles of two boxes."""
    return float(np.hypot(one[0] + one[2] - other[0] - other[2], one[1] + one[3] - other[1] - other[3])) / 2


def _shared(one: Box, other: Box) -> float:
    """Intersection over the smaller box's area."""
    return float(contained(np.array([one], np.float32), np.array([other], np.float32))[0, 0])
