"""What every bus kind has in common: its name, its rhythm and its patience."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from edge.drivers.protocol import Link, PointPlan
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.settings import Settings
from lamplighter.site.model import Name


class Bus(Settings):
    """Devices that are polled one after another."""

    pushed: ClassVar[bool] = False
    """Whether its devices speak by themselves: listening to a silent one costs nothing, so nobody waits before doing it again."""

    id: Name = Field(description="name of the bus in logs and evidence")
    poll_s: float = Field(1.0, ge=0.05, le=3600, description="seconds between polls; late polls are skipped, never doubled")
    timeout_s: float = Field(0.5, gt=0, le=60, description="seconds a device has to answer")
    silent_after_s: float = Field(3.0, ge=0, description="seconds without an answer after which a device is called silent")
    retry_most_s: float = Field(10.0, gt=0, description="longest wait before a silent device or bus is tried again")

    def check(self) -> None:
        """Raises SettingsError for what is wrong with this machine and no time mends."""

    @abstractmethod
    def plan(self) -> Mapping[str, tuple[PointPlan, ...]]:
        """Device id -> its points and how often each is read."""

    @abstractmethod
    def open(self, clock: Clock) -> Link:
        """The bus, not yet connected; called with an event loop running."""
