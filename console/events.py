"""News as server-sent events (WHATWG HTML 9.2): `transition` once each with its number as id, `refreshed`, `trouble`."""

from collections.abc import AsyncIterator

import msgspec

from console.facts import Transition
from console.live import Live, News, Refreshed, Trouble

_RETRY_MS = 1_000


async def stream(live: Live, school: str, *, after: int | None) -> AsyncIterator[bytes]:
    """The stream of one page until the server closes. A reconnecting page names the last transition it had."""
    yield b"retry: %d\n\n" % _RETRY_MS
    async for news in live.listen(school, after=after):
        yield encode(news)


def encode(news: News) -> bytes:
    """One event; JSON holds no line break, so one data line is enough."""
    match news:
        case Transition():
            return b"id: %d\nevent: transition\ndata: %s\n\n" % (news.number, msgspec.json.encode(news))
        case Refreshed():
            return b'event: refreshed\ndata: {"at_ms":%d}\n\n' % news.at_ms
        case Trouble():
            return b'event: trouble\ndata: {"since_ms":%d}\n\n' % news.since_ms
        case _:
            return b""
