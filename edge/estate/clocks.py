"""Cameras' clocks: asked of those that speak ONVIF, and stored for each camera that tells its time in any way."""

from collections.abc import Sequence
from typing import Final

from edge.cameras.protocol import Camera
from edge.cameras.rtsp import RtspCamera
from edge.drivers.protocol import Sample
from edge.estate.watch import TakeSamples
from edge.onvif.device import Device, device_url
from edge.watchers.protocol import Watch
from lamplighter.contract.errors import Unavailable
from lamplighter.runtime.clock import Clock

EVERY_S: Final = 300.0
"""A clock drifts by seconds a day; verdicts want a word in each ten minutes."""


class CameraClocks:
    """Asks one camera after the other; used by one thread."""

    def __init__(self, watches: Sequence[Watch], *, clock: Clock, take: TakeSamples) -> None:
        self._watches = tuple(watches)
        self._clock = clock
        self._take = take

    def step(self) -> float:
        """Ask every camera; seconds to wait until the next round. A camera that does not answer is told of elsewhere."""
        for watch in self._watches:
            ahead_s = _ahead_s(watch.camera, self._clock)
            if ahead_s is not None:
                watch.clock_asked(ahead_s)
        now_ms = self._clock.now_ms()
        known = [(watch.camera.id, watch.clock_ahead_s()) for watch in self._watches]
        self._take([Sample(name, "clock_error_s", now_ms, abs(ahead_s)) for name, ahead_s in known if ahead_s is not None])
        return EVERY_S


def _ahead_s(camera: Camera, clock: Clock) -> float | None:
    if not isinstance(camera, RtspCamera) or camera.onvif is None:
        return None
    try:
        return Device(device_url(camera.onvif), clock=clock, timeout_s=camera.open_timeout_s).ahead_s()
    except Unavailable:
        return None
