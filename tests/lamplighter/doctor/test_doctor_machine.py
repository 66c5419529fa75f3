"""The doctor on the machine itself: clock and disk."""

import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from lamplighter.doctor import machine
from lamplighter.doctor.machine import look_at_clock, look_at_disk, ntp_offset_s
from lamplighter.runtime.clock import FakeClock

pytestmark = pytest.mark.unit

NOW_MS = 1_790_000_000_000
NTP_EPOCH_S = 2_208_988_800


@pytest.fixture
def time_server() -> Iterator[int]:
    """An NTP server on loopback for which it is always NOW_MS and a quarter of a second."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        def answer() -> None:
            question, asker = server.recvfrom(512)
            assert question[0] & 0x07 == 3, "a client's question"
            stamp = struct.pack(">II", NOW_MS // 1000 + NTP_EPOCH_S, 1 << 30)
            server.sendto(bytes([0x24]) + bytes(39) + stamp, asker)

        thread = threading.Thread(target=answer)
        thread.start()
        yield server.getsockname()[1]
        thread.join(5)


def test_the_offset_is_what_must_be_added_to_this_clock(time_server: int) -> None:
    assert ntp_offset_s("127.0.0.1", FakeClock(NOW_MS - 10_000), port=time_server) == pytest.approx(10.25, abs=0.001)


@pytest.mark.parametrize(("offset_s", "state"), [(0.3, "ok"), (-1.9, "ok"), (86_400.0, "fault"), (-86_400.0, "fault")])
def test_a_clock_that_is_off_is_a_fault(monkeypatch: pytest.MonkeyPatch, offset_s: float, state: str) -> None:
    monkeypatch.setattr(machine, "ntp_offset_s", lambda _host, _clock: offset_s)
    assert look_at_clock(FakeClock(NOW_MS), "time.example").state == state


def test_a_clock_ahead_is_said_to_be_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "ntp_offset_s", lambda _host, _clock: -86_400.0)
    found = look_at_clock(FakeClock(NOW_MS), "time.example")
    assert found.detail == "this machine is +86400.0 s off; it says 2026-09-21 14:13:20 UTC"


def test_a_time_server_that_is_silent_is_named() -> None:
    found = look_at_clock(FakeClock(NOW_MS), "127.0.0.1")
    assert found.state == "fault"
    assert found.detail.startswith("no answer over NTP")


def test_a_folder_with_room_is_well(tmp_path: Path) -> None:
    found = look_at_disk(tmp_path / "new")
    assert found.state == "ok", found
    assert list((tmp_path / "new").iterdir()) == []


def test_too_little_room_is_a_fault(tmp_path: Path) -> None:
    found = look_at_disk(tmp_path, wanted_bytes=10**18)
    assert found.state == "fault"
    assert found.detail.endswith("1000000000.5 GB wanted")


def test_a_folder_that_cannot_be_written_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    found = look_at_disk(tmp_path / "file" / "below")
    assert found.state == "fault"
    assert found.detail.startswith("cannot be written: Not a directory")
    assert found.remedy == "give this user rights there, or name another folder"
