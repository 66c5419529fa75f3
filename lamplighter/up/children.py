"""Child processes: started, watched, started again after a crash, ended in order."""

import asyncio
import contextlib
import ctypes
import signal
import subprocess
import sys
from typing import Final, NamedTuple

from lamplighter.contract.errors import SettingsError
from lamplighter.runtime.backoff import Backoff
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.logs import logger
from lamplighter.runtime.stopping import wait_for

_SET_PARENT_DEATH_SIGNAL: Final = 1
_HEALTHY_S: Final = 20.0
USAGE_ERROR: Final = 2


class Child(NamedTuple):
    """What to start: arguments of the `lamplighter` command; `once` for work that ends by itself."""

    name: str
    arguments: tuple[str, ...]
    once: bool = False


class Running:
    """One child at work. `ended` is set when a child that works once has ended well."""

    def __init__(self, child: Child, clock: Clock) -> None:
        self._child = child
        self._clock = clock
        self._log = logger(child=child.name)
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = asyncio.Event()
        self.ended = asyncio.Event()

    async def run(self) -> None:
        """Keep it running until `stop`; raises SettingsError if it says that its settings are wrong."""
        backoff = Backoff(0.5, 20.0)
        while not self._stopping.is_set():
            started_s = self._clock.monotonic()
            code = await self._run_once()
            if self._stopping.is_set():
                return
            if code == 0 and self._child.once:
                self.ended.set()
                return
            if code == USAGE_ERROR:
                raise SettingsError(f"{self._child.name} did not start; its own message is above")
            if self._clock.monotonic() - started_s > _HEALTHY_S:
                backoff.reset()
            wait_s = backoff.next_s()
            self._log.error("child_died", code=code, again_in_s=round(wait_s, 1))
            await wait_for(self._stopping, wait_s)

    async def _run_once(self) -> int:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "lamplighter",
            *self._child.arguments,
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            start_new_session=True,  # Ctrl-C reaches the supervisor alone, which ends the children in order
            preexec_fn=_die_with_parent,
        )
        return await self._process.wait()

    async def stop(self, patience_s: float) -> None:
        """Ask it to end; end it after `patience_s`."""
        self._stopping.set()
        process = self._process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(patience_s):
                await process.wait()
        except TimeoutError:
            self._log.warning("child_killed", after_s=patience_s)
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def _die_with_parent() -> None:
    """In the child, before it becomes the command: end when the supervisor is killed."""
    with contextlib.suppress(OSError, AttributeError):  # Linux only
        ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)
