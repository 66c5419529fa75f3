"""Conditions that one device's own values decide: smoke, gas, panic button, doors, cold, air, flicker, links, power."""

from collections.abc import Sequence
from typing import NamedTuple

from pydantic import Field, model_validator

from edge.drivers.protocol import Sample
from edge.drivers.register import PointName
from edge.rules.delays import Settled
from edge.rules.devices import Devices, Fitted
from edge.rules.point_table import AT_ONCE, ROWS, LimitKind, Line, Side
from edge.rules.protocol import Level
from lamplighter.runtime.settings import Settings
from lamplighter.site.model import Name


class PointLimit(Settings):
    """Holds while a point of a device lies beyond its limit; limits and delays are the table's unless given here."""

    kind: LimitKind = Field(description="the condition; docs/sensors.md has the table of limits and delays")
    name: Name | None = Field(None, description="name of the rule; its kind when absent")
    devices: tuple[Name, ...] = Field((), description="devices it follows; every one that has such a point when absent")
    above: dict[PointName, float] = Field({}, description="upper limits in place of the table's, such as { co2_ppm = 1200 }")
    below: dict[PointName, float] = Field({}, description="lower limits in place of the table's")
    on_delay_s: float | None = Field(None, ge=0, le=86_400, description="seconds beyond the limit before it counts")
    off_delay_s: float | None = Field(None, ge=0, le=86_400, description="seconds back inside before it is over")

    @model_validator(mode="after")
    def _sound(self) -> "PointLimit":
        problems = []
        if self.kind in AT_ONCE and self.on_delay_s:
            problems.append(f"on_delay_s = {self.on_delay_s:g}: {self.kind} is told at once; remove it")
        sides: dict[Side, dict[str, float]] = {"above": dict(self.above), "below": dict(self.below)}
        for side, given in sides.items():
            known = sorted(line.point for line in ROWS[self.kind].lines if line.side == side)
            problems += [f"{side}: {self.kind} has no limit for {point}; it has {known}" for point in given if point not in known]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @property
    def called(self) -> str:
        """The rule's name."""
        return self.name or self.kind

    def limit(self, line: Line) -> float:
        """The limit in force: given here, else the table's."""
        return (self.above if line.side == "above" else self.below).get(line.point, line.limit)

    def watch(self, devices: Devices) -> "PointLimitWatch":
        """A memory for every device it follows."""
        return PointLimitWatch(self, devices)


class _Followed(NamedTuple):
    """One line of one device, and the value last heard."""

    line: Line
    settled: Settled
    seen: dict[str, float]


class PointLimitWatch:
    """Follows each device by itself; a device's level holds while any of its lines does."""

    def __init__(self, rule: PointLimit, devices: Devices) -> None:
        self._rule = rule
        row = ROWS[rule.kind]
        on_s = row.on_s if rule.on_delay_s is None else rule.on_delay_s
        off_s = row.off_s if rule.off_delay_s is None else rule.off_delay_s
        self._fitted = {name: fitted for name, fitted in devices.items() if not rule.devices or name in rule.devices}
        self._followed = {
            name: [_Followed(line, Settled(on_s=on_s, off_s=off_s), {}) for line in row.lines if _is_about(line, fitted)]
            for name, fitted in self._fitted.items()
        }

    def observe(self, sample: Sample) -> Level | None:
        """A life-safety signal counts whatever its quality; it ends only by a good word, and other conditions need one."""
        lines = [one for one in self._followed.get(sample.device, ()) if one.line.point == sample.point]
        if not lines or sample.value is None:
            return None
        for line, settled, seen in lines:
            beyond = _beyond(sample.value, line, self._rule.limit(line), held=bool(settled.active))
            if sample.quality == "good" or (beyond and self._rule.kind in AT_ONCE):
                seen["value"] = sample.value
                settled.update(says=beyond, at_ms=sample.at_ms)
        return self._level(sample.device, sample.at_ms)

    def tick(self, at_ms: int) -> Sequence[Level]:
        """For devices that speak only of changes, the last word stands until the next."""
        levels = []
        for name, followed in self._followed.items():
            if self._fitted[name].speaks and followed:
                for one in followed:
                    one.settled.go_on(at_ms)
                levels.append(self._level(name, at_ms))
        return [level for level in levels if level is not None]

    def _level(self, device: str, at_ms: int) -> Level | None:
        followed = [one for one in self._followed[device] if one.settled.active is not None]
        if not followed:
            return None
        telling = [one for one in followed if one.settled.active] or followed
        evidence = {one.line.point: one.seen["value"] for one in telling}
        active = any(one.settled.active for one in followed)
        return Level(self._rule.kind, self._rule.called, device, active=active, at_ms=at_ms, evidence=evidence)


def _is_about(line: Line, fitted: Fitted) -> bool:
    return line.of is None or line.of == fitted.kind


def _beyond(value: float, line: Line, limit: float, *, held: bool) -> bool:
    """Beyond the limit; once held, until it is `deadband` inside."""
    inside = line.deadband if held else 0.0
    return value > limit - inside if line.side == "above" else value < limit + inside
