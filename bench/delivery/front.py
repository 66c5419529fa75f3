"""Stands before the store, in the driver's process: lets writes through, holds them, refuses them, or refuses some lines."""

import gzip
import http.client
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final, NamedTuple

Lines = list[bytes]
BAD: Final = 500
"""Of the series `lux7`, a line whose time in ms is a multiple of this is bad, where lines are refused."""


class Answer(NamedTuple):
    """What the client is told; `None` as an answer means: as the store says."""

    status: int
    body: bytes
    headers: dict[str, str]


def is_bad(line: bytes) -> bool:
    """Whether a line is among those refused."""
    return b"device=lux7" in line and int(line.rsplit(b" ", 1)[1]) % BAD == 0


def refuse_all(status: int, code: str, headers: dict[str, str] | None = None) -> Callable[[Lines], tuple[Lines, Answer | None]]:
    """Nothing of a request is stored."""
    answer = Answer(status, b'{"code":"%s","message":"%s"}' % (code.encode(), code.encode()), headers or {})
    return lambda _lines: ([], answer)


def refuse_unparsable(lines: Lines) -> tuple[Lines, Answer | None]:
    """As InfluxDB's 400: one bad line, and nothing of the request is stored."""
    bad = next((line for line in lines if is_bad(line)), None)
    if bad is None:
        return lines, None
    return [], Answer(400, b'{"code":"invalid","message":"unable to parse \'%s\': bad line of the rig"}' % bad, {})


def refuse_conflicting(lines: Lines) -> tuple[Lines, Answer | None]:
    """As InfluxDB's 422: all but the bad lines are stored."""
    good = [line for line in lines if not is_bad(line)]
    if len(good) == len(lines):
        return lines, None
    said = b'{"code":"unprocessable entity","message":"failure writing points to database: partial write: field type conflict'
    return good, Answer(422, said + b' of the rig dropped=%d"}' % (len(lines) - len(good)), {})


class Front(ThreadingHTTPServer):
    """One for a rig. `refusal` judges each request's lines; `open` cleared holds requests until it is set."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, store_port: int) -> None:
        super().__init__(("127.0.0.1", 0), _Writes)
        self.store_port = store_port
        self.port = self.server_address[1]
        self.open = threading.Event()
        self.open.set()
        self.refusal: Callable[[Lines], tuple[Lines, Answer | None]] | None = None
        self.stamps = False
        self.requests = 0
        self._counting = threading.Lock()
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def count(self) -> int:
        """The number of a request."""
        with self._counting:
            self.requests += 1
            return self.requests

    def handle_error(self, request: object, client_address: object) -> None:
        """A client or a store that was killed is what we are here for."""


class _Writes(BaseHTTPRequestHandler):
    """One connection of a client."""

    protocol_version = "HTTP/1.1"
    server: Front

    def do_POST(self) -> None:
        """Judge, then pass on."""
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.server.open.wait()
        passed, answer = self._judge(body)
        if passed:
            status, said, headers = self._pass_on(passed)
            if status >= 300 or answer is None:
                answer = Answer(status, said, headers)
        if answer is None:
            answer = Answer(204, b"", {})
        self._say(answer)

    def _judge(self, body: bytes) -> tuple[bytes, Answer | None]:
        """What goes to the store, and what is answered."""
        front = self.server
        if not self.path.startswith("/api/v2/write") or (front.refusal is None and not front.stamps):
            return body, None
        lines = (gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body).split(b"\n")
        good, answer = front.refusal(lines) if front.refusal is not None else (lines, None)
        if front.stamps:
            number = front.count()
            good = [line.replace(b" ", b",arrival=%d " % number, 1) for line in good]
        text = b"\n".join(good)
        return (gzip.compress(text, 1) if text and self.headers.get("Content-Encoding") == "gzip" else text), answer

    def _pass_on(self, body: bytes) -> tuple[int, bytes, dict[str, str]]:
        store = http.client.HTTPConnection("127.0.0.1", self.server.store_port, timeout=60)
        headers = {
            name: value for name, value in self.headers.items() if name.lower() not in ("host", "content-length", "connection")
        }
        try:
            store.request("POST", self.path, body, headers)
            answer = store.getresponse()
            return answer.status, answer.read(), {}
        finally:
            store.close()

    def _say(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""
