"""The one object that tells the time and waits; tests hand in a fake."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What a process may ask about time."""

    def now_ms(self) -> int:
        """Milliseconds since 1970-01-01 UTC."""

    def now(self) -> datetime:
        """Now, aware, in UTC."""

    def monotonic(self) -> float:
        """Seconds on a clock that never jumps."""

    async def sleep(self, seconds: float) -> None:
        """Wait without holding the event loop."""

    def pause(self, seconds: float) -> None:
        """Wait in a thread of one's own."""


class SystemClock:
    """The machine's clock."""

    def now_ms(self) -> int:
        """Milliseconds since 1970-01-01 UTC."""
        return time.time_ns() // 1_000_000

    def now(self) -> datetime:
        """Now, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds on a clock that never jumps."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait without holding the event loop."""
        await asyncio.sleep(seconds)

    def pause(self, seconds: float) -> None:
        """Wait in a thread of one's own."""
        time.sleep(seconds)


class FakeClock:
    """A clock that moves only when told; `pause` and `sleep` move it. For tests."""

    def __init__(self, start_ms: int = 1_700_000_000_000) -> None:
        self._now_ms = start_ms
        self._monotonic = 0.0

    def now_ms(self) -> int:
        """The time it was last told."""
        return self._now_ms

    def now(self) -> datetime:
        """The same, as an aware datetime."""
        return datetime.fromtimestamp(self._now_ms / 1000, UTC)

    def monotonic(self) -> float:
        """Seconds it was moved since it was made."""
        return self._monotonic

    def advance(self, seconds: float) -> None:
        """Move both clocks on."""
        self._monotonic += seconds
        self._now_ms += round(seconds * 1000)

    async def sleep(self, seconds: float) -> None:
        """Move on at once, letting other tasks run."""
        self.advance(seconds)
        await asyncio.sleep(0)

    def pause(self, seconds: float) -> None:
        """Move on at once."""
        self.advance(seconds)
