"""What each gateway of the rig says: told by its number and the message's, so that the judge can say it again.

The record a gateway writes is a text file, one line a fact:
`B boot boot_id` a start; `I lane k at_ms` about to add message k of a lane; `A lane k at_ms boot seq` the outbox accepted it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from lamplighter.contract.records import Condition, Reading, Readings
from lamplighter.contract.topics import Gateway

DISTRICT: Final = "bench"
SCHOOL: Final = "farm"
POINT: Final = "illuminance_lx"
STEP: Final = 0.0078125
"""2**-7: a value is a whole multiple of it, exact as a float and as text, and below the point's 200,000 lx for 25 M readings."""


class Key(NamedTuple):
    """The identity of a reading at the store."""

    gateway: str
    device: str
    at_ms: int


class Accepted(NamedTuple):
    """A message that a committed transaction of the outbox accepted. `seq` 0: it is not known."""

    gateway: int
    lane: str
    k: int
    at_ms: int
    boot: int
    seq: int


def gateway(number: int) -> Gateway:
    """Where the gateway of that number stands."""
    return Gateway(DISTRICT, SCHOOL, f"gw{number:02d}")


def number_of(name: str) -> int:
    """The number in a gateway's name."""
    return int(name.removeprefix("gw"))


def values(number: int, k: int, *, gateways: int, readings: int) -> list[float]:
    """The values of message k: no value stands twice in a run."""
    return [((k * readings + i) * gateways + number) * STEP for i in range(readings)]


def message(number: int, k: int, at_ms: int, *, gateways: int, readings: int) -> Readings:
    """Message k of the lane of readings."""
    found = values(number, k, gateways=gateways, readings=readings)
    return Readings([Reading(f"lux{i}", POINT, at_ms, value) for i, value in enumerate(found)])


def rows(number: int, k: int, at_ms: int, *, gateways: int, readings: int) -> Iterator[tuple[Key, float]]:
    """The rows that message k must become."""
    name = gateway(number).gateway
    for i, value in enumerate(values(number, k, gateways=gateways, readings=readings)):
        yield Key(name, f"lux{i}", at_ms), value


def transition(number: int, k: int, at_ms: int) -> Condition:
    """Transition k: the level turns at each one."""
    return Condition(
        id=f"lamp_failure:lux0:gw{number:02d}",
        kind="lamp_failure",
        name="bench",
        source="lux0",
        active=k % 2 == 0,
        at_ms=at_ms,
        since_ms=at_ms,
        evidence={"k": k},
    )


def read_record(path: Path, number: int) -> tuple[list[Accepted], list[Accepted]]:
    """What was accepted for certain, and what was being added when the process ended (its seq is 0)."""
    sure: list[Accepted] = []
    open_: dict[str, Accepted] = {}
    unsure: list[Accepted] = []
    boot = 0
    for line in path.read_text("ascii").splitlines():
        what, *fields = line.split()
        if what == "B":
            boot = int(fields[0])
            unsure += open_.values()
            open_ = {}
        elif what == "I":
            open_[fields[0]] = Accepted(number, fields[0], int(fields[1]), int(fields[2]), boot, 0)
        elif what == "A":
            sure.append(Accepted(number, fields[0], int(fields[1]), int(fields[2]), int(fields[3]), int(fields[4])))
            open_.pop(fields[0], None)
        else:  # R: the outbox refused it
            open_.pop(fields[0], None)
    return sure, [*unsure, *open_.values()]


def parse_transition(evidence: str) -> int:
    """The number that `transition` put into the evidence."""
    return int(msgspec.json.decode(evidence)["k"])
