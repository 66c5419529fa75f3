"""A camera or recorder that answers ONVIF over HTTP, checks passwords as devices do, and answers a discovery probe."""

import base64
import hashlib
import re
import socket
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal, Self
from xml.etree import ElementTree as ET

from lamplighter.runtime.clock import Clock, SystemClock
from tests.onvif import answers
from tests.onvif.answers import Kept, Profile
from tests.rtsp.admission import Admission

Asks = Literal["WS-Security", "HTTP Digest"]
_STALE = timedelta(minutes=5)
_OPEN_TO_ALL = {"GetSystemDateAndTime", "GetServices"}
_UNKNOWN = answers.fault("Receiver", "ActionNotSupported", "Optional Action Not Implemented")
_REFUSED = answers.fault("Sender", "NotAuthorized", "Sender not Authorized")


class OnvifDevice:
    """One device at `url`; `records` make it a recorder. `asked` lists the requests it took."""

    def __init__(
        self,
        *,
        profiles: Sequence[Profile] = (),
        records: Sequence[Kept] | None = None,
        events: bool = True,
        replay: str = "",
        login: tuple[str, str] | None = None,
        asks: Asks = "WS-Security",
        ahead: timedelta = timedelta(),
        known_as: str = "",
        page: int = 100,
        clock: Clock | None = None,
    ) -> None:
        self.profiles = tuple(profiles)
        self.records = records
        self.events = events
        self.replay = replay
        self.ahead = ahead
        self.asked: list[str] = []
        self._login = login
        self._asks = asks
        self._admission = Admission(login, "Digest")
        self._known_as = known_as
        self._page = page
        self._clock = clock or SystemClock()
        self._searches: dict[str, list[str]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]

    @property
    def url(self) -> str:
        """The device service."""
        return f"http://127.0.0.1:{self.port}/onvif/device_service"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        device = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                status, answer = device.take(body, self.headers.get("Authorization", ""))
                self.send_response(status)
                if status == 401:
                    self.send_header("WWW-Authenticate", device._admission.challenge)
                self.send_header("Content-Type", "application/soap+xml")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_arguments: object) -> None:
                """Say nothing."""

        return Handler

    def now(self) -> datetime:
        """What time it thinks it is."""
        return self._clock.now() + self.ahead

    def take(self, message: bytes, authorization: str) -> tuple[int, bytes]:
        """HTTP status and answer to one request."""
        root = ET.fromstring(message)  # noqa: S314 - our own client's
        body = root.find("{http://www.w3.org/2003/05/soap-envelope}Body")
        assert body is not None
        request = body[0]
        name = request.tag.partition("}")[2]
        self.asked.append(name)
        if name not in _OPEN_TO_ALL and self._login is not None:
            if self._asks == "HTTP Digest" and not self._admission.admits(authorization, method="POST"):
                return 401, b""
            if self._asks == "WS-Security" and not self._proved(root):
                return 400, _REFUSED
        answer = self._answers().get(name)
        return (200, answers.envelope(answer(request))) if answer is not None else (500, _UNKNOWN)

    def _proved(self, root: ET.Element) -> bool:
        """UsernameToken with a digest no older than five minutes by the device's clock."""
        said = {element.tag.partition("}")[2]: element.text or "" for element in root.iter()}
        if self._login is None or not {"Username", "Password", "Nonce", "Created"} <= said.keys():
            return False
        user, password = self._login
        created = datetime.fromisoformat(said["Created"])
        wanted = hashlib.sha1(base64.b64decode(said["Nonce"]) + said["Created"].encode() + password.encode(), usedforsecurity=False)
        fresh = abs(self.now() - created.astimezone(UTC)) < _STALE
        return fresh and said["Username"] == user and said["Password"] == base64.b64encode(wanted.digest()).decode()

    def _answers(self) -> dict[str, Callable[[ET.Element], str]]:
        base = f"http://{self._known_as or '127.0.0.1'}:{self.port}/onvif"
        named = {"tds": f"{base}/device_service", "trt": f"{base}/media"}
        known: dict[str, Callable[[ET.Element], str]] = {
            "GetSystemDateAndTime": lambda _request: answers.date_and_time(self.now()),
            "GetDeviceInformation": lambda _request: answers.device_information("camera" if self.records is None else "recorder"),
            "GetProfiles": lambda _request: answers.profiles(self.profiles),
            "GetStreamUri": self._stream_uri,
        }
        if self.records is not None:
            named |= {"tse": f"{base}/search", "trp": f"{base}/replay"}
            known["FindRecordings"] = self._find_recordings
            known["GetRecordingSearchResults"] = lambda request: self._results("GetRecordingSearchResults", request)
            known["GetReplayUri"] = lambda request: answers.replay_uri(
                f"{self.replay}?recording={_text(request, 'RecordingToken')}"
            )
            if self.events:
                known["FindEvents"] = self._find_events
                known["GetEventSearchResults"] = lambda request: self._results("GetEventSearchResults", request)
        return known | {"GetServices": lambda _request: answers.services(named)}

    def _stream_uri(self, request: ET.Element) -> str:
        token = _text(request, "ProfileToken")
        return answers.stream_uri(next(row.url for row in self.profiles if row.token == token))

    def _find_recordings(self, _request: ET.Element) -> str:
        self._searches["r"] = [answers.recording_row(self._told(kept)) for kept in self.records or ()]
        return answers.search_token("FindRecordings", "r")

    def _find_events(self, request: ET.Element) -> str:
        """The state at the begin, then every change within the span."""
        begun, ended = (datetime.fromisoformat(_text(request, name)) for name in ("StartPoint", "EndPoint"))
        rows = []
        for kept in map(self._told, self.records or ()):
            before = [present for at, present in kept.changes if at <= begun]
            present = before[-1] if before else kept.begun <= begun
            rows.append(answers.event_row(kept, begun, present=present, start=True))
            rows += [answers.event_row(kept, at, present=now, start=False) for at, now in kept.changes if begun < at <= ended]
        self._searches["e"] = rows
        return answers.search_token("FindEvents", "e")

    def _told(self, kept: Kept) -> Kept:
        """A recording in the device's own time."""
        changes = tuple((at + self.ahead, present) for at, present in kept.changes)
        return kept._replace(begun=kept.begun + self.ahead, ended=kept.ended + self.ahead, changes=changes)

    def _results(self, name: str, request: ET.Element) -> str:
        rows = self._searches[_text(request, "SearchToken")]
        page, rows[:] = rows[: self._page], rows[self._page :]
        return answers.found(name, page, complete=not rows)


