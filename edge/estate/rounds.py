"""Threads that go their rounds: one for each recorder, so that a slow one delays no other, and one for all camera clocks."""

import threading
from typing import Final, Protocol

from edge.cameras.pacing import pause_unless
from lamplighter.runtime.clock import Clock

_STOP_S: Final = 1.5


class Duty(Protocol):
    """Something done again and again."""

    def step(self) -> float:
        """Do it once; seconds to wait until the next time."""


class Rounds:
    """One duty on a thread of its own."""

    def __init__(self, duty: Duty, name: str, clock: Clock) -> None:
        self._duty = duty
        self._clock = clock
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._go, name=name, daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """End within 2 s; a step that waits for an answer is left behind and ends with it, or with the process."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(_STOP_S)

    def _go(self) -> None:
        while not self._stopped.is_set():
            pause_unless(self._clock, self._duty.step(), self._stopped)
