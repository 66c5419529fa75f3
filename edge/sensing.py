"""What becomes of the drivers' samples: trust gives them their quality, rules say which conditions hold."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from edge.drivers.kinds import BusSettings
from edge.drivers.protocol import Sample
from edge.rules.devices import Fitted, SensorWatch
from edge.rules.kinds import SensorRules
from edge.rules.protocol import Level
from edge.trust.watch import BLINDING, Known, Trust, TrustSettings
from lamplighter.runtime.clock import Clock


class Sensing:
    """All sensors of one gateway; used on one thread."""

    def __init__(
        self,
        buses: Sequence[BusSettings],
        rules: Sequence[SensorRules],
        *,
        trust: TrustSettings,
        clock: Clock,
        on_level: Callable[[Level], None],
        memory_file: Path | None = None,
    ) -> None:
        self._clock = clock
        self._on_level = on_level
        devices = {device.id: Fitted(device.kind, device.space, bus.pushed) for bus in buses for device in bus.devices}
        known = {device.id: Known(device.space, device.calibrated_until) for bus in buses for device in bus.devices}
        self._watches: list[SensorWatch] = [rule.watch(devices) for rule in rules]
        self._trust = Trust(trust, known, clock=clock, on_level=on_level, memory_file=memory_file)

    def take(self, samples: Sequence[Sample]) -> list[Sample]:
        """The samples with the quality they deserve; levels are told on the way."""
        return [self._judged(sample) for sample in samples]

    def tick(self) -> None:
        """Time has passed; call about once a second."""
        for level in self._due():
            self._on_level(level)

    def _judged(self, sample: Sample) -> Sample:
        judged = self._trust.judge(sample)
        # A sensor out of calibration is less exact and not blind: its fridge may still be warm.
        blind = judged.sample.value is None or judged.reasons & BLINDING
        for watch in self._watches:
            level = watch.observe(judged.sample if blind else sample)
            if level is not None:
                self._on_level(level)
        return judged.sample

    def _due(self) -> Iterator[Level]:
        at_ms = self._clock.now_ms()
        for watch in self._watches:
            yield from watch.tick(at_ms)
