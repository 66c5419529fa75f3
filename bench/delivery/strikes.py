"""The faults: what strikes, which protection its control lacks, and what the rig needs for it.

A strike begins with the store held at its front and more than a thousand messages unconfirmed. It ends with everything mended.
"""

from collections.abc import Callable
from random import Random
from typing import Final, NamedTuple

from bench.delivery import front
from bench.delivery.rig import CLOCK, Plan, Rig
from tests.servers.processes import wait_for

Strike = Callable[[Rig, Random], None]


class Fault(NamedTuple):
    """One row of the table. `without`: what its control lacks. `plan`: its rig, the control's `without` aside."""

    name: str
    strike: Strike
    without: str
    plan: Plan = Plan()


def release(rig: Rig, dice: Random) -> None:
    """Let the held commits go at a moment of chance: before the strike, or not before its end."""
    if dice.random() < 0.6:
        rig.front.open.set()
        CLOCK.pause(dice.uniform(0.0, 0.15))


def kill_edge(rig: Rig, dice: Random) -> None:
    """Kill -9 of every gateway, in the middle of what they were saying."""
    release(rig, dice)
    rig.farm.kill()
    CLOCK.pause(dice.uniform(0.0, 0.2))
    rig.front.open.set()
    rig.farm.start()


def kill_ingest(rig: Rig, dice: Random) -> None:
    """Kill -9 of ingest with its batches under way."""
    release(rig, dice)
    worker = rig.workers[0]
    worker.kill()
    CLOCK.pause(dice.uniform(0.0, 0.2))
    rig.front.open.set()
    worker.restart()


def kill_broker(rig: Rig, dice: Random) -> None:
    """Kill -9 of the broker; it comes back with what it saved last."""
    release(rig, dice)
    rig.broker.kill()
    CLOCK.pause(dice.uniform(0.0, 0.5))
    rig.broker.restart()
    rig.front.open.set()


def kill_store(rig: Rig, dice: Random) -> None:
    """Kill -9 of the store while it is written to."""
    rig.front.open.set()
    CLOCK.pause(dice.uniform(0.0, 0.15))
    rig.store.server.kill()
    CLOCK.pause(dice.uniform(0.0, 1.0))
    rig.store.server.restart()


def wipe_broker(rig: Rig, dice: Random) -> None:
    """The broker dies and its disk with it."""
    release(rig, dice)
    rig.broker.kill()
    rig.broker.wipe()
    rig.broker.restart()
    rig.front.open.set()


def cut_connections(rig: Rig, dice: Random) -> None:
    """Every gateway's connection ends without a goodbye, several times over."""
    release(rig, dice)
    for _ in range(3):
        rig.proxy.cut()
        CLOCK.pause(dice.uniform(0.0, 0.3))
    rig.front.open.set()


def refuse(rig: Rig, dice: Random) -> None:
    """The store refuses: everything for a while, or some lines."""
    refusals = (
        front.refuse_all(503, "unavailable", {"Retry-After": "1"}),
        front.refuse_unparsable,
        front.refuse_conflicting,
        front.refuse_all(401, "unauthorized"),
    )
    rig.front.refusal = refusals[rig.strikes % len(refusals)]
    rig.front.open.set()
    CLOCK.pause(dice.uniform(0.5, 1.5))
    rig.front.refusal = None if rig.strikes % len(refusals) in (0, 3) else rig.front.refusal
    if rig.front.refusal is not None:
        wait_for(lambda: rig.farm.unconfirmed() < 100, "the good lines are stored", within_s=60)
        rig.front.refusal = None


FAULTS: Final = (
    Fault("kill_edge", kill_edge, "durable_outbox"),
    Fault("kill_ingest", kill_ingest, "answer_after_commit"),
    Fault("kill_broker", kill_broker, "end_to_end"),
    Fault("kill_store", kill_store, "answer_after_commit"),
    Fault("broker_wiped", wipe_broker, "end_to_end"),
    Fault("connection_cut", cut_connections, "qos"),
    Fault("store_refusing", refuse, "answer_after_commit"),
)
