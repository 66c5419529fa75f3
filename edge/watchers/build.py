"""From settings to watches and tapes, the same in the gateway's own process and in those that watch for it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from edge.cameras.kinds import CameraSettings
from edge.evidence.large import LargeTape
from edge.evidence.stream import DETAIL, EvidenceStream
from edge.evidence.tape import Tape
from edge.evidence.tapes import Tapes
from edge.inference import load_pool
from edge.link import Link
from edge.masks import Masks
from edge.rules.base import VideoRule
from edge.rules.kinds import VideoRules
from edge.rules.protocol import Publish
from edge.rules.schedule import armed_at
from edge.senses import Senses
from edge.settings import GatewaySettings
from edge.tracking import TrackingSettings
from edge.view import View
from edge.watch import CameraWatch
from lamplighter.runtime.clock import Clock

HINT_SCORE: Final = 0.1
"""Boxes from this score on are hidden in stills, though no rule believes them."""


class Post(NamedTuple):
    """One camera: who watches it, and who keeps its large stream where it has one."""

    watch: CameraWatch
    stream: EvidenceStream | None

    def start(self) -> None:
        """Begin; returns at once."""
        self.watch.start()
        if self.stream is not None:
            self.stream.start()

    def stop(self) -> None:
        """End within 4 s. A source that hangs is left behind."""
        if self.stream is not None:
            self.stream.stop()
        self.watch.stop()


def tapes_of(settings: GatewaySettings, cameras: Collection[str]) -> dict[str, Tapes]:
    """Tapes of each of these cameras, in the settings' order; empty ones that nobody feeds where no clips are made."""
    given = settings.evidence
    length_s = given.before_s + given.after_s
    return {
        camera.id: Tapes(
            camera.id,
            Tape(length_s=length_s, most_bytes=given.buffer_bytes, most_fps=given.fps),
            LargeTape(length_s=length_s, most_bytes=given.buffer_bytes) if given.clips and camera.evidence() else None,
        )
        for camera in settings.cameras
        if camera.id in cameras
    }


def posts_of(
    settings: GatewaySettings, tapes: Mapping[str, Tapes], *, senses: Senses, publish: Publish, clock: Clock, losses: int = 0
) -> Iterator[Post]:
    """A post for each camera of these tapes, with one set of networks; raises SettingsError where the model is not right.

    `losses`: how often all of them were lost just before.
    """
    if not tapes:
        return
    detector = load_pool(settings.detector, floor=HINT_SCORE)
    tracking = TrackingSettings(sure_score=detector.sure_score)
    for camera in settings.cameras:
        if camera.id not in tapes:
            continue
        rules, kept = rules_of(settings, camera.id), tapes[camera.id]
        watch = CameraWatch(
            camera,
            detector=detector,
            tracking=tracking,
            view=_view(camera, rules, senses)._replace(tape=kept.small if settings.evidence.clips else None),
            rules=[rule.watch() for rule in rules],
            publish=publish,
            clock=clock,
        )
        watch.lost_before(losses)
        yield Post(watch, _stream(camera, watch, kept.large, publish=publish, clock=clock))


def _stream(
    camera: CameraSettings, watch: CameraWatch, tape: LargeTape | None, *, publish: Publish, clock: Clock
) -> EvidenceStream | None:
    connect = camera.evidence()
    if connect is None or tape is None:
        return None
    link = Link(camera.id, publish, clock, steady_s=camera.steady_s, detail=DETAIL)
    return EvidenceStream(f"evidence {camera.id}", connect, tape=tape, watch=watch, link=link, clock=clock)


def rules_of(settings: GatewaySettings, camera: str) -> Sequence[VideoRules]:
    """What is looked for on this camera."""
    return [rule for rule in settings.rules if isinstance(rule, VideoRule) and rule.camera == camera]


def any_armed(rules: Sequence[VideoRules], at_ms: int) -> bool:
    """Whether any rule of a camera is on watch at this moment; a camera without rules is not."""
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    return any(armed_at(rule.armed, at, ZoneInfo(rule.time_zone)) for rule in rules)


def _view(camera: CameraSettings, rules: Sequence[VideoRules], senses: Senses) -> View:
    masks = Masks(privacy=camera.privacy_masks, motion=camera.motion_masks)
    return View(camera.attention, masks, partial(any_armed, rules), partial(senses.of, camera.space))
