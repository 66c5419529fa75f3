"""Playing a recorder's oldest minute to see that it plays: RTSP with a clock range (ONVIF Streaming Specification, 6).

Nothing is kept or shown: what counts is that coded pictures come, of the time that was asked for, over the time that was asked for.
"""

import contextlib
import socket
import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from edge.onvif.login import Challenges, Login
from edge.passwords import REFUSED_PASSWORD_RETRY_S
from lamplighter.contract.errors import Unavailable
from lamplighter.runtime.clock import Clock

_NTP_EPOCH: Final = datetime(1900, 1, 1, tzinfo=UTC)
_REPLAY_PROFILE: Final = 0xABAC
"""RTP header extension that carries the moment of a picture (Streaming Specification, 6.3)."""
_VIDEO_HZ: Final = 90_000
_MOST_HEADER: Final = 65_536
_CODED: Final = {"H264": lambda first: first & 31, "H265": lambda first: first >> 1 & 63}
_PICTURES: Final = {"H264": frozenset({1, 5, 24, 25, 28, 29}), "H265": frozenset({*range(22), 48, 49})}
"""Payload types that hold coded slices, alone, together or in part (RFC 6184, table 1; RFC 7798, 4.4)."""


class Wanted(NamedTuple):
    """From which moment (by the recorder's clock) how many seconds are to play, and how long that may take."""

    since: datetime
    seconds: float
    within_s: float


class Played(NamedTuple):
    """What came: seconds of pictures, how many pictures, and the first one's moment by the recorder where it tells it."""

    seconds: float
    pictures: int
    first: datetime | None


class _Packet(NamedTuple):
    timestamp: int
    last: bool
    moment: datetime | None
    payload: bytes


class _Media(NamedTuple):
    control: str
    codec: str


def play(url: str, wanted: Wanted, *, clock: Clock, login: Login | None, timeout_s: float) -> Played:
    """Play until the wanted seconds have come or the time is up; raises Unavailable where nothing can be played."""
    with contextlib.closing(_Connection(url, login, timeout_s)) as connection:
        media = connection.describe()
        connection.begin(media, wanted.since)
        return _watched(connection.packets(), media, wanted, clock)


def _watched(packets: Iterator[_Packet], media: _Media, wanted: Wanted, clock: Clock) -> Played:
    until_s = clock.monotonic() + wanted.within_s
    first_at: datetime | None = None
    begun: int | None = None
    seconds = pictures = 0
    coded = False
    for packet in packets:
        first_at = first_at or packet.moment
        begun = packet.timestamp if begun is None else begun
        coded = coded or _is_coded(media.codec, packet.payload)
        if packet.last and coded:
            pictures, coded = pictures + 1, False
            passed = (packet.timestamp - begun) & 0xFFFFFFFF
            seconds = max(seconds, passed if passed < 1 << 31 else 0)
        if seconds >= wanted.seconds * _VIDEO_HZ or clock.monotonic() >= until_s:
            break
    return Played(seconds / _VIDEO_HZ, pictures, first_at)


def _is_coded(codec: str, payload: bytes) -> bool:
    """Whether the payload is part of a coded picture; of a codec we do not know any payload is."""
    return bool(payload) and (codec not in _CODED or _CODED[codec](payload[0]) in _PICTURES[codec])


