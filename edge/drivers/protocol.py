"""What every driver gives: samples of a device's points."""

from typing import NamedTuple

from lamplighter.contract.records import Quality


class Sample(NamedTuple):
    """One value of one point as read; a bad quality carries no value."""

    device: str
    point: str
    at_ms: int
    value: float | None
    quality: Quality = "good"
