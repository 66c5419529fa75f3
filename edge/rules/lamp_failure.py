"""A luminaire says that its lamp has failed."""

from collections.abc import Sequence
from typing import Final, Literal

from pydantic import Field

from edge.drivers.protocol import Sample
from edge.rules.delays import Settled
from edge.rules.devices import NO_DEVICES, Devices
from edge.rules.protocol import Level
from lamplighter.contract.records import EvidenceNumber
from lamplighter.runtime.settings import Settings
from lamplighter.site.model import Name

POINT: Final = "lamp_failure"
CONTEXT: Final = ("dimming_level_pct", "active_power_w")
"""Points that explain a failure."""


class LampFailure(Settings):
    """Holds once a luminaire has said "lamp failure" without a break for `on_delay_s`."""

    kind: Literal["lamp_failure"] = "lamp_failure"
    name: Name = "lamp-failure"
    on_delay_s: float = Field(3.0, ge=0, le=3600, description="seconds the luminaire must say so before it counts")
    off_delay_s: float = Field(3.0, ge=0, le=3600, description="seconds it must deny it before the failure is over")

    def watch(self, devices: Devices = NO_DEVICES) -> "LampFailureWatch":  # noqa: ARG002 - it follows whoever speaks of a lamp
        """A memory for every luminaire that will be seen."""
        return LampFailureWatch(self)


class _Lamp:
    """What is remembered of one luminaire: whether it has failed, and its last other values."""

    def __init__(self, rule: LampFailure) -> None:
        self.failed = Settled(on_s=rule.on_delay_s, off_s=rule.off_delay_s)
        self.seen: dict[str, EvidenceNumber] = {}


class LampFailureWatch:
    """Follows each luminaire by itself."""

    def __init__(self, rule: LampFailure) -> None:
        self._rule = rule
        self._lamps: dict[str, _Lamp] = {}

    def observe(self, sample: Sample) -> Level | None:
        """The level of the sample's luminaire; None when it is not known yet or the sample does not speak of it.

        Evidence: the dimming level and power last seen.
        """
        if sample.value is None or sample.quality != "good" or sample.point not in (POINT, *CONTEXT):
            return None
        lamp = self._lamps.setdefault(sample.device, _Lamp(self._rule))
        if sample.point in CONTEXT:
            lamp.seen[sample.point] = sample.value
            return None
        lamp.failed.update(says=sample.value >= 0.5, at_ms=sample.at_ms)
        return self._level(sample.device, lamp, sample.at_ms)

    def tick(self, at_ms: int) -> Sequence[Level]:  # noqa: ARG002 - the protocol's shape
        """Nothing: a luminaire that is not heard has neither failed nor recovered."""
        return ()

    def _level(self, device: str, lamp: _Lamp, at_ms: int) -> Level | None:
        if lamp.failed.active is None:
            return None
        rule = self._rule
        return Level(rule.kind, rule.name, device, active=lamp.failed.active, at_ms=at_ms, evidence=dict(lamp.seen))