class _Connection:
    """One RTSP connection with interleaved RTP (RFC 2326, 10.12)."""

    def __init__(self, url: str, login: Login | None, timeout_s: float) -> None:
        parts = urlsplit(url)
        self._url = url
        self._login = login
        self._timeout_s = timeout_s
        self._number = 0
        self._challenges = Challenges(())
        try:
            self._socket = socket.create_connection((parts.hostname or "", parts.port or 554), timeout=timeout_s)
        except OSError as error:
            raise Unavailable(f"{url}: {error.strerror or 'no answer'}; check the recorder's RTSP port") from error
        self._stream = self._socket.makefile("rb")

    def close(self) -> None:
        """Hang up."""
        self._stream.close()
        self._socket.close()

    def describe(self) -> _Media:
        """The first video of the presentation."""
        headers, body = self._ask("DESCRIBE", self._url, {"Accept": "application/sdp", "Require": "onvif-replay"})
        base = headers.get("content-base", self._url)
        return _video(base if base.endswith("/") else base + "/", body) or self._fail("describes no video")

    def begin(self, media: _Media, since: datetime) -> None:
        """Set the video up and play it from the moment on, as fast as it can be sent."""
        transport = {"Transport": "RTP/AVP/TCP;unicast;interleaved=0-1", "Require": "onvif-replay"}
        headers, _body = self._ask("SETUP", media.control, transport)
        session = headers.get("session", "").partition(";")[0]
        clock_range = f"clock={since.astimezone(UTC).strftime('%Y%m%dT%H%M%SZ')}-"
        more = {"Session": session, "Require": "onvif-replay", "Range": clock_range, "Rate-Control": "no"}
        self._ask("PLAY", self._url, more)

    def packets(self) -> Iterator[_Packet]:
        """RTP packets until the recorder ends, hangs up or falls silent."""
        try:
            while head := self._stream.read(1):
                if head != b"$":
                    self._stream.readline(_MOST_HEADER)
                    continue
                channel, length = struct.unpack(">BH", self._exactly(3))
                data = self._exactly(length)
                packet = _packet(data) if channel == 0 else None  # the other channel is RTCP
                if packet is not None:
                    yield packet
        except (OSError, EOFError):
            return  # what came until then is judged

    def _ask(self, method: str, uri: str, headers: dict[str, str]) -> tuple[dict[str, str], str]:
        status, told, body = self._exchange(method, uri, headers)
        if status == 401 and self._login is not None:
            status, told, body = self._exchange(method, uri, headers)
        if status == 401:
            raise Unavailable(
                f"{self._url}: the recorder refuses user or password for playback; check the user's rights",
                retry_after_s=REFUSED_PASSWORD_RETRY_S,
            )
        if status != 200:
            self._fail(f"answers {method} with {status}")
        return told, body

    def _exchange(self, method: str, uri: str, headers: dict[str, str]) -> tuple[int, dict[str, str], str]:
        self._number += 1
        proof = self._challenges.answer(self._login, method=method, uri=uri) if self._login is not None else None
        said = {"CSeq": str(self._number), **headers, **({"Authorization": proof} if proof else {})}
        lines = "".join(f"{key}: {value}\r\n" for key, value in said.items())
        try:
            self._socket.sendall(f"{method} {uri} RTSP/1.0\r\n{lines}\r\n".encode())
            return self._answer()
        except (OSError, EOFError, ValueError) as error:
            raise Unavailable(f"{self._url}: no answer to {method} within {self._timeout_s:g} s") from error

    def _answer(self) -> tuple[int, dict[str, str], str]:
        status = int(self._line().split(" ")[1])
        told: dict[str, str] = {}
        refusals = []
        while line := self._line():
            key, _, value = line.partition(":")
            told[key.strip().lower()] = value.strip()
            refusals += [value.strip()] if key.strip().lower() == "www-authenticate" else []
        self._challenges = Challenges(tuple(refusals)) if refusals else self._challenges
        body = self._exactly(int(told.get("content-length", "0"))).decode("utf-8", "replace")
        return status, told, body

    def _line(self) -> str:
        line = self._stream.readline(_MOST_HEADER)
        if not line:
            raise EOFError
        return line.decode("latin-1").strip() if line.strip() else ""

    def _exactly(self, count: int) -> bytes:
        data = self._stream.read(count)
        if len(data) < count:
            raise EOFError
        return data

    def _fail(self, why: str) -> _Media:
        raise Unavailable(f"{self._url}: the recorder {why}")


def _video(base: str, description: str) -> _Media | None:
    """Control address and codec of the first `m=video` (RFC 8866)."""
    _, found, rest = description.partition("m=video")
    if not found:
        return None
    attributes = dict(line[2:].split(":", 1) for line in rest.partition("\nm=")[0].splitlines() if line[:2] == "a=" and ":" in line)
    codec = attributes.get("rtpmap", "").partition(" ")[2].partition("/")[0].upper()
    control = attributes.get("control", "").strip()
    # Put together as text, query and all, as every server and player does whatever RFC 3986 says.
    return _Media(control if "://" in control else base + control.removeprefix("*"), codec)


def _packet(data: bytes) -> _Packet | None:
    """One RTP packet (RFC 3550, 5.1) with ONVIF's replay extension where it has it; None where it is none."""
    if len(data) < 12 or data[0] >> 6 != 2:
        return None
    start = 12 + 4 * (data[0] & 15)
    moment = None
    if data[0] & 16 and len(data) >= start + 4:
        profile, words = struct.unpack(">HH", data[start : start + 4])
        if profile == _REPLAY_PROFILE and words >= 2 and len(data) >= start + 12:
            seconds, fraction = struct.unpack(">II", data[start + 4 : start + 12])
            moment = _NTP_EPOCH + timedelta(seconds=seconds + fraction / (1 << 32))
        start += 4 + 4 * words
    return _Packet(struct.unpack(">I", data[4:8])[0], bool(data[1] & 128), moment, data[start:])
