"""The rhythm of polling and what is said of silent devices, on a clock that only moves when told."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import pytest
from structlog.testing import capture_logs

from edge.drivers.bus import Bus
from edge.drivers.polling import Poller
from edge.drivers.protocol import PointPlan, Sample
from edge.rules.protocol import Level
from lamplighter.contract.errors import Unavailable
from lamplighter.runtime.clock import Clock, FakeClock

pytestmark = pytest.mark.unit

Answers = Callable[[str, float], bool]


class Over(Exception):
    """The test has seen enough."""


class EndingClock(FakeClock):
    """Ends the test at a given second."""

    def __init__(self, ends_s: float) -> None:
        super().__init__()
        self._ends_s = ends_s

    async def sleep(self, seconds: float) -> None:
        """Move on at once."""
        await super().sleep(seconds)
        if self.monotonic() >= self._ends_s:
            raise Over


class ScriptedBus(Bus):
    """Devices a, b and c, each with a fast and a slow point."""

    kind: str = "scripted"

    def plan(self) -> Mapping[str, tuple[PointPlan, ...]]:
        """Two points a device."""
        return {name: (PointPlan("lamp_failure", 1.0), PointPlan("active_power_w", 10.0)) for name in "abc"}

    def open(self, clock: Clock) -> "ScriptedLink":
        """Not used: the test makes its own link."""
        raise AssertionError(f"the test makes its own link, on {clock}")


class ScriptedLink:
    """Answers as the script says; a silence costs the bus's time-out, an answer `answer_s`."""

    def __init__(self, clock: EndingClock, *, answers: Answers, up: Callable[[float], bool], answer_s: float) -> None:
        self._clock, self._answers, self._up, self._answer_s = clock, answers, up, answer_s
        self._open = False
        self.connects: list[float] = []

    @property
    def connected(self) -> bool:
        """As the script says."""
        return self._open and self._up(self._clock.monotonic())

    async def connect(self) -> None:
        """As the script says."""
        self.connects.append(self._clock.monotonic())
        self._open = self._up(self._clock.monotonic())
        if not self._open:
            raise Unavailable("no connection")

    async def read(self, device: str, points: Sequence[str]) -> list[Sample]:
        """As the script says."""
        if not self._answers(device, self._clock.monotonic()):
            self._clock.advance(0.5)
            raise Unavailable("no answer")
        self._clock.advance(self._answer_s)
        return [Sample(device, point, self._clock.now_ms(), 1.0) for point in points]

    def close(self) -> None:
        """Close."""
        self._open = False


class Seen:
    """What came of a run; times in seconds since its start."""

    def __init__(self) -> None:
        self.at_s: dict[tuple[str, str], list[float]] = defaultdict(list)
        self.levels: list[tuple[str, bool]] = []
        self.events: list[tuple[str, str]] = []
        self.connects: list[float] = []


def run(
    seconds: float,
    *,
    answers: Answers = lambda _device, _now_s: True,
    up: Callable[[float], bool] = lambda _now_s: True,
    answer_s: float = 0.01,
    **settings: float,
) -> Seen:
    """Poll for some seconds of the fake clock."""
    clock, seen = EndingClock(seconds), Seen()
    start_ms = clock.now_ms()
    link = ScriptedLink(clock, answers=answers, up=up, answer_s=answer_s)

    def on_samples(samples: Sequence[Sample]) -> None:
        for sample in samples:
            seen.at_s[sample.device, sample.point].append((sample.at_ms - start_ms) / 1000)

    def on_level(level: Level) -> None:
        seen.levels.append((level.source, level.active))

    bus = ScriptedBus.model_validate({"id": "bus1", **settings})
    with capture_logs() as logs, pytest.raises(Over):
        asyncio.run(Poller(bus, clock=clock, on_samples=on_samples, on_level=on_level).run(link))
    seen.events = [(entry["event"], entry.get("device", "")) for entry in logs]
    seen.connects = link.connects
    return seen


def gaps(at_s: Sequence[float]) -> list[float]:
    return [round(later - earlier, 3) for earlier, later in pairwise(at_s)]


def test_each_point_is_read_at_its_own_rhythm_without_drift() -> None:
    seen = run(61, answer_s=0.1)
    assert [int(at) for at in seen.at_s["c", "lamp_failure"]] == list(range(61))
    assert [int(at) for at in seen.at_s["c", "active_power_w"]] == [0, 10, 20, 30, 40, 50, 60]


