"""The machine itself: its clock and its disk."""

import ctypes
import os
import shutil
import socket
import struct
import sys
from pathlib import Path
from typing import Final

from lamplighter.contract.errors import SettingsError, Unavailable
from lamplighter.doctor.finding import Finding, fault, ok, skipped, tried
from lamplighter.runtime.clock import Clock

LEAST_FREE_BYTES: Final = 500_000_000
MOST_OFFSET_S: Final = 2.0
_TIME_ERROR: Final = 5
"""What adjtimex(2) returns while nobody keeps the clock."""
_NTP_PORT: Final = 123
_NTP_EPOCH_S: Final = 2_208_988_800
"""From 1900, NTP's epoch, to 1970 (RFC 5905, section 6)."""
_NTP_TIMEOUT_S: Final = 3.0
_NTP_PACKET_BYTES: Final = 48
_KEEP_TIME: Final = "switch time synchronisation on (timedatectl set-ntp true), with a server that this network reaches"


def look_at_clock(clock: Clock, ntp_host: str | None) -> Finding:
    """The offset from an NTP server where one is named, else whether the system keeps its clock synchronised."""
    shown = f"{clock.now():%Y-%m-%d %H:%M:%S} UTC"
    if ntp_host is None:
        return _look_at_keeping(shown)
    try:
        offset_s = ntp_offset_s(ntp_host, clock)
    except OSError as error:
        return fault("clock", ntp_host, f"no answer over NTP: {error.strerror or error}", "name a time server that answers")
    if abs(offset_s) > MOST_OFFSET_S:
        return fault("clock", ntp_host, f"this machine is {-offset_s:+.1f} s off; it says {shown}", _KEEP_TIME)
    return ok("clock", ntp_host, f"{-offset_s * 1000:+.0f} ms off; {shown}")


def ntp_offset_s(host: str, clock: Clock, *, port: int = _NTP_PORT) -> float:
    """Seconds to add to this machine's clock (SNTP, RFC 5905 section 14); raises OSError."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.settimeout(_NTP_TIMEOUT_S)
        asker.connect((host, port))
        sent_s = clock.now_ms() / 1000
        asker.send(b"\x23" + bytes(_NTP_PACKET_BYTES - 1))  # version 4, client
        answer = asker.recv(512)
        received_s = clock.now_ms() / 1000
    if len(answer) < _NTP_PACKET_BYTES:
        raise OSError("the answer is too short for NTP")
    whole, part = struct.unpack(">II", answer[40:48])
    return float(whole - _NTP_EPOCH_S + part / 2**32 - (sent_s + received_s) / 2)


def look_at_disk(folder: Path, *, wanted_bytes: int = 0) -> Finding:
    """Whether a file can be written there, and whether there is room for what will be, `wanted_bytes`."""
    return tried("disk", str(folder), lambda: _room(folder, wanted_bytes), remedy="give the disk more room, or another folder")


def _room(folder: Path, wanted_bytes: int) -> str:
    probe = folder / f".doctor-{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with probe.open("wb") as file:
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())
        probe.unlink()
        free_bytes = shutil.disk_usage(folder).free
    except OSError as error:
        raise SettingsError(f"cannot be written: {error.strerror}; give this user rights there, or name another folder") from error
    if free_bytes < wanted_bytes + LEAST_FREE_BYTES:
        raise Unavailable(f"{free_bytes / 1e9:.1f} GB free, {(wanted_bytes + LEAST_FREE_BYTES) / 1e9:.1f} GB wanted")
    return f"written and read; {free_bytes / 1e9:.1f} GB free"


def _look_at_keeping(shown: str) -> Finding:
    if not sys.platform.startswith("linux"):
        return skipped("clock", "system", f"{shown}; name a time server with --ntp to compare")
    state = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.create_string_buffer(256))  # modes 0: it only reads
    if state < 0:
        return skipped("clock", "system", f"{shown}; the system does not say how it is kept; name a time server with --ntp")
    if state == _TIME_ERROR:
        return fault("clock", "system", f"nobody keeps this machine's clock; it says {shown}", _KEEP_TIME)
    return ok("clock", "system", f"kept synchronised; {shown}")
