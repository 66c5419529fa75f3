"""A store for machines without InfluxDB: a process that speaks its write API, and answers 204 only after fsync.

    python -m bench.delivery.stand_in PORT FILE

What it stored is FILE: the lines as they came. A line that a kill cut short was never acknowledged.
"""

import gzip
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Store(ThreadingHTTPServer):
    """The server and its file."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port: int, file: Path) -> None:
        super().__init__(("127.0.0.1", port), Writes)
        self._lock = threading.Lock()
        self._file = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND)
        self._cut_torn_line(file)

    def _cut_torn_line(self, file: Path) -> None:
        content = file.read_bytes()
        os.ftruncate(self._file, content.rfind(b"\n") + 1)

    def keep(self, lines: bytes) -> None:
        """Append and sync."""
        with self._lock:
            left = memoryview(lines.rstrip(b"\n") + b"\n")
            while left:
                left = left[os.write(self._file, left) :]
            os.fsync(self._file)


class Writes(BaseHTTPRequestHandler):
    """POST /api/v2/write."""

    protocol_version = "HTTP/1.1"
    server: Store

    def do_POST(self) -> None:
        """Take the lines."""
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        self.server.keep(body)
        self.send_response(204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self) -> None:
        """GET /health."""
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    Store(int(sys.argv[1]), Path(sys.argv[2])).serve_forever()