def _text(request: ET.Element, name: str) -> str:
    return next(element.text or "" for element in request.iter() if element.tag.endswith("}" + name))


class ProbeResponder:
    """Answers WS-Discovery probes that ask for `kind` on a UDP port of this machine; garbage first, as networks have it."""

    def __init__(self, url: str, kind: str = "NetworkVideoTransmitter") -> None:
        self._url, self._kind = url, kind
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.address: tuple[str, int] = self._socket.getsockname()

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                data, peer = self._socket.recvfrom(65_536)
                self._socket.sendto(b"<not xml", peer)
                if self._kind.encode() in data:
                    self._socket.sendto(self._match(data.decode()), peer)
            except OSError:
                return

    def _match(self, asked: str) -> bytes:
        relates = re.search(r"MessageID>([^<]+)<", asked)
        discovery = "http://schemas.xmlsoap.org/ws/2005/04/discovery"
        return (
            '<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
            f'xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="{discovery}"><s:Header>'
            f"<a:RelatesTo>{relates[1] if relates else ''}</a:RelatesTo></s:Header><s:Body><d:ProbeMatches><d:ProbeMatch>"
            f"<d:XAddrs>{self._url} http://[fe80::1]/onvif/device_service</d:XAddrs>"
            "</d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>"
        ).encode()
