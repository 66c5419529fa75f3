"""A luminaire says that its lamp has failed."""

from collections import defaultdict
from typing import Final, Literal

from pydantic import Field

from edge.drivers.protocol import Sample
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

    def watch(self) -> "LampFailureWatch":
        """A memory for every luminaire that will be seen."""
        return LampFailureWatch(self)


class _Lamp:
    """What is remembered of one luminaire: its level, since when it contradicts it, and its last other values.

    The level is unknown at first: calling a lamp sound because the agent has only just started would clear a true failure.
    """

    def __init__(self) -> None:
        self.active: bool | None = None
        self.says_failed: bool | None = None
        self.differs_since_ms: int | None = None
        self.seen: dict[str, EvidenceNumber] = {}


class LampFailureWatch:
    """Follows each luminaire by itself."""

    def __init__(self, rule: LampFailure) -> None:
        self._rule = rule
        self._lamps: defaultdict[str, _Lamp] = defaultdict(_Lamp)

    def observe(self, sample: Sample) -> Level | None:
        """The level of the sample's luminaire; None when it is not known yet or the sample does not speak of it.

        Evidence: the dimming level and power last seen.
        """
        if sample.value is None or sample.quality != "good":
            return None
        if sample.point in CONTEXT:
            self._lamps[sample.device].seen[sample.point] = sample.value
        if sample.point != POINT:
            return None
        lamp, rule = self._lamps[sample.device], self._rule
        self._settle(lamp, sample.at_ms, says_failed=sample.value >= 0.5)
        if lamp.active is None:
            return None
        return Level(rule.kind, rule.name, sample.device, active=lamp.active, at_ms=sample.at_ms, evidence=dict(lamp.seen))

    def _settle(self, lamp: _Lamp, at_ms: int, *, says_failed: bool) -> None:
        if says_failed == lamp.active:
            lamp.differs_since_ms = None
            return
        if lamp.says_failed != says_failed or lamp.differs_since_ms is None or at_ms < lamp.differs_since_ms:
            # A clock set back starts the delay again rather than stretching it.
            lamp.differs_since_ms = at_ms
        lamp.says_failed = says_failed
        delay_s = self._rule.on_delay_s if says_failed else self._rule.off_delay_s
        if at_ms - lamp.differs_since_ms >= delay_s * 1000:
            lamp.active = says_failed
            lamp.differs_since_ms = None
