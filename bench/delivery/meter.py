"""What a process under measurement costs, and how far ingest has come."""

import threading
import urllib.request
from typing import Final, NamedTuple

import psutil

from lamplighter.runtime.clock import SystemClock

CLOCK: Final = SystemClock()
_EVERY_S: Final = 0.05


class Cost(NamedTuple):
    """Processor seconds, and the most memory, in MB."""

    cpu_s: float
    rss_mb: float


class Meter:
    """Watches processes by name from `start` to `stop`."""

    def __init__(self, pids: dict[str, int]) -> None:
        self._processes = {name: psutil.Process(pid) for name, pid in pids.items()}
        self._began = {name: _cpu_s(process) for name, process in self._processes.items()}
        self._most: dict[str, float] = dict.fromkeys(pids, 0.0)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._ended.wait(_EVERY_S):
            for name, process in self._processes.items():
                self._most[name] = max(self._most[name], process.memory_info().rss / 1e6)

    def stop(self) -> dict[str, Cost]:
        """What each cost since the start."""
        self._ended.set()
        self._thread.join()
        return {
            name: Cost(round(_cpu_s(process) - self._began[name], 2), round(self._most[name], 1))
            for name, process in self._processes.items()
        }


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def rows_committed(metrics_port: int) -> int:
    """Readings that ingest says are committed."""
    with urllib.request.urlopen(f"http://127.0.0.1:{metrics_port}/metrics", timeout=10) as answer:
        for line in answer.read().decode().splitlines():
            if line.startswith('lamplighter_rows_total{lane="readings"}'):
                return int(float(line.split()[-1]))
    return 0


def wait_until_committed(metrics_port: int, rows: int, *, within_s: float) -> float:
    """Seconds until so many readings are committed; raises TimeoutError that says how far it came."""
    began_s = CLOCK.monotonic()
    while (found := rows_committed(metrics_port)) < rows:
        waited_s = CLOCK.monotonic() - began_s
        if waited_s > within_s:
            raise TimeoutError(f"{found} of {rows} readings after {waited_s:.0f} s")
        CLOCK.pause(_EVERY_S)
    return CLOCK.monotonic() - began_s
