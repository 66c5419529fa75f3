"""Starting and ending a server's process."""

import socket
import subprocess
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from shutil import which

from lamplighter.runtime.clock import SystemClock

_END_WITHIN_S = 10
_LOOK_EVERY_S = 0.02


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


_READY_WITHIN_S = 60.0
"""A busy machine starts a Python process in half a minute."""


def wait_for(happened: Callable[[], bool], what: str, *, within_s: float = 20.0) -> None:
    """Return as soon as it has happened; an AssertionError names it when it has not in time."""
    clock = SystemClock()
    deadline = clock.monotonic() + within_s
    never = threading.Event()
    while not happened():
        assert clock.monotonic() < deadline, f"not within {within_s:g} s: {what}"
        never.wait(_LOOK_EVERY_S)


def listens(port: int) -> bool:
    """Whether somebody accepts connections on this loopback port."""
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex(("127.0.0.1", port)) == 0


class Server:
    """A process that listens on a port; it ends with the tests, even if they are killed."""

    def __init__(self, command: Sequence[str], port: int, *, log: Path) -> None:
        # Linux ends the server when its parent dies; elsewhere a killed run may leave one behind.
        setpriv = which("setpriv")
        self._command = [setpriv, "--pdeathsig", "KILL", *command] if setpriv else list(command)
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self.port = port

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process is not None, "the server is not running"
        return self._process.pid

    def ready(self) -> bool:
        """Whether it serves; a server that listens before it can answer says more."""
        return listens(self.port)

    def start(self) -> None:
        """Start and wait until it is ready; an AssertionError shows its log."""
        with self._log.open("ab") as log:
            process = self._process = subprocess.Popen(self._command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        try:
            what = f"{self._command} is ready on {self.port}"
            wait_for(lambda: process.poll() is not None or self.ready(), what, within_s=_READY_WITHIN_S)
            assert process.poll() is None, f"{self._command} ended"
        except AssertionError as error:
            self.kill()
            raise AssertionError(f"{error}\n{self._log.read_text('utf-8', 'replace')[-2000:]}") from error

    def stop(self) -> None:
        """Ask it to end, and wait."""
        self._end(subprocess.Popen.terminate)

    def kill(self) -> None:
        """End it at once, as a power cut of the process would."""
        self._end(subprocess.Popen.kill)

    def restart(self) -> None:
        """Start again after `stop` or `kill`, with the same port and data."""
        self.start()

    def _end(self, how: Callable[[subprocess.Popen[bytes]], None]) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        how(process)
        try:
            process.wait(_END_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(_END_WITHIN_S)
