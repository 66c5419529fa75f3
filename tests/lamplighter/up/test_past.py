"""The simulated gateway knows the start that lived through its past."""

from pathlib import Path

import pytest

from edge.outbox import Outbox, OutboxSettings
from lamplighter.contract.topics import Gateway
from lamplighter.runtime.clock import FakeClock
from lamplighter.up.past import remember_past
from simulator.backlog import Backlog

pytestmark = pytest.mark.unit

PAST = Backlog(Gateway("d1", "s1", "gw1"), until_ms=1_795_312_800_000, days=7)


def test_the_past_is_an_earlier_start_whose_numbers_are_final(tmp_path: Path) -> None:
    for _ in range(2):
        remember_past(tmp_path / "gateway" / "outbox.sqlite", PAST)
    outbox = Outbox(tmp_path / "gateway" / "outbox.sqlite", OutboxSettings(), FakeClock(PAST.until_ms))
    told = outbox.starts()
    outbox.close()
    assert [(start.boot, start.boot_id, start.high) for start in told] == [(1, PAST.boot_id, {"readings": PAST.messages})]
    assert outbox.boot > 1
