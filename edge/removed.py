"""Conditions of what the settings no longer name: nothing at work will say that they are over, so the start does."""

from collections.abc import Iterator, Mapping
from typing import Final, get_args

from edge.evidence.stream import DETAIL
from edge.rules.base import VideoRule
from edge.rules.kinds import SensorRules, VideoRules
from edge.rules.point_limit import PointLimit
from edge.rules.protocol import Level
from edge.settings import GatewaySettings

_RULES: Final = (*get_args(VideoRules), *get_args(SensorRules))
_KINDS: Final = frozenset(kind for rule in _RULES for kind in get_args(rule.model_fields["kind"].annotation))
"""What rules raise; every other kind is raised of a camera, device or recorder by itself."""


def ends_of(known: Mapping[str, tuple[bool, int]], settings: GatewaySettings, *, at_ms: int) -> Iterator[Level]:
    """The end of each active level, by its id in the outbox, whose source, rule or stream is gone from the settings."""
    channels = {channel.camera for recorder in settings.recorders for channel in recorder.channels}
    sources = {*settings.spaces, *channels, settings.gateway}
    of_cameras = {(rule.kind, rule.camera, rule.name) for rule in settings.rules if isinstance(rule, VideoRule)}
    of_sensors = {(rule.kind, _name_of(rule)) for rule in settings.rules if not isinstance(rule, VideoRule)}
    streams = {camera.id for camera in settings.cameras if camera.evidence() is not None}
    for condition_id, (active, _since_ms) in known.items():
        kind, source, name = condition_id.split(":", 2)
        ruled = kind not in _KINDS or (kind, source, name) in of_cameras or (kind, name) in of_sensors
        there = source in sources and ruled and (name != DETAIL or source in streams)
        if active and not there:
            yield Level(kind, name, source, False, at_ms, {"reason": "no longer in the gateway's settings"})


def _name_of(rule: SensorRules) -> str:
    return rule.called if isinstance(rule, PointLimit) else rule.name
