"""A process of many gateways, each with an outbox file and an uplink of its own; a driver tells it what to say, and kills it.

    python -m bench.delivery.farm SETTINGS.json

Commands come as lines of JSON on stdin; each is answered by a line of JSON on stdout.
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec

from bench.delivery import script, weakened
from bench.delivery.broker import settings_of
from edge.outbox import Outbox, OutboxSettings
from edge.uplink import Uplink, UplinkSettings
from lamplighter.contract.errors import Unavailable
from lamplighter.contract.records import ENCODER
from lamplighter.contract.topics import Gateway
from lamplighter.runtime.clock import SystemClock
from lamplighter.runtime.crash import end_on_thread_failure
from lamplighter.runtime.logs import configure_logs
from lamplighter.runtime.mqtt import BrokerSettings


class FarmSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What the driver writes."""

    folder: str
    records: str
    broker: str
    bundles: str = ""
    """What each gateway's installer unpacked; without it, `broker` is one that lets anybody in."""
    gateways: int = 20
    first: int = 0
    readings: int = 9
    window: dict[str, int] = {}
    resend_first_s: float = 2.0
    resend_most_s: float = 5.0
    backlog_per_s: float = 500.0
    reserve_bytes: int = 65_536
    without: str = ""
    offset_ms: int = 0


class ShiftedClock(SystemClock):
    """The gateways' clock, which the driver may set."""

    def __init__(self, offset_ms: int) -> None:
        self.offset_ms = offset_ms

    def now_ms(self) -> int:
        """Milliseconds since 1970-01-01 UTC, as the gateways believe."""
        return super().now_ms() + self.offset_ms


class Gate:
    """One gateway and the record of what its outbox accepted."""

    def __init__(self, number: int, settings: FarmSettings, clock: ShiftedClock) -> None:
        self._number = number
        self._settings = settings
        self._clock = clock
        where = script.gateway(number)
        path = Path(settings.folder) / where.gateway / "outbox.sqlite"
        if settings.without == "durable_outbox":
            weakened.forget_files(path)
        self.outbox = Outbox(path, OutboxSettings(reserve_bytes=settings.reserve_bytes), clock)
        record = Path(settings.records) / f"{where.gateway}.txt"
        self._next = _next_of(record, number)
        self._record = os.open(record, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._write(f"B {self.outbox.boot} {self.outbox.boot_id}")
        self._last_ms: dict[int, int] = {}  # of each setting of the clock
        kind = weakened.UPLINKS.get(settings.without, Uplink)
        self.uplink = kind(
            where,
            self.outbox,
            broker=self._broker(where),
            settings=UplinkSettings(
                window={**UplinkSettings().window, **settings.window},
                resend_first_s=settings.resend_first_s,
                resend_most_s=settings.resend_most_s,
                backlog_per_s=settings.backlog_per_s,
            ),
            clock=clock,
        )

    def _broker(self, where: Gateway) -> BrokerSettings:
        if self._settings.bundles:
            return settings_of(Path(self._settings.bundles), where)
        return BrokerSettings(url=self._settings.broker, protocol="5", keepalive_s=5)

    def _write(self, line: str) -> None:
        """One write a line: what the kernel has, it keeps when the process is killed."""
        os.write(self._record, f"{line}\n".encode())

    def say(self, *, messages: int, transitions: int, at_ms: int | None, step_ms: int) -> tuple[int, int]:
        """Add messages of readings and transitions, evenly mixed; returns how many were accepted and refused."""
        accepted = refused = 0
        for n in range(messages):
            at = at_ms + n * step_ms if at_ms is not None else self._next_ms(step_ms)
            done = [self._add("readings", at)]
            if transitions and (n + 1) * transitions // messages > n * transitions // messages:
                done.append(self._add("conditions", at))
            accepted += sum(done)
            refused += len(done) - sum(done)
            self.uplink.wake()
        return accepted, refused

    def _next_ms(self, step_ms: int) -> int:
        offset_ms = self._clock.offset_ms
        self._last_ms[offset_ms] = max(self._clock.now_ms(), self._last_ms.get(offset_ms, 0) + step_ms)
        return self._last_ms[offset_ms]

    def _add(self, lane: str, at_ms: int) -> bool:
        k = self._next[lane]
        self._next[lane] += 1
        self._write(f"I {lane} {k} {at_ms}")
        try:
            seq = self._add_readings(k, at_ms) if lane == "readings" else self._add_transition(k, at_ms)
        except Unavailable:
            self._write(f"R {lane} {k}")
            return False
        self._write(f"A {lane} {k} {at_ms} {self.outbox.boot} {seq}")
        return True

    def _add_readings(self, k: int, at_ms: int) -> int:
        size = self._settings.readings
        said = script.message(self._number, k, at_ms, gateways=self._settings.gateways, readings=size)
        return self.outbox.add("readings", ENCODER.encode(said), items=size, counts={"farm:readings": 1})

    def _add_transition(self, k: int, at_ms: int) -> int:
        said = script.transition(self._number, k, at_ms)
        level = (said.id, said.active, said.since_ms)
        return self.outbox.add_level(ENCODER.encode(said), level=level, counts={"farm:conditions": 1}, still=None)


def _next_of(record: Path, number: int) -> dict[str, int]:
    """The first message of each lane that was not begun by an earlier start."""
    begun = {"readings": -1, "conditions": -1}
    if record.exists():
        sure, unsure = script.read_record(record, number)
        for one in (*sure, *unsure):
            begun[one.lane] = max(begun[one.lane], one.k)
    return {lane: k + 1 for lane, k in begun.items()}


class Farm:
    """All of them."""

    def __init__(self, settings: FarmSettings) -> None:
        self._clock = ShiftedClock(settings.offset_ms)
        self._pool = ThreadPoolExecutor(settings.gateways)
        weakened.weaken_edge(settings.without)
        self._gates = [Gate(number, settings, self._clock) for number in range(settings.first, settings.first + settings.gateways)]
        for gate in self._gates:
            gate.uplink.start()

    def answer(self, command: dict[str, Any]) -> dict[str, Any]:
        """Do what the driver wants."""
        match command["do"]:
            case "say":
                return self._say(command)
            case "clock":
                self._clock.offset_ms = command["offset_ms"]
                return {}
            case "status":
                return {
                    "up": sum(gate.uplink.up for gate in self._gates),
                    "in_flight": sum(len(gate.uplink.unconfirmed()) for gate in self._gates),
                }
            case _:
                raise ValueError(f"unknown command {command}")

    def _say(self, command: dict[str, Any]) -> dict[str, Any]:
        def one(gate: Gate) -> tuple[int, int]:
            return gate.say(
                messages=command["messages"],
                transitions=command["transitions"],
                at_ms=command.get("at_ms"),
                step_ms=command.get("step_ms", 1),
            )

        done = list(self._pool.map(one, self._gates))
        return {"accepted": sum(accepted for accepted, _ in done), "refused": sum(refused for _, refused in done)}

    def stop(self) -> None:
        """End every uplink politely."""
        list(self._pool.map(lambda gate: gate.uplink.stop(), self._gates))
        for gate in self._gates:
            gate.outbox.close()


def main() -> None:
    """Obey until stdin ends."""
    configure_logs()
    end_on_thread_failure()
    settings = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=FarmSettings)
    out = sys.stdout.buffer
    farm = Farm(settings)
    out.write(b'{"ready":true}\n')
    out.flush()
    for line in sys.stdin.buffer:
        out.write(msgspec.json.encode(farm.answer(msgspec.json.decode(line))) + b"\n")
        out.flush()
    farm.stop()


if __name__ == "__main__":
    main()
