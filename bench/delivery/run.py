"""One run of one fault: bursts of messages, a strike in each, a drain, a judgement."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, Final, NamedTuple

from bench.delivery.judge import Centre, Said, Tally, judge
from bench.delivery.rig import CLOCK, Rig
from bench.delivery.strikes import Fault
from bench.delivery.weakened import UPLINKS
from tests.servers.processes import wait_for

DRAIN_S: Final = 120.0


class Size(NamedTuple):
    """How hard a run is: `messages` and `transitions` of each gateway in a burst, one burst a strike."""

    gateways: int = 20
    strikes: int = 10
    messages: int = 76
    transitions: int = 2
    unconfirmed: int = 1_000
    readings: int = 100_000

    @property
    def most_strikes(self) -> int:
        """A strike that found too little under way does not count; so often it is tried."""
        return self.strikes + 6


FULL: Final = Size()
"""20 gateways x 76 messages x 10 strikes x 9 readings are 136,800, fewer where gateways are killed as they speak."""
SHORT: Final = Size(gateways=5, strikes=2, messages=40, transitions=2, unconfirmed=100, readings=1_500)
"""For the tests."""


class Outcome(NamedTuple):
    """A run, or its control."""

    fault: str
    control: bool
    seed: int
    tally: Tally
    strikes: list[int]
    seconds: float
    void: list[str]

    def as_json(self) -> dict[str, Any]:
        """For the results file."""
        return {**self._asdict(), "tally": self.tally._asdict()}


def run_once(fault: Fault, *, seed: int, control: bool, size: Size = FULL) -> Outcome:
    """Strike until enough strikes found enough messages unconfirmed, then compare all that was said with all that is stored."""
    began_s = CLOCK.monotonic()
    farm = {"gateways": size.gateways, **fault.plan.farm}
    plan = fault.plan._replace(without=fault.without if control else "", farm=farm)
    with tempfile.TemporaryDirectory(prefix="faults-", ignore_cleanup_errors=True) as made:
        rig = Rig(Path(made), plan)
        try:
            rig.start()
            strikes = list(_strikes(rig, fault, Random(seed), size))  # noqa: S311 - chance, not a secret
            _drain(rig)
            rig.stop()
            tally = _judge(rig)
        finally:
            rig.stop()
            rig.close()
    void = [] if control else _void(tally, strikes, size)
    return Outcome(fault.name, control, seed, tally, strikes, round(CLOCK.monotonic() - began_s, 1), void)


def _strikes(rig: Rig, fault: Fault, dice: Random, size: Size) -> Iterator[int]:
    """Burst after burst with a strike in each; yields how many messages each strike found unconfirmed."""
    hard = 0
    for number in range(size.most_strikes):
        rig.front.open.clear()
        if rig.relay is not None:
            rig.relay.keep()
        rig.farm.tell(do="say", messages=size.messages, transitions=size.transitions)
        if rig.plan.without == "qos":  # struck as it speaks: what the broker has, a cut connection cannot lose
            CLOCK.pause(dice.uniform(0.1, 0.6))
        elif rig.plan.without in (*UPLINKS, "answer_after_commit"):  # forgotten or answered too early, never unconfirmed
            rig.farm.wait()
        else:
            _wait_until_under_way(rig, size)
        CLOCK.pause(dice.uniform(0.0, 0.5))
        unconfirmed = rig.farm.unconfirmed()
        yield unconfirmed
        fault.strike(rig, dice)
        rig.strikes += 1
        rig.front.open.set()
        rig.farm.wait()
        _recover(rig, size)
        hard += unconfirmed >= size.unconfirmed
        if size.strikes in (hard, number + 1 if rig.plan.without else 0):
            break


def _wait_until_under_way(rig: Rig, size: Size) -> None:
    """Until so many messages are unconfirmed; an AssertionError says how many were, and what gateways and ingest said last."""
    try:
        wait_for(lambda: rig.farm.unconfirmed() >= size.unconfirmed, "messages are under way", within_s=60)
    except AssertionError as error:
        told = [(rig.folder / name).read_text("utf-8", "replace")[-600:] for name in ("farm.log", "ingest-1.log")]
        raise AssertionError(f"{error}: {rig.farm.unconfirmed()} unconfirmed at strike {rig.strikes}; {told}") from error


def _recover(rig: Rig, size: Size) -> None:
    """Until most of what was under way is home, so that the next burst is a new one."""
    rig.wait_until_online()
    wait_for(lambda: rig.farm.unconfirmed() < size.unconfirmed // 2, "most messages are home", within_s=DRAIN_S)


def _drain(rig: Rig) -> None:
    """Until no outbox holds a row; a control may never come so far."""
    if not rig.plan.without:
        try:
            wait_for(rig.drained, "every outbox is empty", within_s=DRAIN_S)
        except AssertionError as error:
            raise AssertionError(f"{error}: {rig.farm.left()}") from error
        return
    with contextlib.suppress(AssertionError):
        wait_for(rig.drained, "every outbox is empty", within_s=20)
    CLOCK.pause(2.0)


def _judge(rig: Rig) -> Tally:
    settings = rig.farm.settings
    said = Said(Path(settings.records), rig.farm.outbox_files(), gateways=settings.gateways, readings=settings.readings)
    centre = Centre(rig.sql_file)
    try:
        return judge(said, rig.store.rows(), centre)
    finally:
        centre.close()


def _void(tally: Tally, strikes: list[int], size: Size) -> list[str]:
    """Why the run proves nothing."""
    hard = sum(n >= size.unconfirmed for n in strikes)
    least = {
        f"{tally.readings} readings, not {size.readings}": tally.readings >= size.readings,
        f"{tally.transitions} transitions": tally.transitions >= 10 * size.gateways or size.gateways < FULL.gateways,
        f"{hard} strikes with {size.unconfirmed} messages unconfirmed, not {size.strikes}": hard >= size.strikes,
    }
    return [what for what, enough in least.items() if not enough]
