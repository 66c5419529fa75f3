"""From a raise to a clip that is kept, told of with its sha256, and counted against the policy."""

import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.cameras.protocol import Codec, Packet
from edge.evidence.clips import Clips, Recorded
from edge.evidence.footage import Clip, Footage
from edge.evidence.kept import KeptClips
from edge.evidence.large import LargeTape
from edge.evidence.sending import Sending
from edge.evidence.settings import EvidenceSettings
from edge.evidence.tapes import Tapes
from edge.evidence.worker import Job, Workshop
from edge.levels import Levels
from edge.outbox import Outbox, OutboxSettings
from edge.rules.protocol import Level
from lamplighter.contract.errors import Unavailable
from lamplighter.contract.records import DECODERS, ENCODER, Command, Condition, Still
from lamplighter.runtime.clock import FakeClock
from tests.edge.evidence.filming import at_ms, yard_on_tape
from tests.servers.processes import wait_for

pytestmark = pytest.mark.unit
SETTINGS = EvidenceSettings(jurisdiction="none", days=3, most_mb=10)
LARGE_BYTES = 50_000
"""A picture of the large stream, twice as much as one of the small one."""


class Table(Workshop):
    """Makes films of three bytes a picture of footage, or fails, without a process."""

    def __init__(self) -> None:
        super().__init__(FakeClock())
        self.jobs: list[Footage] = []
        self.fault = ""
        self.open = threading.Event()
        self.open.set()

    def make(self, job: Job) -> Clip:
        """The film's content is its job's number."""
        self.open.wait(10)
        if self.fault:
            raise Unavailable(self.fault)
        self.jobs.append(job.footage)
        return Clip(b"film %d" % len(self.jobs), b"", 200, 0, job.footage.begin_s, job.footage.end_s)


class Gate:
    """One camera's tape, levels over an outbox, and clips."""

    def __init__(self, folder: Path, *, large: LargeTape | None = None) -> None:
        self.clock = FakeClock()
        self.outbox = Outbox(folder / "outbox.sqlite", OutboxSettings(), self.clock)
        self.kept = KeptClips(folder / "clips", SETTINGS, self.clock)
        self.tape, _stills = yard_on_tape(25.0, looked_every=5)
        self.table = Table()
        self.clips = Clips(
            SETTINGS,
            {"c1": Recorded(Tapes("c1", self.tape, large), ())},
            self.kept,
            sending=Sending(self.kept, self.outbox, self.clock, camera="c1"),
            gateway="gw1",
            clock=self.clock,
            workshop=self.table,
        )
        self.levels = Levels(self.outbox, self.clock, spaces={}, repeat_s=300, on_raised=self.clips.raised)
        self.clips.start(self.levels)

    def say(self, *, active: bool, at_s: float = 10.0, kind: str = "intrusion", source: str = "c1") -> None:
        """What a rule says."""
        self.levels(Level(kind, "yard", source, active, at_ms(at_s), {}), still=lambda: b"jpeg")

    def told(self) -> list[Condition]:
        """Conditions in the outbox that tell of clips."""
        return [one for one in self.conditions() if one.clips]

    def conditions(self) -> list[Condition]:
        """Every condition in the outbox."""
        rows = self.outbox.waiting("conditions", after=0, limit=100)
        return [DECODERS["conditions"].decode(row.payload()).body for row in rows]

    def asked(self) -> list[Still]:
        """Pieces of clips in the outbox."""
        rows = self.outbox.waiting("evidence", after=0, limit=100)
        return [one for row in rows if (one := DECODERS["evidence"].decode(row.payload()).body).media == "video/mp4"]


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    made = Gate(tmp_path)
    yield made
    made.clips.stop()
    made.outbox.close()


