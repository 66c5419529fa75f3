"""One task that watches the stores for every open page, and hands each what changed.

Blocking reads run on one worker thread; pages wait in queues that keep only the newest news.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import NamedTuple, TypeVar

from console.facts import Overview, Transition
from console.view import View
from lamplighter.contract.errors import Unavailable
from lamplighter.runtime.logs import logger

POLL_S = 0.25
REFRESH_S = 2.0
_REPLAYED = 200
_QUEUE = 256

Answer = TypeVar("Answer")


class Refreshed(NamedTuple):
    """A newer overview of every watched school is ready."""

    at_ms: int


class Trouble(NamedTuple):
    """The stores do not answer; what pages show is as old as `since_ms`."""

    since_ms: int


class Closing(NamedTuple):
    """The server stops; nothing more will come."""


News = Refreshed | Trouble | Transition | Closing


class _Listener:
    """An open page: what waits for it, and the last transition it was told (None: not settled yet)."""

    def __init__(self, school: str, after: int | None) -> None:
        self.school = school
        self.after = after
        self.told: int | None = None
        self.queue: asyncio.Queue[News] = asyncio.Queue(_QUEUE)

    def offer(self, news: News) -> None:
        """A page too slow to read loses its oldest news: the next refresh shows all of it anyway."""
        if self.queue.full():
            self.queue.get_nowait()
        self.queue.put_nowait(news)

    def settle(self, last: int) -> int:
        """Start from where the page says it was, the newest few hundred at most; a page without a past starts now."""
        if self.told is None:
            self.told = last if self.after is None else min(max(self.after, last - _REPLAYED), last)
        return self.told


class Live:
    """Shared by all requests of one app. Use `async with live.running():`."""

    def __init__(self, view: View, *, poll_s: float = POLL_S, refresh_s: float = REFRESH_S) -> None:
        self._view = view
        self._poll_s = poll_s
        self._refresh_s = refresh_s
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="console-read")
        self._listeners: set[_Listener] = set()
        self._kept: dict[str, Overview] = {}
        self._reading = asyncio.Lock()
        self._trouble_since_ms: int | None = None
        self._wake = asyncio.Event()
        self._closed = False
        self._log = logger()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Live"]:
        """Watch while the block runs."""
        task = asyncio.create_task(self._watch())
        try:
            yield self
        finally:
            self.close()
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            self._worker.shutdown(wait=True)

    def close(self) -> None:
        """End every open stream: a server waits for its connections, and a stream would never end by itself."""
        self._closed = True
        self._tell(Closing())

    async def ask(self, question: Callable[[], Answer]) -> Answer:
        """Run a blocking read of the view on the worker thread."""
        return await asyncio.get_running_loop().run_in_executor(self._worker, question)

    async def overview(self, school: str) -> Overview:
        """The school now, at most one refresh old; raises Unavailable, and KeyError for a school that is not ours."""
        async with self._reading:  # many pages opened at once cost one look
            kept = self._kept.get(school)
            if kept is not None and 0 <= self._view.clock.now_ms() - kept.at_ms < self._refresh_s * 1000:
                return kept
            return await self._read(school)

    async def _read(self, school: str) -> Overview:
        overview = await self.ask(partial(self._view.overview, school))
        self._kept[school] = overview
        return overview

    async def listen(self, school: str, *, after: int | None) -> AsyncIterator[News]:
        """News of one school until the server closes; with `after`, the transitions since that number come first."""
        listener = _Listener(school, after)
        self._listeners.add(listener)
        self._wake.set()
        try:
            yield Refreshed(self._view.clock.now_ms()) if self._trouble_since_ms is None else Trouble(self._trouble_since_ms)
            while not self._closed:
                news = await listener.queue.get()
                if isinstance(news, Closing):
                    return
                yield news
        finally:
            self._listeners.discard(listener)

    async def _watch(self) -> None:
        clock = self._view.clock
        refresh_at = clock.monotonic()
        while True:
            if not self._listeners:
                self._wake.clear()
                await self._wake.wait()
            try:
                changed = await self._tell_transitions()
                if changed or clock.monotonic() >= refresh_at:
                    refresh_at = clock.monotonic() + self._refresh_s
                    await self._refresh()
            except Unavailable as error:
                self._stumble(error)
            await clock.sleep(self._poll_s)

    async def _tell_transitions(self) -> bool:
        listeners = tuple(self._listeners)
        if any(listener.told is None for listener in listeners):
            last = await self.ask(self._view.last_transition)
            for listener in listeners:
                listener.settle(last)
        after = min((listener.told for listener in listeners if listener.told is not None), default=None)
        if after is None:
            return False
        news = await self.ask(partial(self._view.transitions, after=after))
        for listener in listeners:
            _pass_on(news, listener)
        return bool(news)

    async def _refresh(self) -> None:
        for school in sorted({listener.school for listener in self._listeners}):
            await self._read(school)
        if self._trouble_since_ms is not None:
            self._trouble_since_ms = None
            self._log.info("console_stores_answer")
        self._tell(Refreshed(self._view.clock.now_ms()))

    def _stumble(self, error: Unavailable) -> None:
        if self._trouble_since_ms is None:
            self._trouble_since_ms = self._view.clock.now_ms()
            self._log.warning("console_stores_unavailable", reason=str(error))
        self._tell(Trouble(self._trouble_since_ms))

    def _tell(self, news: News) -> None:
        for listener in tuple(self._listeners):
            listener.offer(news)


def _pass_on(news: Iterable[Transition], listener: _Listener) -> None:
    for row in news:
        if row.number > (listener.told or 0):
            listener.told = row.number
            if row.school == listener.school:
                listener.offer(row)
