"""A message carries how wrong the clock was that dated it, as soon as the gateway can know."""

from pathlib import Path

import pytest

from edge.outbox import Outbox, OutboxSettings
from lamplighter.runtime.clock import FakeClock

pytestmark = pytest.mark.unit
DAY_MS = 86_400_000
TRUE_MS = 1_780_000_000_000


class JumpingClock(FakeClock):
    """A wall clock that can be set."""

    def set_by(self, ms: int) -> None:
        """Move the wall clock alone."""
        self._now_ms += ms


def ahead(outbox: Outbox) -> list[int | None]:
    return [row.ahead_ms for row in outbox.waiting("readings", after=0, limit=99)]


def opened(folder: Path, clock: JumpingClock) -> Outbox:
    return Outbox(folder / "outbox.sqlite", OutboxSettings(reserve_bytes=0), clock)


def test_before_the_first_answer_it_is_not_known(tmp_path: Path) -> None:
    outbox = opened(tmp_path, JumpingClock(TRUE_MS))
    outbox.add("readings", b"{}")
    assert ahead(outbox) == [None]


def test_an_answer_tells_it_for_what_was_accepted_before(tmp_path: Path) -> None:
    clock = JumpingClock(TRUE_MS + DAY_MS)
    outbox = opened(tmp_path, clock)
    outbox.add("readings", b"{}")
    outbox.heard(clock.now_ms() - 100, TRUE_MS, clock.now_ms())
    (known,) = ahead(outbox)
    assert known is not None
    assert abs(known - DAY_MS) <= 100


def test_a_clock_that_was_set_right_leaves_the_earlier_marked(tmp_path: Path) -> None:
    clock = JumpingClock(TRUE_MS - DAY_MS)
    outbox = opened(tmp_path, clock)
    outbox.add("readings", b"{}")
    clock.set_by(DAY_MS)
    outbox.add("readings", b"{}")
    outbox.heard(clock.now_ms() - 100, TRUE_MS, clock.now_ms())
    wrong, right = ahead(outbox)
    assert wrong is not None
    assert right is not None
    assert abs(wrong + DAY_MS) <= 100
    assert abs(right) <= 100


def test_a_jump_after_the_last_answer_is_added_to_what_was_known(tmp_path: Path) -> None:
    clock = JumpingClock(TRUE_MS)
    outbox = opened(tmp_path, clock)
    outbox.heard(clock.now_ms(), TRUE_MS, clock.now_ms())
    clock.set_by(DAY_MS)
    outbox.add("readings", b"{}")
    assert ahead(outbox) == [DAY_MS]


def test_an_answer_across_a_jump_teaches_nothing_false(tmp_path: Path) -> None:
    clock = JumpingClock(TRUE_MS)
    outbox = opened(tmp_path, clock)
    sent_ms = clock.now_ms()
    clock.set_by(DAY_MS)
    outbox.add("readings", b"{}")
    outbox.heard(sent_ms, TRUE_MS, clock.now_ms())
    assert ahead(outbox) == [None]
