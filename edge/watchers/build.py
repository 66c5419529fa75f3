"""From settings to watches and tapes, the same in the gateway's own process and in those that watch for it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from edge.cameras.kinds import CameraSettings
from edge.evidence.tape import Tape
from edge.inference import load_pool
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


def tapes_of(settings: GatewaySettings, cameras: Collection[str]) -> dict[str, Tape]:
    """A tape for each of these cameras; none where no clips are made."""
    given = settings.evidence
    if not given.clips:
        return {}
    length_s = given.before_s + given.after_s
    return {name: Tape(length_s=length_s, most_bytes=given.buffer_bytes, most_fps=given.fps) for name in cameras}


def watches_of(
    settings: GatewaySettings,
    cameras: Collection[str],
    *,
    tapes: Mapping[str, Tape],
    senses: Senses,
    publish: Publish,
    clock: Clock,
) -> Iterator[CameraWatch]:
    """A watch for each of these cameras, with one set of networks; raises SettingsError where the model is not as it should be."""
    if not cameras:
        return
    detector = load_pool(settings.detector, floor=HINT_SCORE)
    tracking = TrackingSettings(sure_score=detector.sure_score)
    for camera in settings.cameras:
        if camera.id in cameras:
            rules = rules_of(settings, camera.id)
            yield CameraWatch(
                camera,
                detector=detector,
                tracking=tracking,
                view=_view(camera, rules, senses)._replace(tape=tapes.get(camera.id)),
                rules=[rule.watch() for rule in rules],
                publish=publish,
                clock=clock,
            )


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
