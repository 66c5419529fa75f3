"""Whether a camera is there, said once when that changes."""

import threading
from typing import Literal

from edge.rules.protocol import Level, Publish
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.logs import logger

State = Literal["connecting", "online", "offline", "ended"]


class Link:
    """Logged and published on a change, from whichever thread sees it first."""

    def __init__(self, camera: str, publish: Publish, clock: Clock) -> None:
        self.state: State = "connecting"
        self.reason = ""
        self._camera = camera
        self._publish = publish
        self._clock = clock
        self._lock = threading.Lock()
        self._log = logger(camera=camera)

    def found(self) -> None:
        """A frame came."""
        if self.state == "online":
            return
        with self._lock:
            self.state, self.reason = "online", ""
            self._log.info("camera_available")
            self._publish(self._level(active=False))

    def lost(self, reason: str) -> None:
        """It does not open, broke off or fell silent."""
        with self._lock:
            if self.state != "offline":
                self._log.warning("camera_unavailable", reason=reason)
                self._publish(self._level(active=True, reason=reason))
            self.state, self.reason = "offline", reason

    def over(self) -> None:
        """It played once and is over."""
        with self._lock:
            self.state = "ended"
            self._log.info("camera_ended")

    def _level(self, *, active: bool, reason: str = "") -> Level:
        evidence = {"reason": reason} if reason else {}
        return Level("camera_offline", "camera_offline", self._camera, active, self._clock.now_ms(), evidence)
