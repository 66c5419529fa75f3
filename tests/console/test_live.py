"""What open pages are told, by one task for all of them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from console.events import encode
from console.facts import Overview, Transition
from console.live import Closing, Live, News, Refreshed, Trouble, _Listener
from console.view import View
from lamplighter.contract.errors import Unavailable
from lamplighter.runtime.clock import SystemClock
from tests.console import seed

pytestmark = pytest.mark.unit

DEADLINE_S = 20


class Faulty(View):
    """A view whose database can be taken away; counts how often it was asked."""

    away = False
    asked = 0

    @classmethod
    def of(cls, school: seed.Seeded) -> "Faulty":
        """Reads the same school."""
        return cls(school.store, school.sql, [school.site], rules={}, stills=school.stills, clock=SystemClock())

    def overview(self, school: str) -> Overview:
        """As ever, unless away."""
        self.asked += 1
        if self.away:
            raise Unavailable("gone")
        return super().overview(school)


def run(law: Callable[[], Awaitable[None]]) -> None:
    """Within the deadline."""

    async def bounded() -> None:
        async with asyncio.timeout(DEADLINE_S):
            await law()

    asyncio.run(bounded())


@asynccontextmanager
async def listening(live: Live, *, after: int | None = None) -> AsyncIterator[AsyncIterator[News]]:
    """A page that has been told it is connected."""
    news = live.listen("no1", after=after)
    assert isinstance(await anext(news), Refreshed)
    try:
        yield news
    finally:
        await news.aclose()  # type: ignore[attr-defined]


async def until(news: AsyncIterator[News], kind: type[News]) -> News:
    """The next of that kind."""
    return await anext(item async for item in news if isinstance(item, kind))


def intrusion(school: seed.Seeded, at_ms: int) -> None:
    seed.say(school, "intrusion", f"cam-{at_ms}", active=True, at_ms=at_ms)


def live_of(view: View) -> Live:
    return Live(view, poll_s=0.01, refresh_s=0.02)


def test_every_open_page_hears_each_transition_once(school: seed.Seeded) -> None:
    async def law() -> None:
        async with live_of(school.view()).running() as live, listening(live) as one, listening(live) as other:
            await until(one, Refreshed)
            await until(other, Refreshed)
            for at_ms in (1, 2, 3):
                intrusion(school, at_ms)
            for page in (one, other):
                heard = [await until(page, Transition) for _ in range(3)]
                assert [row.source for row in heard if isinstance(row, Transition)] == ["cam-1", "cam-2", "cam-3"]

    run(law)


def test_a_page_that_returns_is_told_what_it_missed_and_nothing_twice(school: seed.Seeded) -> None:
    async def law() -> None:
        last = school.view().last_transition()
        for at_ms in (1, 2):
            intrusion(school, at_ms)
        async with live_of(school.view()).running() as live, listening(live, after=last) as page:
            assert [(await until(page, Transition)).number for _ in range(2)] == [last + 1, last + 2]  # type: ignore[union-attr]
            intrusion(school, 3)
            assert (await until(page, Transition)).number == last + 3  # type: ignore[union-attr]

    run(law)


def test_a_page_that_remembers_a_number_of_another_database_still_hears_the_next(school: seed.Seeded) -> None:
    async def law() -> None:
        async with live_of(school.view()).running() as live, listening(live, after=10**9) as page:
            await until(page, Refreshed)
            intrusion(school, 1)
            assert isinstance(await until(page, Transition), Transition)

    run(law)


def test_pages_are_told_once_the_stores_fall_silent_and_again_when_they_answer(school: seed.Seeded) -> None:
    async def law() -> None:
        view = Faulty.of(school)
        async with live_of(view).running() as live, listening(live) as page:
            await until(page, Refreshed)
            view.away = True
            first = await until(page, Trouble)
            assert await until(page, Trouble) == first
            view.away = False
            assert isinstance(await until(page, Refreshed), Refreshed)

    run(law)


def test_nobody_listening_costs_nothing(school: seed.Seeded) -> None:
    async def law() -> None:
        view = Faulty.of(school)
        async with live_of(view).running() as live:
            async with listening(live) as page:
                await until(page, Refreshed)
            asked = view.asked
            for _ in range(20):
                await live.ask(lambda: None)
            await asyncio.to_thread(lambda: None)
            assert view.asked <= asked + 1

    run(law)


def test_many_pages_opened_at_once_cost_one_look(school: seed.Seeded) -> None:
    async def law() -> None:
        view = Faulty.of(school)
        async with Live(view, refresh_s=60).running() as live:
            await asyncio.gather(*(live.overview("no1") for _ in range(20)))
        assert view.asked == 1

    run(law)


def test_closing_ends_every_open_stream(school: seed.Seeded) -> None:
    async def law() -> None:
        async with live_of(school.view()).running() as live, listening(live) as page:
            live.close()
            assert not [item async for item in page if isinstance(item, Closing)]

    run(law)


def test_a_page_too_slow_to_read_loses_its_oldest_news_only() -> None:
    page = _Listener("no1", None)
    for at_ms in range(1_000):
        page.offer(Refreshed(at_ms))
    kept = [page.queue.get_nowait() for _ in range(page.queue.qsize())]
    assert len(kept) < 1_000
    assert kept == [Refreshed(at_ms) for at_ms in range(1_000 - len(kept), 1_000)]


def test_an_event_is_one_block_whatever_its_text_holds(school: seed.Seeded) -> None:
    seed.say(school, "intrusion", "a\n\nevent: x\r", active=True, at_ms=9)
    (row,) = school.view().transitions(after=school.view().last_transition() - 1)
    block = encode(row)
    assert block.endswith(b"\n\n")
    assert block.count(b"\n") == 4
    assert b"\r" not in block