def test_a_raise_becomes_a_clip_whose_sha256_is_told_once_it_is_there(gate: Gate) -> None:
    gate.say(active=True)
    assert gate.told() == []
    gate.clock.advance(12)
    wait_for(lambda: bool(gate.told()), "the clip is told of")
    (condition,) = gate.told()
    (note,) = condition.clips
    assert note.sha256 == hashlib.sha256(b"film 1").hexdigest()
    assert gate.kept.get(note.sha256) is not None
    assert (note.begin_ms, note.end_ms, note.raised_ms) == (at_ms(0.0), at_ms(20.0), at_ms(10.0))
    assert (condition.active, condition.repeat) == (True, True)


def test_the_clip_is_not_cut_before_what_follows_is_on_tape(gate: Gate) -> None:
    gate.say(active=True)
    gate.clock.advance(9)
    gate.clips._cut_due()
    assert len(gate.clips._pending) == 1
    assert gate.table.jobs == []


def test_where_the_condition_is_over_the_clip_is_told_with_the_level_that_stands(gate: Gate) -> None:
    gate.say(active=True)
    gate.say(active=False, at_s=12.0)
    gate.clock.advance(12)
    wait_for(lambda: bool(gate.told()), "the clip is told of")
    (condition,) = gate.told()
    assert (condition.active, condition.since_ms) == (False, at_ms(12.0))
    assert condition.clips[0].raised_ms == at_ms(10.0)


def test_conditions_raised_at_the_same_moment_share_a_clip(gate: Gate) -> None:
    gate.say(active=True)
    gate.say(active=True, at_s=11.0, kind="loitering")
    gate.clock.advance(12)
    wait_for(lambda: len(gate.told()) == 2, "both are told")
    first, second = gate.told()
    assert first.clips[0].sha256 == second.clips[0].sha256
    assert [one.clips[0].raised_ms for one in (first, second)] == [at_ms(10.0), at_ms(11.0)]
    assert len(gate.table.jobs) == 1


def test_a_condition_raised_late_in_a_clip_shares_it_and_the_clip_goes_on(gate: Gate) -> None:
    gate.say(active=True)
    gate.say(active=True, at_s=18.0, kind="loitering")
    gate.clock.advance(12)
    gate.clips._cut_due()
    assert gate.table.jobs == []
    gate.clock.advance(3)
    wait_for(lambda: len(gate.told()) == 2, "both are told")
    first, second = gate.told()
    assert first.clips[0].sha256 == second.clips[0].sha256
    assert second.clips[0].end_ms == at_ms(23.0)


def test_a_condition_that_would_make_a_clip_too_long_has_its_own(gate: Gate) -> None:
    gate.say(active=True)
    gate.say(active=True, at_s=19.5, kind="loitering")
    gate.clock.advance(12)
    wait_for(lambda: len(gate.told()) == 2, "both are told")
    first, second = gate.told()
    assert first.clips[0].sha256 != second.clips[0].sha256


