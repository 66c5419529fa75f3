"""One run of one fault: bursts of messages, a strike in each, a drain, a judgement."""

import tempfile
from pathlib import Path
from random import Random
from typing import Any, Final, NamedTuple

from bench.delivery.judge import Centre, Said, Tally, judge
from bench.delivery.rig import CLOCK, Rig
from bench.delivery.strikes import Fault
from tests.servers.processes import wait_for

STRIKES: Final = 10
MOST_STRIKES: Final = 16
BURST: Final = 72
"""Messages of a gateway in a burst: 20 gateways x 72 x 10 strikes x 8 readings are 115,200."""
TRANSITIONS: Final = 2
UNCONFIRMED: Final = 1_000
DRAIN_S: Final = 120.0


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


def run_once(fault: Fault, *, seed: int, control: bool, folder: Path | None = None) -> Outcome:
    """Strike until ten strikes found a thousand messages unconfirmed, then compare all that was said with all that is stored."""
    began_s = CLOCK.monotonic()
    plan = fault.plan._replace(without=fault.without if control else "")
    with tempfile.TemporaryDirectory(dir=folder, prefix="faults-", ignore_cleanup_errors=True) as made:
        rig = Rig(Path(made), plan)
        try:
            strikes = _strike(rig, fault, Random(seed), control=control)  # noqa: S311 - chance, not a secret
            _drain(rig, patient=not control)
            rig.stop()
            tally = _judge(rig)
        finally:
            rig.stop()
            rig.close()
    void = [] if control else _void(tally, strikes, rig.plan_gateways)
    return Outcome(fault.name, control, seed, tally, strikes, round(CLOCK.monotonic() - began_s, 1), void)


def _strike(rig: Rig, fault: Fault, dice: Random, *, control: bool) -> list[int]:
    """Returns how many messages were unconfirmed at each strike."""
    found: list[int] = []
    rig.start()
    for _ in range(MOST_STRIKES):
        rig.front.open.clear()
        rig.farm.tell(do="say", messages=BURST, transitions=TRANSITIONS)
        if not control:
            wait_for(lambda: rig.farm.unconfirmed() >= UNCONFIRMED, "messages are under way", within_s=60)
        else:
            CLOCK.pause(1.5)
        CLOCK.pause(dice.uniform(0.0, 0.5))
        found.append(rig.farm.unconfirmed())
        fault.strike(rig, dice)
        rig.strikes += 1
        rig.front.open.set()
        rig.farm.wait()
        _recover(rig)
        if sum(n >= UNCONFIRMED for n in found) >= STRIKES or (control and len(found) >= STRIKES):
            break
    return found


def _recover(rig: Rig) -> None:
    """Until most of what was under way is home, so that the next burst is a new one."""
    rig.wait_until_online()
    wait_for(lambda: rig.farm.unconfirmed() < UNCONFIRMED // 2, "most messages are home", within_s=DRAIN_S)


def _drain(rig: Rig, *, patient: bool) -> None:
    """Until no outbox holds a row; a control may never come so far."""
    try:
        wait_for(rig.drained, "every outbox is empty", within_s=DRAIN_S if patient else 20)
    except AssertionError:
        if patient:
            raise
    CLOCK.pause(0.0 if patient else 2.0)


def _judge(rig: Rig) -> Tally:
    settings = rig.farm.settings
    said = Said(Path(settings.records), rig.farm.outbox_files(), gateways=settings.gateways, readings=settings.readings)
    centre = Centre(rig.sql_file)
    try:
        return judge(said, rig.store.rows(), centre)
    finally:
        centre.close()


def _void(tally: Tally, strikes: list[int], gateways: int) -> list[str]:
    """Why the run proves nothing."""
    hard = sum(n >= UNCONFIRMED for n in strikes)
    least = {
        f"{gateways} gateways, not 20": gateways >= 20,
        f"{tally.readings} readings, not 100,000": tally.readings >= 100_000,
        f"{tally.transitions} transitions, not 200": tally.transitions >= 200,
        f"{hard} strikes with 1,000 messages unconfirmed, not {STRIKES}": hard >= STRIKES,
    }
    return [what for what, enough in least.items() if not enough]
