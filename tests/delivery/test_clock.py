"""A gateway's clock a day wrong: what it reads is kept apart, never in the place of a true row, and all comes right by itself."""

from pathlib import Path

import pytest

from lamplighter.contract.measurements import READING_MISDATED
from lamplighter.contract.records import ENCODER, Reading, Readings
from lamplighter.runtime.clock import SystemClock
from tests.delivery.rig import Centre, Gate
from tests.servers.mosquitto import Mosquitto
from tests.servers.processes import wait_for

pytestmark = pytest.mark.services
DAY_MS = 86_400_000


class WrongClock(SystemClock):
    """The machine's clock, off by so much."""

    def __init__(self, ahead_ms: int) -> None:
        self.ahead_ms = ahead_ms

    def now_ms(self) -> int:
        """The wrong time."""
        return super().now_ms() + self.ahead_ms


def read(gate: Gate, value: float) -> int:
    """One reading, dated by the gateway's clock (a little later for a greater value); returns that time."""
    at_ms = gate.clock.now_ms() + int(value)
    gate.outbox.add("readings", ENCODER.encode(Readings([Reading("lux1", "illuminance_lx", at_ms, value)])))
    gate.uplink.wake()
    return at_ms


@pytest.mark.parametrize("ahead_ms", [DAY_MS, -DAY_MS, -20_000 * DAY_MS], ids=["a day ahead", "a day behind", "1970 or so"])
def test_readings_of_a_wrong_clock_are_kept_apart_until_it_is_right(
    centre: Centre, own_mosquitto: Mosquitto, tmp_path: Path, ahead_ms: int
) -> None:
    clock = WrongClock(ahead_ms)
    gate = Gate(tmp_path, own_mosquitto.url, "s1", clock=clock)
    centre.start()
    gate.uplink.start()
    for value in (1.0, 2.0, 3.0):
        read(gate, value)
    wait_for(gate.drained, "the misdated are stored")
    clock.ahead_ms = 0
    for value in (4.0, 5.0):
        read(gate, value)
    wait_for(gate.drained, "the true are stored")
    rows = centre.store.select(READING_MISDATED, where={"school": "s1"}, start_ms=-(10**13), end_ms=10**13)
    assert sorted(row["value"] for row in rows) == [1.0, 2.0, 3.0]  # type: ignore[type-var] # all have one
    assert centre.values("s1") == [4.0, 5.0]
    assert ("clock_skew:gw1:", True) in centre.transitions()
    gate.stop()


def test_a_row_dated_by_a_wrong_clock_never_overwrites_a_true_one(centre: Centre, own_mosquitto: Mosquitto, tmp_path: Path) -> None:
    clock = WrongClock(0)
    gate = Gate(tmp_path, own_mosquitto.url, "s1", clock=clock)
    centre.start()
    gate.uplink.start()
    at_ms = read(gate, 100.0)
    wait_for(gate.drained, "the true one is stored")
    clock.ahead_ms = -DAY_MS
    gate.outbox.add("readings", ENCODER.encode(Readings([Reading("lux1", "illuminance_lx", at_ms, 999.0)])))
    gate.uplink.wake()
    wait_for(gate.drained, "the other is stored")
    assert centre.values("s1") == [100.0]
    assert centre.values("s1", READING_MISDATED) == [999.0]
    gate.stop()


def test_what_a_right_clock_dated_long_ago_is_no_misdated_row(centre: Centre, own_mosquitto: Mosquitto, tmp_path: Path) -> None:
    gate = Gate(tmp_path, own_mosquitto.url, "s1")
    body = Readings([Reading("lux1", "illuminance_lx", gate.clock.now_ms() - 3 * DAY_MS, 7.0)])
    gate.outbox.add("readings", ENCODER.encode(body))
    centre.start()
    gate.uplink.start()
    wait_for(gate.drained, "the backlog is stored")
    assert centre.values("s1") == [7.0]
    gate.stop()


def test_what_an_earlier_start_left_without_knowing_its_clock_is_not_asked_for_for_ever(
    centre: Centre, own_mosquitto: Mosquitto, tmp_path: Path
) -> None:
    clock = WrongClock(-DAY_MS)
    earlier = Gate(tmp_path, own_mosquitto.url, "s1", clock=clock)
    read(earlier, 1.0)
    earlier.outbox.close()  # it never heard the centre
    gate = Gate(tmp_path, own_mosquitto.url, "s1", clock=clock)
    read(gate, 2.0)
    centre.start()
    gate.uplink.start()
    wait_for(gate.drained, "both are stored")
    assert centre.values("s1", READING_MISDATED) == [2.0]
    assert centre.values("s1") == [1.0], "nobody can tell; it is taken at its word"
    gate.stop()
