"""Runs the children of a plan from first to last, and says what came of it."""

import asyncio
import fcntl
import os
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from console.port import claim_port
from lamplighter.contract.errors import SettingsError, Unavailable
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.logs import logger
from lamplighter.runtime.stopping import stop_on_signals, wait_for
from lamplighter.up.children import Running
from lamplighter.up.plan import Plan, UpOptions
from lamplighter.up.summary import summarise

_READY_S: Final = 30.0
_SETTLE_S: Final = 90.0
_MQTT_CONNECT: Final = b"\x10\x11\x00\x04MQTT\x04\x02\x00\x05\x00\x05probe"
_MQTT_CONNACK: Final = b"\x20"
_MQTT_DISCONNECT: Final = b"\xe0\x00"
START_ORDER: Final = ("broker", "school", "server", "edge", "history")
NEEDS: Final = {"server": ("broker",), "edge": ("school", "server")}
"""What must answer before a child is started; the others start side by side."""
STOP_ORDER: Final = ("history", "edge", "school", "server", "broker")


async def run_up(options: UpOptions, clock: Clock) -> dict[str, Any] | None:
    """Run until a signal comes or the edge has worked for its time; in the latter case the summary."""
    with owned(options.data):
        claim_port("127.0.0.1", options.port).close()
        started_ms = clock.now_ms()
        plan = Plan(options, now=clock.now())
        limited = options.for_s is not None
        with stop_on_signals() as stop:
            await _Supervisor(plan, clock).run(stop, limited=limited)
            finished = limited and not stop.is_set()
        return summarise(plan.edge, plan.server, started_ms=started_ms, ended_ms=clock.now_ms()) if finished else None


class _Supervisor:
    def __init__(self, plan: Plan, clock: Clock) -> None:
        self._clock = clock
        self._log = logger(data=str(plan.folder))
        self._url = f"http://127.0.0.1:{plan.server.console.port}"
        self._broker_port = plan.broker_port
        self._modbus_port = plan.modbus_port
        self._children = {name: Running(child, clock) for name, child in plan.children().items()}

    async def run(self, stop: asyncio.Event, *, limited: bool) -> None:
        """Start in order, wait for the end, stop in order."""
        tasks: list[asyncio.Task[None]] = []
        try:
            for name in START_ORDER:
                for needed in NEEDS.get(name, ()):
                    await self._ready(needed, tasks, stop)
                if name in self._children:
                    tasks.append(asyncio.create_task(self._children[name].run(), name=name))
            self._log.info("lamplighter_up", console=self._url)
            await self._wait(tasks, stop, limited=limited)
        finally:
            for name in STOP_ORDER:
                if name in self._children:
                    hurried_s = 2.5 if name in ("edge", "server") else 0.7  # five seconds in all for who pressed Ctrl-C
                    await self._children[name].stop(patience_s=hurried_s if stop.is_set() else 30.0)
            await asyncio.gather(*tasks, return_exceptions=True)
            self._log.info("lamplighter_down")

    async def _ready(self, name: str, tasks: list[asyncio.Task[None]], stop: asyncio.Event) -> None:
        probes = {"broker": self._broker_listens, "server": self._console_answers, "school": self._school_listens}
        probe = probes[name] if name in self._children else None
        until_s = self._clock.monotonic() + _READY_S
        while probe is not None and not stop.is_set() and not await asyncio.to_thread(probe):
            _raise_failures(tasks)
            if self._clock.monotonic() > until_s:
                raise Unavailable(f"{name} did not become ready within {_READY_S:.0f} s; its log is above")
            await self._clock.sleep(0.05)

    def _broker_listens(self) -> bool:
        """A whole MQTT 3.1.1 greeting, since amqtt logs an error for a caller who says nothing."""
        try:
            with socket.create_connection(("127.0.0.1", self._broker_port), timeout=0.5) as probe:
                probe.sendall(_MQTT_CONNECT)
                greeted = probe.recv(4)[:1] == _MQTT_CONNACK
                probe.sendall(_MQTT_DISCONNECT)
                return greeted
        except OSError:
            return False

    def _school_listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._modbus_port)) == 0

    def _console_answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self._url}/healthz", timeout=1) as answer:  # noqa: S310 - our own loopback address
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    async def _wait(self, tasks: list[asyncio.Task[None]], stop: asyncio.Event, *, limited: bool) -> None:
        """Until a signal; or, where time is limited, until the edge has drained and the past days are in."""
        ended = [self._children["edge"].ended, self._children["history"].ended]
        settle_until_s = float("inf")
        while not await wait_for(stop, 0.2):
            _raise_failures(tasks)
            if not limited or not ended[0].is_set():
                continue
            settle_until_s = min(settle_until_s, self._clock.monotonic() + _SETTLE_S)
            if ended[1].is_set() or self._clock.monotonic() > settle_until_s:
                return


def _raise_failures(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        if task.done() and not task.cancelled():
            task.result()


@contextmanager
def owned(folder: Path) -> Iterator[None]:
    """Hold the data folder; raises SettingsError naming the process that has it, or why it cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = (folder / "up.pid").open("a+")
    except OSError as error:
        raise SettingsError(f"--data {folder}: cannot be written: {error.strerror}; give another folder") from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            handle.seek(0)
            pid = handle.read().strip()
            raise SettingsError(
                f"--data {folder}: `lamplighter up` already runs there as pid {pid}; stop it or give another folder"
            ) from error
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield
