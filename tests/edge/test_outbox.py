"""The outbox: what it accepted is there after a crash, in order, until the centre has it."""

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.outbox import Outbox, OutboxSettings
from lamplighter.contract.errors import SettingsError
from lamplighter.contract.records import DECODERS, ENCODER, Reading, Readings
from lamplighter.contract.topics import MAX_BYTES
from lamplighter.runtime.clock import FakeClock

pytestmark = pytest.mark.unit


def body(value: float = 1.0) -> bytes:
    return ENCODER.encode(Readings([Reading("lux1", "illuminance_lx", 1_700_000_000_000, value)]))


def opened(folder: Path, **settings: int) -> Outbox:
    return Outbox(folder / "outbox.sqlite", OutboxSettings(**settings), FakeClock())


def test_what_was_accepted_is_there_after_the_process_died(tmp_path: Path) -> None:
    first = opened(tmp_path)
    seqs = [first.add("readings", body(value)) for value in (1.0, 2.0, 3.0)]
    second = opened(tmp_path)  # the first was never closed, as after kill -9
    waiting = second.waiting("readings", after=0, limit=10)
    assert [row.seq for row in waiting] == seqs == [1, 2, 3]
    assert {row.boot for row in waiting} == {first.boot}


def test_a_later_start_has_a_greater_number_even_when_the_clock_went_back(tmp_path: Path) -> None:
    clock = FakeClock(start_ms=1_900_000_000_000)
    first = Outbox(tmp_path / "outbox.sqlite", OutboxSettings(), clock)
    second = Outbox(tmp_path / "outbox.sqlite", OutboxSettings(), FakeClock(start_ms=1_000_000_000_000))
    assert second.boot > first.boot
    assert second.boot_id != first.boot_id


def test_a_message_on_the_wire_decodes_and_says_what_is_held(tmp_path: Path) -> None:
    outbox = opened(tmp_path)
    for value in (1.0, 2.0, 3.0):
        outbox.add("readings", body(value))
    outbox.forget(boot=outbox.boot, boot_id=outbox.boot_id, lane="readings", ranges=[(1, 1)])
    envelope = DECODERS["readings"].decode(outbox.waiting("readings", after=0, limit=1)[0].payload())
    assert (envelope.boot, envelope.boot_id, envelope.seq, envelope.low, envelope.high) == (outbox.boot, outbox.boot_id, 2, 2, 3)
    assert envelope.body.readings[0].value == 2.0


def test_only_the_named_start_and_lane_are_forgotten(tmp_path: Path) -> None:
    outbox = opened(tmp_path)
    outbox.add("readings", body())
    outbox.add("conditions", b"{}")
    assert outbox.forget(boot=outbox.boot, boot_id="another", lane="readings", ranges=[(1, 9)]) == []
    assert outbox.forget(boot=outbox.boot, boot_id=outbox.boot_id, lane="conditions", ranges=[(1, 9)]) != []
    assert outbox.status()["readings"].rows == 1


@settings(max_examples=25)  # every example syncs 30 rows to disk
@given(st.lists(st.tuples(st.integers(1, 30), st.integers(0, 6)), max_size=8))
def test_forgetting_ranges_leaves_exactly_the_others(
    tmp_path_factory: pytest.TempPathFactory, parts: list[tuple[int, int]]
) -> None:
    outbox = opened(tmp_path_factory.mktemp("outbox"))
    for _ in range(30):
        outbox.add("readings", body())
    ranges = [(first, first + more) for first, more in parts]
    outbox.forget(boot=outbox.boot, boot_id=outbox.boot_id, lane="readings", ranges=ranges)
    gone = {seq for first, last in ranges for seq in range(first, last + 1)}
    left = [row.seq for row in outbox.waiting("readings", after=0, limit=100)]
    outbox.close()
    assert left == [seq for seq in range(1, 31) if seq not in gone]


def test_a_full_outbox_sheds_the_oldest_readings_and_counts_them(tmp_path: Path) -> None:
    outbox = opened(tmp_path, max_bytes=64 * 1024)
    big = b'{"readings":[' + b" " * 30_000 + b"]}"
    outbox.add("conditions", b"{}")
    for _ in range(5):
        outbox.add("readings", big, items=10)
    status = outbox.status()
    assert [row.seq for row in outbox.waiting("readings", after=0, limit=9)] == [4, 5]
    assert (status["readings"].shed, status["readings"].produced) == (30, 50)
    assert status["conditions"].rows == 1


def test_a_message_too_large_for_its_lane_is_refused_before_it_is_queued(tmp_path: Path) -> None:
    outbox = opened(tmp_path)
    with pytest.raises(ValueError, match="more than the lane conditions carries"):
        outbox.add("conditions", b" " * MAX_BYTES["conditions"])
    assert outbox.add("conditions", b"{}") == 1, "a refused message takes up no sequence number"


def test_an_unsent_repeat_gives_way_to_the_newer_one_without_a_gap(tmp_path: Path) -> None:
    outbox = opened(tmp_path)
    first = outbox.add("conditions", b'{"n":1}', repeat_of="x")
    assert outbox.add("conditions", b'{"n":2}', repeat_of="x") == first
    assert [row.body for row in outbox.waiting("conditions", after=0, limit=9)] == [b'{"n":2}']
    assert outbox.add("conditions", b'{"n":3}', repeat_of="x") == first + 1, "what was sent may be stored and is not changed"


def test_a_raise_its_level_and_its_still_are_accepted_together(tmp_path: Path) -> None:
    outbox = opened(tmp_path)
    outbox.add_level(b"{}", level=("a", True, 5), counts={"raised:intrusion": 1}, still=b"{}")
    assert outbox.levels() == {"a": (True, 5)}
    assert {lane: state.rows for lane, state in outbox.status().items()} == {"conditions": 1, "readings": 0, "evidence": 1}
    with pytest.raises(ValueError, match="evidence"):
        outbox.add_level(b"{}", level=("b", True, 6), counts={}, still=b" " * MAX_BYTES["evidence"])
    assert "b" not in outbox.levels()
    assert outbox.status()["conditions"].rows == 1


def test_a_folder_that_cannot_hold_it_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(SettingsError, match="give a data_dir that can be written"):
        Outbox(tmp_path / "file" / "outbox.sqlite", OutboxSettings(), FakeClock())


def test_every_commit_is_synced_to_disk(tmp_path: Path) -> None:
    outbox = opened(tmp_path)
    assert outbox._db.execute("PRAGMA synchronous").fetchone() == (2,)
    assert sqlite3.connect(tmp_path / "outbox.sqlite").execute("PRAGMA journal_mode").fetchone() == ("wal",)