def test_a_late_poll_is_skipped_and_never_doubled() -> None:
    seen = run(30, answer_s=0.8)  # three devices need 2.4 s of a 1 s rhythm
    for device in "abc":
        at_s = seen.at_s[device, "lamp_failure"]
        assert len(at_s) == len(set(at_s)) >= 9
        assert min(gaps(at_s)) >= 1.0


def test_a_bus_too_slow_for_its_devices_neglects_none_of_them() -> None:
    seen = run(60, answer_s=0.8)
    counts = [len(seen.at_s[device, "lamp_failure"]) for device in "abc"]
    assert max(counts) - min(counts) <= 1


def test_a_silent_device_is_said_once_and_its_return_once_and_no_reading_is_invented() -> None:
    seen = run(60, answers=lambda device, now_s: device != "b" or not 10 <= now_s < 30)
    assert [level for level in seen.levels if level[0] == "b"] == [("b", False), ("b", True), ("b", False)]
    assert seen.events == [("device_unavailable", "b"), ("device_available", "b")]
    read_s = seen.at_s["b", "lamp_failure"]
    assert not [at for at in read_s if 10.1 < at < 30]
    assert max(gaps(read_s)) < 20 + 10 + 1  # silence, longest wait before a try, one poll


def test_a_silent_device_never_delays_another() -> None:
    seen = run(60, answers=lambda device, now_s: device != "a" or now_s < 10)
    for device in "bc":
        assert max(gaps(seen.at_s[device, "lamp_failure"])) <= 1 + 0.5 + 0.05  # one poll and, once, one time-out
        assert len(seen.at_s[device, "lamp_failure"]) == 60


def test_a_single_missed_answer_is_no_silence() -> None:
    seen = run(20, answers=lambda device, now_s: device != "b" or not 10 <= now_s < 11)
    assert ("b", True) not in seen.levels
    assert seen.events == []


def test_a_device_silent_from_the_start_is_said_once() -> None:
    seen = run(60, answers=lambda device, _now_s: device != "c")
    assert [level for level in seen.levels if level[0] == "c"] == [("c", True)]


def test_a_lost_bus_is_said_once_and_found_again_with_growing_waits() -> None:
    seen = run(120, up=lambda now_s: not 10 <= now_s < 60, retry_most_s=8)
    assert [event for event, _device in seen.events if event.startswith("bus")] == ["bus_unavailable", "bus_available"]
    for device in "abc":
        assert [level for level in seen.levels if level[0] == device] == [(device, False), (device, True), (device, False)]
        assert not [at for at in seen.at_s[device, "lamp_failure"] if 10.1 < at < 60]
        assert [at for at in seen.at_s[device, "lamp_failure"] if 60 <= at < 70]
    tries = [at for at in seen.connects if 10 <= at < 60]
    assert 5 <= len(tries) <= 20
    assert max(gaps(tries)) <= 8 + 1


def test_every_device_is_read_at_once_when_the_bus_returns() -> None:
    seen = run(120, up=lambda now_s: not 10 <= now_s < 100)
    first_s = {device: min(at for at in seen.at_s[device, "lamp_failure"] if at > 50) for device in "abc"}
    assert max(first_s.values()) - min(first_s.values()) < 1


class DeafLink:
    """A library that drops the cancellation it meets, as `asyncio.wait_for` may before Python 3.12."""

    connected = True

    def __init__(self) -> None:
        self.reading = asyncio.Event()

    async def connect(self) -> None:
        """It is connected."""

    async def read(self, device: str, points: Sequence[str]) -> list[Sample]:
        """Answers when it is cancelled."""
        self.reading.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return [Sample(device, point, 0, 1.0) for point in points]
        raise AssertionError("never")

    def close(self) -> None:
        """Nothing to close."""


def test_polling_ends_when_it_is_cancelled_even_if_a_library_drops_the_cancellation() -> None:
    async def cancelled() -> bool:
        link = DeafLink()
        poller = Poller(ScriptedBus(id="bus"), clock=FakeClock(), on_samples=lambda _: None, on_level=lambda _: None)
        task = asyncio.create_task(poller.run(link))
        for _device in "abc":  # each of the three reads drops one
            await asyncio.wait_for(link.reading.wait(), 5)
            link.reading.clear()
            task.cancel()
            await asyncio.wait([task], timeout=0.2)
            if task.done():
                break
        return task.cancelled()

    assert asyncio.run(cancelled())