def test_where_the_line_is_full_a_clip_that_shows_the_moment_is_shared(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge.evidence.clips._MOST_WAITING", 2)
    gate.table.open.clear()
    for at_s, kind in ((1.0, "intrusion"), (16.0, "loitering"), (15.0, "crowding"), (24.9, "fall")):
        gate.say(active=True, at_s=at_s, kind=kind)
        gate.clock.advance(12)
        wait_for(lambda: not gate.clips._pending, "it was cut")
    gate.table.open.set()
    wait_for(lambda: len(gate.told()) == 4, "all are told")
    clips = {one.kind: one.clips[0].sha256 for one in gate.told()}
    assert clips["intrusion"] != clips["loitering"] == clips["crowding"] == clips["fall"]


def test_where_the_line_is_full_and_no_clip_shows_the_moment_none_is_made(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge.evidence.clips._MOST_WAITING", 1)
    gate.table.open.clear()
    for at_s, kind in ((1.0, "intrusion"), (20.0, "loitering")):
        gate.say(active=True, at_s=at_s, kind=kind)
        gate.clock.advance(12)
        wait_for(lambda: not gate.clips._pending, "it was cut")
    gate.table.open.set()
    wait_for(lambda: not gate.clips._cuts, "what waited was made")
    wait_for(lambda: bool(gate.told()), "it is told of")
    assert [one.kind for one in gate.told()] == ["intrusion"]


@pytest.fixture
def large_gate(tmp_path: Path) -> Iterator[Gate]:
    """With a large stream that was there from 5 s on."""
    tape = LargeTape(length_s=60.0, most_bytes=10**8)
    tape.begin(Codec("h264"))
    for number in range(50, 250):
        tape.packet(Packet(bytes(LARGE_BYTES), number, number, key=number % 10 == 0), own_s=number / 10, came_s=number / 10)
    made = Gate(tmp_path, large=tape)
    yield made
    made.clips.stop()
    made.outbox.close()


@pytest.mark.parametrize(("at_s", "large"), [(15.5, True), (12.0, False)])
def test_a_clip_is_made_from_the_large_stream_where_it_shows_all_of_it(large_gate: Gate, at_s: float, *, large: bool) -> None:
    large_gate.say(active=True, at_s=at_s)
    large_gate.clock.advance(12)
    wait_for(lambda: bool(large_gate.told()), "the clip is told of")
    (footage,) = large_gate.table.jobs
    (condition,) = large_gate.told()
    assert footage.large is large
    assert {len(packet.data) == LARGE_BYTES for reel in footage.reels for packet in reel.packets} == {large}
    assert condition.clips[0].begin_ms == at_ms(at_s - 10.0)


def test_where_there_is_no_room_for_the_large_stream_a_clip_is_made_from_the_small_one(
    large_gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge.evidence.clips._MOST_WAITING_BYTES", 200 * LARGE_BYTES)
    large_gate.table.open.clear()
    for at_s, kind in ((1.0, "intrusion"), (15.5, "loitering")):
        large_gate.say(active=True, at_s=at_s, kind=kind)
        large_gate.clock.advance(12)
        wait_for(lambda: not large_gate.clips._pending, "it was cut")
    large_gate.table.open.set()
    wait_for(lambda: len(large_gate.told()) == 2, "both are told")
    assert [one.large for one in large_gate.table.jobs] == [False, False]


def test_a_clip_that_cannot_be_made_stops_no_other(gate: Gate) -> None:
    gate.table.fault = "broken"
    gate.say(active=True)
    gate.clock.advance(12)
    wait_for(lambda: not gate.clips._pending, "it was cut")
    wait_for(lambda: not gate.clips._cuts, "it was tried")
    gate.table.fault = ""
    gate.say(active=True, kind="loitering")
    gate.clock.advance(12)
    wait_for(lambda: bool(gate.told()), "the other is told of")
    assert [one.kind for one in gate.told()] == ["loitering"]


def test_what_no_camera_of_ours_raised_has_no_clip(gate: Gate) -> None:
    gate.say(active=True, source="other")
    assert gate.clips._pending == []


def test_a_command_brings_the_clip_to_the_outbox(gate: Gate) -> None:
    row = gate.kept.add(b"film", b"", camera="c1", raised=[("intrusion:c1:yard", 1)])
    assert not gate.clips.hear(b"no command")
    assert not gate.clips.hear(ENCODER.encode(Command(id="1", kind="dance", at_ms=1)))
    assert gate.clips.hear(ENCODER.encode(Command(id="2", kind="send_clip", at_ms=1, arguments={"sha256": row.sha256})))
    wait_for(lambda: bool(gate.asked()), "the piece waits")
    assert [(piece.sha256, piece.data) for piece in gate.asked()] == [(row.sha256, b"film")]


def test_a_policy_that_cannot_be_met_is_a_condition_and_its_end_another_level(gate: Gate) -> None:
    gate.say(active=True)
    row = gate.kept.add(bytes(11_000_000), b"", camera="c1", raised=[("intrusion:c1:yard", at_ms(10.0))])
    gate.clock.advance(61)

    def said() -> list[bool]:
        return [one.active for one in gate.conditions() if one.kind == "evidence_retention"]

    wait_for(lambda: said() == [True], "it is said that the room is full of what is locked")
    gate.say(active=False)
    gate.clock.advance(61)
    wait_for(lambda: said() == [True, False], "it is over")
    assert gate.kept.get(row.sha256) is None
