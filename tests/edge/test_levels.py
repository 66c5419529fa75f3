"""Levels: published when they change and slowly again while they hold, also over a restart."""

from pathlib import Path

import pytest

from edge.levels import Levels
from edge.outbox import Outbox, OutboxSettings
from edge.rules.protocol import Level
from lamplighter.contract.records import DECODERS, ClipNote, Condition, Still
from lamplighter.runtime.clock import FakeClock

pytestmark = pytest.mark.unit


def level(*, active: bool, at_ms: int = 1000) -> Level:
    return Level("intrusion", "yard", "cam1", active, at_ms, {"count": 1})


class Bench:
    """An outbox with levels before it, on one fake clock."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock()
        self.outbox = Outbox(folder / "outbox.sqlite", OutboxSettings(), self.clock)
        self.levels = Levels(self.outbox, self.clock, spaces={"cam1": "yard"}, repeat_s=300)

    def sent(self, lane: str = "conditions") -> list[Condition]:
        """What waits in a lane."""
        waiting = self.outbox.waiting(lane, after=0, limit=100)
        return [DECODERS[lane].decode(row.payload()).body for row in waiting]


def test_a_level_is_published_only_when_it_changes(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    for active in (False, False, True, True, True, False, False):
        bench.levels(level(active=active))
    assert [condition.active for condition in bench.sent()] == [True, False]
    assert bench.outbox.counts() == {"raised:intrusion": 1, "cleared:intrusion": 1}


def test_the_still_is_taken_on_a_raise_and_never_else(tmp_path: Path) -> None:
    bench, taken = Bench(tmp_path), []

    def still() -> bytes:
        taken.append(1)
        return b"jpeg"

    for active in (False, True, True, False):
        bench.levels(level(active=active), still=still)
    assert len(taken) == 1
    raised = bench.sent()[0]
    picture = bench.outbox.waiting("evidence", after=0, limit=9)
    record: Still = DECODERS["evidence"].decode(picture[0].payload()).body
    assert (len(picture), record.data, record.sha256) == (1, b"jpeg", raised.still_sha256)


def test_a_level_that_holds_is_said_again_slowly_with_its_beginning(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.levels(level(active=True, at_ms=1000))
    bench.levels.repeat_due()
    bench.clock.advance(301)
    bench.levels(level(active=True, at_ms=302_000))
    bench.levels.repeat_due()
    bench.levels.repeat_due()
    raised, repeated = bench.sent()
    assert (raised.repeat, repeated.repeat) == (False, True)
    assert (repeated.since_ms, repeated.at_ms, repeated.active) == (1000, 302_000, True)


def test_what_ended_while_the_agent_was_down_is_cleared_by_the_next_start(tmp_path: Path) -> None:
    Bench(tmp_path).levels(level(active=True))
    after = Bench(tmp_path)
    after.levels(level(active=False, at_ms=9000))
    cleared = after.sent()[-1]
    assert (cleared.active, cleared.since_ms) == (False, 9000)


def test_what_still_holds_after_a_restart_is_not_raised_twice(tmp_path: Path) -> None:
    Bench(tmp_path).levels(level(active=True, at_ms=1000))
    after = Bench(tmp_path)
    after.levels(level(active=True, at_ms=9000))
    after.levels.repeat_due()
    assert [(condition.repeat, condition.since_ms) for condition in after.sent()] == [(False, 1000), (True, 1000)]


def test_a_clip_is_told_of_with_the_level_as_it_stands_and_no_later_repeat_takes_its_place(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    clip = ClipNote(sha256="a" * 64, bytes=9, raised_ms=1000, begin_ms=0, end_ms=2000)
    bench.levels.tell_clip("intrusion:cam1:yard", clip)
    assert bench.sent() == []
    bench.levels(level(active=True))
    bench.levels.tell_clip("intrusion:cam1:yard", clip)
    for _turn in range(3):
        bench.clock.advance(301)
        bench.levels.repeat_due()
    told = [condition for condition in bench.sent() if condition.clips]
    assert [(one.active, one.repeat, one.clips) for one in told] == [(True, True, [clip])]


def test_whether_a_raise_still_holds(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.levels(level(active=True, at_ms=1000))
    assert bench.levels.holds("intrusion:cam1:yard", 1000)
    assert not bench.levels.holds("intrusion:cam1:yard", 999)
    bench.levels(level(active=False, at_ms=2000))
    assert not bench.levels.holds("intrusion:cam1:yard", 1000)


def test_whoever_makes_clips_hears_of_raises_with_a_picture_alone(tmp_path: Path) -> None:
    bench, heard = Bench(tmp_path), list[str]()
    levels = Levels(bench.outbox, bench.clock, spaces={}, repeat_s=300, on_raised=lambda condition: heard.append(condition.kind))
    levels(level(active=True)._replace(kind="camera_offline"))
    levels(level(active=True), still=lambda: b"jpeg")
    levels(level(active=False), still=lambda: b"jpeg")
    assert heard == ["intrusion"]
