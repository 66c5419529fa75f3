"""An RTSP server (RFC 2326) that sends one H.264 clip for ever as RTP over TCP (RFC 6184), each client from a thread of its own."""

import base64
import contextlib
import itertools
import re
import socket
import struct
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, Self

from lamplighter.runtime.clock import SystemClock
from tests.rtsp.admission import Admission, Scheme
from tests.rtsp.clip import access_units, shown_places

Mood = Literal["well", "silent", "mute", "stalls"]
"""well: plays; silent: takes connections, never answers; mute: answers, sends no picture; stalls: plays for 3 s, then hangs."""
_NTP_EPOCH_S = 2_208_988_800
"""1970 in seconds since 1900 (RFC 5905)."""
_MTU = 1400


class RtspServer:
    """One camera at `url`. `stop` closes its port and every connection; `start` opens the same port again."""

    def __init__(
        self,
        clip: Path,
        *,
        fps: int = 10,
        mood: Mood = "well",
        login: tuple[str, str] | None = None,
        scheme: Scheme = "Basic",
        resets_after: int | None = None,
        clock_ahead_s: float | None = None,
        kept_from: datetime | None = None,
        live_since_s: float | None = None,
    ) -> None:
        """`live_since_s` (monotonic): each client is sent what is shown now; else each is sent the clip from its beginning."""
        self._units = access_units(clip)
        self._places = shown_places(clip)
        self._held_back = max(place - number for number, place in enumerate(self._places))
        self._live_since_s = live_since_s
        self._fps = fps
        self._mood = mood
        self._admission = Admission(login, scheme)
        self._resets_after = resets_after
        self._clock_ahead_s = clock_ahead_s
        self._kept_from = kept_from
        self._port = 0
        self._stopped = threading.Event()
        self._clients: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self.requests: list[str] = []

    @property
    def url(self) -> str:
        """Where it is, once started."""
        return f"rtsp://127.0.0.1:{self._port}/yard"

    def start(self) -> Self:
        """Listen."""
        self._stopped = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", self._port), reuse_port=False)
        self._port = self._socket.getsockname()[1]
        self._run(self._accept, self._socket, self._stopped)
        return self

    def stop(self) -> None:
        """Cut everything off, as a camera does that loses its power."""
        self._stopped.set()
        for one in (self._socket, *self._clients):
            with contextlib.suppress(OSError):  # it may be gone already
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        for thread in self._threads:
            thread.join(5)
        self._clients.clear()
        self._threads.clear()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def _run(self, act: object, *arguments: object) -> None:
        thread = threading.Thread(target=act, args=arguments, daemon=True)  # type: ignore[arg-type] # one of our methods
        self._threads.append(thread)
        thread.start()

    def _accept(self, listening: socket.socket, stopped: threading.Event) -> None:
        while not stopped.is_set():
            try:
                client, _address = listening.accept()
            except OSError:
                return
            self._clients.append(client)
            if self._mood != "silent":
                self._run(self._serve, client, stopped)

    def _serve(self, client: socket.socket, stopped: threading.Event) -> None:
        try:
            for request in _requests(client):
                self.requests.append(request.split(" ", 1)[0])
                client.sendall(self._answer(request))
                if request.startswith("PLAY") and self._mood in ("well", "stalls"):
                    self._run(self._play, client, stopped, self._replayed(request), "\r\nRate-Control: no" in request)
        except OSError:
            return

    def _answer(self, request: str) -> bytes:
        lines = request.split("\r\n")
        method, url = lines[0].split(" ")[:2]
        headers = {key.lower(): value.strip() for key, _, value in (line.partition(":") for line in lines[1:])}
        status, extra, body = "200 OK", "", ""
        if method == "OPTIONS":
            extra = "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n"
        elif not self._admission.admits(headers.get("authorization", ""), method=method):
            status, extra = "401 Unauthorized", f"WWW-Authenticate: {self._admission.challenge}\r\n"
        elif not url.split("?")[0].rstrip("/").startswith(self.url):
            status = "404 Not Found"
        elif method == "DESCRIBE":
            body = self._description()
            extra = f"Content-Base: {url}/\r\nContent-Type: application/sdp\r\n"
        elif method == "SETUP":
            extra = "Session: 7\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n"
        elif method == "PLAY":
            extra = "Session: 7\r\nRange: npt=0.000-\r\n"
        length = f"Content-Length: {len(body)}\r\n" if body else ""
        return f"RTSP/1.0 {status}\r\nCSeq: {headers.get('cseq', '0')}\r\n{extra}{length}\r\n{body}".encode()

    def _replayed(self, request: str) -> datetime | None:
        """Of a recorder, the moment to play from: the one asked for, or where its recordings begin. Live pictures: None."""
        asked = re.search(r"\r\nRange: clock=(\d{8}T\d{6})Z-", request)
        if self._kept_from is None or asked is None:
            return None
        return max(datetime.strptime(asked[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC), self._kept_from)

    def _description(self) -> str:
        sets = [unit for unit in self._units[0] if unit[0] & 31 in (7, 8)]
        profile = sets[0][1:4].hex()
        shown = ",".join(base64.b64encode(unit).decode() for unit in sets)
        return (
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=yard\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\n"
            "a=rtpmap:96 H264/90000\r\n"
            f"a=fmtp:96 packetization-mode=1;profile-level-id={profile};sprop-parameter-sets={shown}\r\na=control:track0\r\n"
        )

    def _over(self, number: int, client: socket.socket, stopped: threading.Event) -> bool:
        """Whether this camera misbehaves at this frame: hangs until it is stopped, or cuts the connection off."""
        if self._mood == "stalls" and number == 3 * self._fps:
            stopped.wait()
            return True
        if self._resets_after is not None and number >= self._resets_after:
            client.shutdown(socket.SHUT_RDWR)
            return True
        return False

    def _timestamp(self, number: int) -> int:
        """When the picture sent in this turn is shown, in ticks."""
        turns, place = divmod(number, len(self._places))
        return int((turns * len(self._places) + self._places[place]) * 90_000 / self._fps)

    def _play(self, client: socket.socket, stopped: threading.Event, since: datetime | None, hurried: object) -> None:
        sequence = itertools.count(1)
        clock = SystemClock()
        begun_s = clock.monotonic() if self._live_since_s is None else self._live_since_s
        try:
            for number in itertools.count(max(0, int((clock.monotonic() - begun_s) * self._fps))):
                if self._over(number, client, stopped):
                    return
                timestamp = self._timestamp(number)
                if self._clock_ahead_s is not None and number % self._fps == 0:
                    client.sendall(_sender_report(timestamp, self._clock_ahead_s))
                moment = None if since is None else since + timedelta(seconds=number / self._fps)
                client.sendall(b"".join(_packets(self._units[number % len(self._units)], timestamp, sequence, moment)))
                pause_s = 0.0 if hurried else begun_s + (number + 1 + self._held_back) / self._fps - clock.monotonic()
                if stopped.wait(max(0.0, pause_s)):
                    return
        except OSError:
            return  # the client left


def _sender_report(timestamp: int, ahead_s: float) -> bytes:
    """An interleaved RTCP sender report (RFC 3550, 6.4.1): this RTP time was that moment by the camera's clock."""
    report = struct.pack(">BBHI", 0x80, 200, 6, 0x5EED) + _ntp(SystemClock().now_ms() / 1000 + ahead_s)
    report += struct.pack(">III", timestamp & 0xFFFFFFFF, 0, 0)
    return b"$\x01" + struct.pack(">H", len(report)) + report


def _ntp(at_s: float) -> bytes:
    """Seconds since 1970 as an NTP time stamp of 64 bits."""
    seconds = at_s + _NTP_EPOCH_S
    return struct.pack(">II", int(seconds), int(seconds % 1 * (1 << 32)))


def _requests(client: socket.socket) -> Iterator[str]:
    """Requests of one connection; the client's RTCP between them is passed over."""
    pending = b""
    while True:
        if pending[:1] == b"$" and len(pending) >= 4:
            length = 4 + struct.unpack(">H", pending[2:4])[0]
            if len(pending) >= length:
                pending = pending[length:]
                continue
        elif pending[:1] != b"$" and b"\r\n\r\n" in pending:
            request, _, pending = pending.partition(b"\r\n\r\n")
            yield request.decode()
            continue
        received = client.recv(4096)
        if not received:
            return
        pending += received


def _packets(units: list[bytes], timestamp: int, sequence: Iterator[int], moment: datetime | None) -> Iterator[bytes]:
    """One picture as interleaved RTP packets, the last one marked; large NAL units in fragments (FU-A).

    A replayed picture's first packet tells its moment (ONVIF Streaming Specification, 6.3).
    """
    payloads = [payload for unit in units for payload in _payloads(unit)]
    for place, payload in enumerate(payloads, start=1):
        kind = 96 | (0x80 if place == len(payloads) else 0)
        extension = b"" if moment is None or place > 1 else struct.pack(">HH", 0xABAC, 3) + _ntp(moment.timestamp()) + bytes(4)
        first = 0x90 if extension else 0x80
        packet = struct.pack(">BBHII", first, kind, next(sequence) & 0xFFFF, timestamp & 0xFFFFFFFF, 0x5EED) + extension + payload
        yield b"$\x00" + struct.pack(">H", len(packet)) + packet


def _payloads(unit: bytes) -> Iterator[bytes]:
    if len(unit) <= _MTU:
        yield unit
        return
    parts = [unit[start : start + _MTU] for start in range(1, len(unit), _MTU)]
    for place, part in enumerate(parts):
        first, last = place == 0, place == len(parts) - 1
        yield bytes([unit[0] & 0xE0 | 28, unit[0] & 31 | (0x80 if first else 0) | (0x40 if last else 0)]) + part
