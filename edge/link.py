"""Whether a camera is there: said once when it is lost, and once when it has been back for a while, however often it flapped."""

import threading
from typing import Final, Literal

from edge.rules.protocol import Level, Publish
from lamplighter.contract.records import EvidenceNumber
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.logs import logger

SILENT_S: Final = 15.0
"""A camera that gives nothing for so long is offline, whatever its connection says; longer than the adapters' own time-outs."""
State = Literal["connecting", "online", "offline", "ended"]


class Link:
    """Logged and published on a change, from whichever thread sees it first.

    A camera that was lost is there again once it has stayed for `steady_s`; until then losses are counted in one condition.
    `detail` names the one of its streams whose link this is, where it is not the one that is looked at. `losses` since it was last
    there for so long; who watched it before may have counted some.
    """

    def __init__(self, camera: str, publish: Publish, clock: Clock, *, steady_s: float, detail: str = "") -> None:
        self.state: State = "connecting"
        self.reason = ""
        self._camera = camera
        self._detail = detail
        self._publish = publish
        self._clock = clock
        self._steady_s = steady_s
        self.losses = 0
        self._steady_at_s = 0.0
        self._said: bool | None = None  # unknown: what an earlier start raised must still be cleared
        self._lock = threading.Lock()
        self._log = logger(camera=camera, **({"stream": detail} if detail else {}))

    def found(self) -> None:
        """A frame came."""
        if self.state == "online" and self._said is False:
            return
        with self._lock:
            if self.state != "online":
                self.state, self.reason = "online", ""
                self._steady_at_s = self._clock.monotonic() + (self._steady_s if self.losses else 0.0)
                self._log.info("camera_available")
            if self._clock.monotonic() >= self._steady_at_s:
                self._say(active=False)
                self.losses = 0

    def lost(self, reason: str) -> None:
        """It does not open, broke off or fell silent."""
        with self._lock:
            if self.state != "offline":
                self.losses += 1
                self._log.warning("camera_unavailable", reason=reason, count=self.losses)
                self._say(active=True, reason=reason)
            self.state, self.reason = "offline", reason

    def over(self) -> None:
        """It played once and is over."""
        with self._lock:
            self.state = "ended"
            self._log.info("camera_ended")

    def _say(self, *, active: bool, reason: str = "") -> None:
        self._said = active
        evidence: dict[str, EvidenceNumber] = {"detail": self._detail} if self._detail else {}
        evidence |= {"losses": self.losses} if self.losses else {}
        evidence |= {"reason": reason} if reason else {}
        name = self._detail or "camera_offline"
        self._publish(Level("camera_offline", name, self._camera, active, self._clock.now_ms(), evidence))
