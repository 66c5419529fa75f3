"""A backlog of messages of 50 readings in 48,000 series, as gateways send them, and the rows they must become."""

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from bench.delivery.broker import settings_of
from edge.outbox_rows import Waiting
from lamplighter.contract.measurements import RowTuple
from lamplighter.contract.records import ENCODER, Reading, Readings
from lamplighter.contract.topics import Gateway
from lamplighter.deployment.access import gateway_user
from lamplighter.runtime.clock import SystemClock
from lamplighter.runtime.mqtt import Connection

GATEWAYS: Final = 40
GROUPS: Final = 24
DEVICES: Final = 50
"""Readings in a message: 40 gateways x 24 groups x 50 devices are 48,000 series."""
CLOCK: Final = SystemClock()


class Shape(NamedTuple):
    """How many messages, which start of the gateways they belong to, and the time of the first, in ms."""

    messages: int
    boot: int
    start_ms: int


def gateway(number: int) -> Gateway:
    """Where gateway `number` stands."""
    return Gateway("bench", f"school{number % 10}", f"gw{number:02d}")


def readings(shape: Shape, n: int) -> list[Reading]:
    """What message n carries."""
    k = n // GATEWAYS
    group, at_ms = k % GROUPS, shape.start_ms + (k // GROUPS) * 1000
    return [
        Reading(f"lux{group:02d}-{i:02d}", "illuminance_lx", at_ms, 300.0 + ((n * DEVICES + i) % 4001) / 8) for i in range(DEVICES)
    ]


def payload(shape: Shape, n: int, said: list[Reading] | None = None) -> bytes:
    """Message n as its gateway sends it."""
    number, k = n % GATEWAYS, n // GATEWAYS
    body = ENCODER.encode(Readings(readings(shape, n) if said is None else said))
    high = (shape.messages + GATEWAYS - 1) // GATEWAYS
    sent = Waiting(n, shape.boot, f"{number:032x}", "readings", k + 1, 1, high, 3, body)
    return sent.payload(sent_at_ms=CLOCK.now_ms())


def rows(shape: Shape) -> Iterator[RowTuple]:
    """Every row of `reading`."""
    for n in range(shape.messages):
        where = gateway(n % GATEWAYS)
        for one in readings(shape, n):
            yield (where.school, where.gateway, one.device, one.point, one.at_ms, one.value, 0)


class Publishers:
    """A connection a gateway, which together put messages into the broker and know how many it has taken."""

    def __init__(self, bundles: Path) -> None:
        self._taken = 0
        self._changed = threading.Condition()
        self._connections = [
            Connection(settings_of(bundles, gateway(n)), gateway_user(gateway(n)), on_delivered=self._count)
            for n in range(GATEWAYS)
        ]
        for connection in self._connections:
            connection.start()
        while not all(connection.up for connection in self._connections):
            CLOCK.pause(0.02)

    def _count(self, _mid: int) -> None:
        with self._changed:
            self._taken += 1
            self._changed.notify_all()

    def publish(self, messages: Sequence[tuple[int, bytes]], *, most_under_way: int = 1_000) -> None:
        """Publish readings (number of the gateway, payload) at QoS 1 and wait until the broker has all of them."""
        begun = self._taken
        for n, (number, data) in enumerate(messages):
            self._connections[number].publish(gateway(number).topic("readings"), data)
            if n % 100 == 0:
                self._wait(begun + n - most_under_way)
        self._wait(begun + len(messages))

    def _wait(self, taken: int) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._taken >= taken)

    def stop(self) -> None:
        """Leave the broker."""
        for connection in self._connections:
            connection.stop()


def preload(bundles: Path, shape: Shape) -> None:
    """Put the whole backlog into the broker's queue."""
    publishers = Publishers(bundles)
    for start in range(0, shape.messages, 1_000):
        numbers = range(start, min(shape.messages, start + 1_000))
        publishers.publish([(n % GATEWAYS, payload(shape, n)) for n in numbers])
    publishers.stop()


def live(bundles: Path, *, boot: int, per_s: int, seconds: float) -> int:
    """Publish messages dated now, `per_s` readings a second; returns how many readings."""
    count = round(per_s * seconds / DEVICES)
    shape = Shape(count, boot, CLOCK.now_ms())
    publishers = Publishers(bundles)
    began_s = CLOCK.monotonic()
    for n in range(count):
        CLOCK.pause(max(0.0, began_s + n * DEVICES / per_s - CLOCK.monotonic()))
        now_ms = CLOCK.now_ms()
        fresh = [Reading(f"live{n % 97}-{i}", one.point, now_ms, one.value) for i, one in enumerate(readings(shape, n))]
        publishers.publish([(n % GATEWAYS, payload(shape, n, fresh))], most_under_way=200)
    publishers.stop()
    return count * DEVICES
