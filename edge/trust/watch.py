"""Looks at every reading on its way: gives it the quality it deserves, and says once when a sensor is no longer to be trusted."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Final, Literal, NamedTuple

from pydantic import Field

from edge.drivers.protocol import Sample
from edge.rules.protocol import Level
from edge.trust.checks import Noisy, Repeated, Stuck
from edge.trust.drifting import Drifting
from edge.trust.memory import Memory
from edge.trust.table import LIMITS, Limits
from lamplighter.contract.points import fault_of_value
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.settings import Settings

Reason = Literal["stuck", "no_value", "out_of_range", "noisy", "drifting", "clock_skewed", "calibration_out_of_date"]
KIND_OF: Final[dict[Reason, str]] = {"stuck": "sensor_stuck", "no_value": "sensor_silent"}
OTHER_KIND: Final = "sensor_untrusted"
OF_DEVICE: Final[tuple[Reason, ...]] = ("clock_skewed", "calibration_out_of_date")
BLINDING: Final[frozenset[Reason]] = frozenset({"stuck", "out_of_range", "noisy"})
"""With these a value says nothing about its room; with the others it is merely less exact."""
_NEIGHBOUR_MS: Final = 600_000
_NEVER: Final = Limits(float("-inf"), float("inf"))


class TrustSettings(Settings):
    """When a sensor is no longer believed; what readings may look like is a table (docs/sensors.md)."""

    stuck_after_s: float = Field(
        900.0, gt=0, description="a reading that rests so long after its room's others have moved is a stuck sensor's"
    )
    no_value_after_s: float = Field(60.0, gt=0, description="a device that answers without a value for so long is silent")
    clock_skew_s: float = Field(120.0, gt=0, description="how far a device's own clock may be off")


class Known(NamedTuple):
    """What trust needs to know of a device."""

    space: str
    calibrated_until: date | None


class Judged(NamedTuple):
    """A reading with the quality it deserves, and why."""

    sample: Sample
    reasons: frozenset[Reason]


class _Point:
    """What is remembered of one point of one device."""

    def __init__(self, point: str, settings: TrustSettings, memory: Memory, key: str) -> None:
        self.limits = LIMITS.get(point, _NEVER)
        self.range, self.clock = Repeated(), Repeated()
        self.noisy = Noisy(self.limits)
        self.stuck = Stuck(self.limits.still, after_s=settings.stuck_after_s) if self.limits.still is not None else None
        self.drifting = Drifting(self.limits.drift, memory.days(key)) if self.limits.drift is not None else None
        self.none_since_ms: int | None = None
        self.said: dict[str, tuple[bool, str]] = {}

    def answers(self) -> dict[Reason, bool | None]:
        """What is known by now."""
        return {
            "stuck": self.stuck.holds if self.stuck is not None else False,
            "out_of_range": self.range.holds,
            "noisy": self.noisy.holds if self.limits.noise is not None else False,
            "drifting": self.drifting.days.holds if self.drifting is not None else False,
            "clock_skewed": self.clock.holds,
        }


class Trust:
    """Judges the readings of a gateway's devices."""

    def __init__(
        self,
        settings: TrustSettings,
        devices: Mapping[str, Known],
        *,
        clock: Clock,
        on_level: Callable[[Level], None],
        memory_file: Path | None = None,
    ) -> None:
        self._settings = settings
        self._devices = devices
        self._clock = clock
        self._on_level = on_level
        self._memory = Memory(memory_file)
        self._points: dict[tuple[str, str], _Point] = {}
        self._said: dict[tuple[str, Reason], bool] = {}
        self._newest: dict[tuple[str, str], dict[str, tuple[int, float]]] = defaultdict(dict)

    def judge(self, sample: Sample) -> Judged:
        """The reading as it goes on: without its value where that cannot be, of uncertain quality where trust is gone."""
        key = (sample.device, sample.point)
        if key not in self._points:
            self._points[key] = _Point(sample.point, self._settings, self._memory, "/".join(key))
        point = self._points[key]
        if sample.value is not None and fault_of_value(sample.point, sample.value) is not None:
            sample = sample._replace(value=None, quality="bad")
            point.range.see(True)
        reasons = self._without_value(point, sample) if sample.value is None else self._with_value(point, sample, sample.value)
        if sample.quality == "good" and reasons:
            sample = sample._replace(quality="uncertain")
        return Judged(sample, frozenset(reasons))

    def _without_value(self, point: _Point, sample: Sample) -> list[Reason]:
        if point.none_since_ms is None or sample.at_ms < point.none_since_ms:
            point.none_since_ms = sample.at_ms
        lasting = sample.at_ms - point.none_since_ms >= self._settings.no_value_after_s * 1000
        if lasting:
            self._say(point, sample, "sensor_silent", active=True, why="no_value")
        return []

    def _with_value(self, point: _Point, sample: Sample, value: float) -> list[Reason]:
        point.none_since_ms = None
        self._say(point, sample, "sensor_silent", active=False)
        others = self._others(sample)
        self._newest[self._place(sample)][sample.device] = (sample.at_ms, value)
        outside = not point.limits.low <= value <= point.limits.high
        point.range.see(outside)
        point.noisy.see(sample.at_ms, value)
        if sample.said_ms is not None:
            point.clock.see(abs(sample.said_ms - self._clock.now_ms()) > self._settings.clock_skew_s * 1000)
        if point.stuck is not None:
            point.stuck.see(sample.at_ms, value, others)
        if point.drifting is not None and point.drifting.see(sample.at_ms, value, others):
            self._memory.keep(f"{sample.device}/{sample.point}", point.drifting.days)
        found = self._tell(point, sample)
        return [*found, "out_of_range"] if outside and "out_of_range" not in found else found

    def _tell(self, point: _Point, sample: Sample) -> list[Reason]:
        """Say what is known; returns the reasons that hold."""
        answers = point.answers()
        if answers["drifting"]:
            answers["drifting"] = self._stands_out(point, sample)
        until = self._devices[sample.device].calibrated_until if sample.device in self._devices else None
        answers["calibration_out_of_date"] = until is not None and self._clock.now().date() > until
        reasons = [reason for reason, holds in answers.items() if holds]
        for reason in OF_DEVICE:
            self._say_of_device(sample, reason, holds=answers[reason])
        if answers["stuck"] is not None:
            self._say(point, sample, "sensor_stuck", active=answers["stuck"], why="stuck")
        other = [reason for reason in reasons if reason not in KIND_OF and reason not in OF_DEVICE]
        if other or answers["out_of_range"] is not None:
            self._say(point, sample, OTHER_KIND, active=bool(other), why=",".join(other))
        return reasons

    def _stands_out(self, point: _Point, sample: Sample) -> bool:
        """Whether no other of the room has walked farther: who is compared with a faulty neighbour seems to walk away too."""
        names = self._newest[self._place(sample)]
        others = [self._points[name, sample.point].drifting for name in names if name != sample.device]
        own = point.drifting.deviation if point.drifting is not None else 0.0
        return all(other is None or other.deviation <= own for other in others)

    def _say(self, point: _Point, sample: Sample, kind: str, *, active: bool, why: str = "") -> None:
        """Once for each change: whether it holds, and why."""
        word = (active, why if active else "")
        if point.said.get(kind) != word:
            point.said[kind] = word
            evidence = {"point": sample.point, **({"trust": why} if active else {})}
            self._on_level(Level(kind, sample.point, sample.device, active=active, at_ms=sample.at_ms, evidence=evidence))

    def _say_of_device(self, sample: Sample, reason: Reason, *, holds: bool | None) -> None:
        """What is wrong with all points of a device is one condition."""
        if holds is not None and self._said.get((sample.device, reason)) != holds:
            self._said[sample.device, reason] = holds
            evidence = {"trust": reason} if holds else {}
            self._on_level(Level(OTHER_KIND, reason, sample.device, active=holds, at_ms=sample.at_ms, evidence=evidence))

    def _place(self, sample: Sample) -> tuple[str, str]:
        known = self._devices.get(sample.device)
        return (known.space if known is not None else "", sample.point)

    def _others(self, sample: Sample) -> list[float]:
        """What the room's other sensors of the point said lately."""
        found = self._newest[self._place(sample)].items()
        return [value for name, (at_ms, value) in found if name != sample.device and abs(sample.at_ms - at_ms) <= _NEIGHBOUR_MS]
