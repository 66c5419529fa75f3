"""A full disk: conditions and deletions still go, oldest readings make room for new ones, and what was shed is told exactly."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.given_up import GivenUpReports
from edge.outbox import Outbox, OutboxSettings
from lamplighter.contract.records import DECODERS
from lamplighter.contract.topics import Gateway
from lamplighter.runtime.clock import FakeClock

pytestmark = pytest.mark.unit
GATEWAY = Gateway("d1", "s1", "gw1")
BODY = b'{"readings":[' + b" " * 3000 + b"]}"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 6 MB of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount, umount = shutil.which("mount"), shutil.which("umount")
    if os.geteuid() != 0 or mount is None or umount is None:
        pytest.skip("a file system of its own needs root and mount")
    if subprocess.run([mount, "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)], check=False, capture_output=True).returncode:
        pytest.skip("mount is not allowed here")
    yield folder
    subprocess.run([umount, "-l", str(folder)], check=True)


def filled(folder: Path, clock: FakeClock) -> tuple[Outbox, int]:
    """An outbox on a disk that is full: another program took the rest."""
    outbox = Outbox(folder / "outbox.sqlite", OutboxSettings(reserve_bytes=2 * 1024 * 1024), clock)
    for _ in range(300):
        outbox.add("readings", BODY, items=1)
    left = shutil.disk_usage(folder).free
    (folder / "other").write_bytes(b"x" * left)
    return outbox, 300


def test_a_condition_is_accepted_on_a_full_disk(small_disk: Path) -> None:
    outbox, _ = filled(small_disk, FakeClock())
    for _ in range(200):
        outbox.add("conditions", b'{"x":"' + b"y" * 2000 + b'"}')
    assert outbox.status()["conditions"].rows == 200


def test_new_readings_take_the_place_of_the_oldest_on_a_full_disk(small_disk: Path) -> None:
    outbox, before = filled(small_disk, FakeClock())
    last = [outbox.add("readings", BODY, items=1) for _ in range(2000)][-1]
    status = outbox.status()["readings"]
    assert status.produced == before + 2000
    assert status.rows + status.shed == status.produced
    held = [row.seq for row in outbox.waiting("readings", after=0, limit=10_000)]
    assert held == list(range(last - len(held) + 1, last + 1)), "the newest are there, the oldest went"


def test_deletions_go_on_a_full_disk(small_disk: Path) -> None:
    outbox, before = filled(small_disk, FakeClock())
    gone = outbox.forget(boot=outbox.boot, boot_id=outbox.boot_id, lane="readings", ranges=[(1, before)])
    assert len(gone) == before


def test_the_reserve_is_taken_again_when_there_is_room(small_disk: Path) -> None:
    clock = FakeClock()
    outbox, _ = filled(small_disk, clock)
    for _ in range(2000):
        outbox.add("readings", BODY)
    assert not (small_disk / "outbox.sqlite.reserve").exists()
    (small_disk / "other").unlink()
    clock.advance(60)
    outbox.add("readings", BODY)
    assert (small_disk / "outbox.sqlite.reserve").stat().st_size == 2 * 1024 * 1024


def test_what_was_shed_is_told_to_the_last_reading(tmp_path: Path) -> None:
    clock = FakeClock()
    outbox = Outbox(tmp_path / "outbox.sqlite", OutboxSettings(max_bytes=64 * 1024), clock)
    reports = GivenUpReports(GATEWAY, outbox, clock)
    for _ in range(200):
        outbox.add("readings", BODY, items=7)
        clock.advance(1)
        reports.tell()
    clock.advance(5)
    reports.tell()
    messages = [DECODERS["conditions"].decode(row.payload()) for row in outbox.waiting("conditions", after=0, limit=1000)]
    spans = [span for message in messages for span in message.body.given_up]
    told = sorted(seq for span in spans for seq in range(span.first, span.last + 1))
    held = [row.seq for row in outbox.waiting("readings", after=0, limit=1000)]
    assert told == [seq for seq in range(1, 201) if seq not in held], "each once, and no other"
    assert sum(span.items for span in spans) == outbox.status()["readings"].shed == 7 * len(told)
    assert [message.body.repeat for message in messages][:2] == [False, True], "one raise, then said again"


def test_a_span_says_when_its_messages_were_accepted(tmp_path: Path) -> None:
    clock = FakeClock(start_ms=1_000_000)
    outbox = Outbox(tmp_path / "outbox.sqlite", OutboxSettings(max_bytes=64 * 1024), clock)
    for _ in range(30):
        outbox.add("readings", BODY)
        clock.advance(1)
    (span,) = outbox.untold(9)
    assert (span.from_ms, span.to_ms) == (1_000_000, 1_000_000 + 1000 * (span.last - 1))


def test_shedding_that_ended_is_said_to_have_ended(tmp_path: Path) -> None:
    clock = FakeClock()
    outbox = Outbox(tmp_path / "outbox.sqlite", OutboxSettings(max_bytes=64 * 1024), clock)
    reports = GivenUpReports(GATEWAY, outbox, clock)
    for _ in range(30):
        outbox.add("readings", BODY)
    reports.tell()
    clock.advance(400)
    reports.tell()
    messages = [DECODERS["conditions"].decode(row.payload()) for row in outbox.waiting("conditions", after=0, limit=9)]
    assert [message.body.active for message in messages] == [True, False]
