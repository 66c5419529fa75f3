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
    """The store refuses: everything for a while, as overloaded and as wrongly set up; then some lines, in one of its two ways."""
    whole = [front.refuse_all(503, "unavailable", {"Retry-After": "1"}), front.refuse_all(401, "unauthorized")]
    dice.shuffle(whole)
    rig.front.refusal = whole[0]
    rig.front.open.set()
    for refusal in whole:
        rig.front.refusal = refusal
        CLOCK.pause(dice.uniform(0.3, 1.0))
    rig.front.refusal = (front.refuse_unparsable, front.refuse_conflicting)[rig.strikes % 2]
    wait_for(lambda: rig.farm.unconfirmed() < rig.farm.settings.gateways, "the good lines are stored", within_s=60)
    rig.front.refusal = None


def store_away(rig: Rig, dice: Random) -> None:
    """The store dies and stays away until memory is full and the spool on disk has messages; then ingest may die too."""
    rig.store.server.kill()
    rig.front.open.set()
    spool = rig.centre / "spool"
    if not rig.plan.without:  # an ingest that answers first has nothing to keep
        wait_for(lambda: any(spool.rglob("*.spool")), "messages are in the spool", within_s=60)
    CLOCK.pause(dice.uniform(0.0, 1.0))
    if dice.random() < 0.5:
        rig.workers[0].kill()
        rig.workers[0].restart()
    rig.store.server.restart()


def double_and_shuffle(rig: Rig, dice: Random) -> None:
    """All that was kept on the way goes out twice, in one random order."""
    relay = rig.relay
    if relay is None:
        raise ValueError("the plan has no relay")
    wanted = min(1_000, rig.farm.unconfirmed() // 2)
    wait_for(lambda: relay.kept() >= wanted, "messages are kept on the way", within_s=60)
    rig.front.open.set()
    relay.shuffle(dice)
    rig.farm.wait()


def lose_a_worker(rig: Rig, dice: Random) -> None:
    """One of two workers dies for good, with its share of the messages; another with a new name comes."""
    release(rig, dice)
    rig.workers.pop(dice.randrange(len(rig.workers))).kill()
    rig.front.open.set()
    CLOCK.pause(dice.uniform(0.0, 1.0))
    worker = rig.new_worker(rig.plan.workers + rig.strikes + 1)
    rig.workers.append(worker)
    worker.start()


def turn_clock(rig: Rig, dice: Random) -> None:
    """The gateways' clock goes a day forward, or a day back onto times that have true readings; then comes right."""
    rig.front.open.set()
    rig.farm.wait()
    yesterday_ms = CLOCK.now_ms() - DAY_MS + rig.strikes * 1_000
    then = {"messages": 10, "transitions": 0, "at_ms": yesterday_ms, "step_ms": 20}
    forward = dice.random() < 0.5
    if not forward:
        rig.farm.ask(do="say", **then)
    rig.farm.ask(do="clock", offset_ms=DAY_MS if forward else -DAY_MS)
    if forward:
        rig.farm.ask(do="say", messages=10, transitions=1)
    else:
        rig.farm.ask(do="say", **then)
    CLOCK.pause(dice.uniform(0.0, 1.0))
    rig.farm.ask(do="clock", offset_ms=0)


def fill_disk(rig: Rig, dice: Random) -> None:
    """The gateways' disk is full while the broker is away: old readings make room, conditions still go."""
    disk = rig.disk
    if disk is None:
        raise ValueError("the plan has no disk of its own")
    rig.proxy.refuses = True
    rig.proxy.cut()
    rig.farm.wait()
    disk.fill()
    rig.farm.ask(do="say", messages=100, transitions=4)
    CLOCK.pause(dice.uniform(0.0, 0.5))
    disk.empty()
    rig.proxy.refuses = False


def cut_power(rig: Rig, dice: Random) -> None:
    """The power goes at the gateways, at the centre (its broker's disk is lost with it), or everywhere."""
    power = rig.power
    if power is None:
        raise ValueError("the plan has no shim")
    release(rig, dice)
    where = dice.choice((("gateways",), ("centre", "store"), ("gateways", "centre", "store")))
    at_centre = [rig.broker, rig.store.server, rig.workers[0]] if "centre" in where else []
    for server in at_centre:
        server.kill()
    if "gateways" in where:
        rig.farm.kill()
    rig.front.open.set()
    if at_centre:
        rig.broker.wipe()
    for part in where:
        power.lose(part)
    for server in at_centre:
        server.start()
    if "gateways" in where:
        rig.farm.start()


DAY_MS: Final = 86_400_000
_SMALL_MEMORY: Final = {"pressure": {"waiting_messages": 300, "spool_after_s": 1.0}}
_SHARED: Final = {"share": "ingest", "session_expiry_s": 5}
_MOST_UNSENT: Final = {"window": {"readings": 20}}

FAULTS: Final = (
    Fault("kill_edge", kill_edge, "durable_outbox", Plan(farm=_MOST_UNSENT)),
    Fault("kill_ingest", kill_ingest, "answer_after_commit"),
    Fault("kill_broker", kill_broker, "end_to_end"),
    Fault("kill_store", kill_store, "answer_after_commit"),
    Fault("broker_wiped", wipe_broker, "end_to_end"),
    Fault("connection_cut", cut_connections, "qos"),
    Fault("outbox_disk_full", fill_disk, "shed_reports", Plan(disk_mb=160, farm={"reserve_bytes": 2 * 1024 * 1024})),
    Fault("store_refusing", refuse, "answer_after_commit"),
    Fault("store_away", store_away, "answer_after_commit", Plan(ingest=_SMALL_MEMORY)),
    Fault("doubled_and_reordered", double_and_shuffle, "idempotence", Plan(relay=True)),
    Fault("worker_killed_for_good", lose_a_worker, "end_to_end", Plan(workers=2, ingest=_SHARED)),
    Fault("clock_jumps", turn_clock, "clock"),
    Fault("power_loss", cut_power, "synced", Plan(power=True, store="stand-in")),
)
