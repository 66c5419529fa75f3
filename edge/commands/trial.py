"""What rules would have said of the boxes a camera gave in the last minutes: the rules themselves, on scenes without pixels."""

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from edge.rules.base import VideoRule, size_of
from edge.rules.crowding import Crowding
from edge.rules.geometry import Point, in_shares, inside
from edge.rules.intrusion import Intrusion
from edge.rules.kinds import VideoRules
from edge.rules.line_crossing import LineCrossing
from edge.rules.loitering import Loitering
from edge.rules.protocol import Scene, Track, VideoWatch
from lamplighter.contract.records import RuleTrial, WouldRaise

REPLAYABLE: Final = (Intrusion, Loitering, Crowding, LineCrossing)
"""Those that need boxes alone; a fall, fire or tampering shows in pixels, which are not kept."""
_MOST_TOLD: Final = 20
_GRID: Final = 5
"""Points across a box by which it is judged how much of it a mask hides."""


class Tried(NamedTuple):
    """What was looked at, and what each rule would have said of it."""

    from_ms: int
    until_ms: int
    pictures: int
    rules: list[RuleTrial]


def try_rules(rules: Sequence[VideoRules], masks: Sequence[tuple[Point, ...]], scenes: Iterable[Scene]) -> Tried:
    """Each rule on all scenes, as if it were always armed; people hidden by half or more by a privacy mask are left out.

    The boxes were found under the masks then in force: a mask taken away shows nobody it hid.
    """
    tries = {number: _Try(rule) for number, rule in enumerate(rules) if isinstance(rule, REPLAYABLE)}
    from_ms = until_ms = pictures = 0
    for scene in scenes:
        seen = scene._replace(tracks=tuple(track for track in scene.tracks if not _hidden(track, masks, size_of(scene))))
        from_ms, until_ms = from_ms if pictures else scene.frame.at_ms, scene.frame.at_ms
        pictures += 1
        for one in tries.values():
            one.see(seen)
    outcomes = [_outcome(number, rule, tries.get(number)) for number, rule in enumerate(rules)]
    return Tried(from_ms, until_ms, pictures, outcomes)


class _Try:
    """One rule at work, and each time it began to hold."""

    def __init__(self, rule: VideoRule) -> None:
        self._rule = rule
        self._watch: VideoWatch = rule.model_copy(update={"armed": None}).watch()  # type: ignore[attr-defined] # each kind has it
        self._active = False
        self.count = 0
        self.raised: deque[WouldRaise] = deque(maxlen=_MOST_TOLD)

    def see(self, scene: Scene) -> None:
        """The next scene."""
        level = self._watch.observe(scene)
        if level.active and not self._active:
            self.count += 1
            detail = str(level.evidence.get("detail", ""))
            self.raised.append(WouldRaise(at_ms=level.at_ms, armed=self._rule.is_armed(level.at_ms), detail=detail))
        elif self._active and not level.active:
            last = self.raised.pop()
            self.raised.append(WouldRaise(at_ms=last.at_ms, cleared_at_ms=level.at_ms, armed=last.armed, detail=last.detail))
        self._active = level.active


def _outcome(number: int, rule: VideoRules, tried: _Try | None) -> RuleTrial:
    if tried is None:
        return RuleTrial(rule=number, kind=rule.kind, name=rule.name, tried=False)
    return RuleTrial(
        rule=number, kind=rule.kind, name=rule.name, tried=True, count=tried.count, raised=list(reversed(tried.raised))
    )


def _hidden(track: Track, masks: Sequence[tuple[Point, ...]], size_px: tuple[int, int]) -> bool:
    """Whether half of the box or more lies under masks."""
    if not masks:
        return False
    left, top, right, bottom = track.xyxy_px
    steps = [(step + 0.5) / _GRID for step in range(_GRID)]
    points = [in_shares((left + x * (right - left), top + y * (bottom - top)), size_px) for x in steps for y in steps]
    return 2 * sum(any(inside(mask, point) for mask in masks) for point in points) >= len(points)
