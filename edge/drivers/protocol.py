"""What every driver gives: samples of a device's points."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from lamplighter.contract.records import Quality


class Sample(NamedTuple):
    """One value of one point as read; a bad quality carries no value. `said_ms` is when the device itself says it measured."""

    device: str
    point: str
    at_ms: int
    value: float | None
    quality: Quality = "good"
    said_ms: int | None = None


class PointPlan(NamedTuple):
    """A point of a device and how often it is read."""

    point: str
    every_s: float


class Link(Protocol):
    """An opened bus."""

    @property
    def connected(self) -> bool:
        """Whether reads may be tried."""

    async def connect(self) -> None:
        """Reach the bus; raises Unavailable."""

    async def read(self, device: str, points: Sequence[str]) -> list[Sample]:
        """What the device says of these points, nothing where it had nothing new to say; Unavailable when it does not answer."""

    def close(self) -> None:
        """Let go of the bus; safe to call more than once."""
