"""What sensor rules know of the devices they follow, and what they are at work."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple, Protocol

from edge.drivers.protocol import Sample
from edge.rules.protocol import Level
from lamplighter.site.model import DeviceKind


class Fitted(NamedTuple):
    """A device in its place; one that `speaks` by itself says nothing while nothing changes."""

    kind: DeviceKind
    space: str
    speaks: bool = False


Devices = Mapping[str, Fitted]
NO_DEVICES: Final[Devices] = MappingProxyType({})


class SensorWatch(Protocol):
    """A sensor rule at work on all devices of a gateway."""

    def observe(self, sample: Sample) -> Level | None:
        """The level that this sample speaks of; None when there is none, or it is not known yet."""

    def tick(self, at_ms: int) -> Sequence[Level]:
        """Levels that time alone has changed; called about once a second."""
