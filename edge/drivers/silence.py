"""Whether a device answers: said once when it stops and once when it returns."""

from collections.abc import Callable

from edge.drivers.bus import Bus
from edge.rules.protocol import Level
from lamplighter.runtime.backoff import Backoff
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.logs import logger

KIND = "sensor_silent"


class DeviceWatch:
    """One device's answers. Its first answer clears the level too: it may have been raised before a restart."""

    def __init__(self, device: str, *, bus: Bus, clock: Clock, on_level: Callable[[Level], None]) -> None:
        self.device = device
        self.tried_s = 0.0
        self._bus = bus
        self._clock = clock
        self._on_level = on_level
        self._log = logger(bus=bus.id, device=device)
        self._backoff = Backoff(first_s=bus.poll_s, most_s=max(bus.poll_s, bus.retry_most_s))
        self._failing_since_s: float | None = None
        self._retry_at_s = 0.0
        self._silent: bool | None = None

    @property
    def failing(self) -> bool:
        """Whether it gave no answer the last time."""
        return self._failing_since_s is not None

    def ready(self) -> bool:
        """Whether it may be read now; a silent device is left alone for a while."""
        return self._bus.pushed or not self._silent or self._clock.monotonic() >= self._retry_at_s

    def answered(self) -> None:
        """It answered: no longer silent."""
        self._failing_since_s = None
        self._backoff.reset()
        if self._silent:
            self._log.info("device_available")
        if self._silent is not False:
            self._silent = False
            self._publish({"bus": self._bus.id})

    def failed(self, reason: str) -> None:
        """It did not answer; silent once that has lasted long enough."""
        now_s = self._clock.monotonic()
        if self._failing_since_s is None:
            self._failing_since_s = now_s
        if not self._silent and now_s - self._failing_since_s < self._bus.silent_after_s:
            return
        self._retry_at_s = now_s + self._backoff.next_s()
        if not self._silent:
            self._silent = True
            self._log.warning("device_unavailable", reason=reason)
            self._publish({"bus": self._bus.id, "reason": reason})

    def retry_now(self) -> None:
        """Forget the wait: what kept it silent has changed."""
        self._retry_at_s = 0.0
        self._backoff.reset()

    def _publish(self, evidence: dict[str, str]) -> None:
        level = Level(KIND, KIND, self.device, active=bool(self._silent), at_ms=self._clock.now_ms(), evidence=evidence)
        self._on_level(level)
