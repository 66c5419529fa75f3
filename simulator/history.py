"""Tells the school's past to the centre as a gateway returning after days offline would: through MQTT, until all is stored."""

import asyncio
from pathlib import Path
from typing import Final

import structlog

from lamplighter.contract.errors import LamplighterError
from lamplighter.contract.records import Stored
from simulator.backlog import Backlog
from simulator.clock import Clock
from simulator.link import Answer, Event, Link, Lost, Reached
from simulator.marker import read_progress, write_progress

WINDOW: Final = 40
"""Messages that may be unconfirmed at once: what the live readings of the same gateway may have to wait behind."""
RESEND_S: Final = 15.0
SAVE_EVERY_S: Final = 2.0
TICK_S: Final = 0.5


class HistoryRefused(LamplighterError):
    """The centre quarantined some of the past: a bug of the simulator or of the centre."""


class Telling:
    """Which messages are confirmed, which are under way, which come next. Pure: time and answers are handed in."""

    def __init__(self, backlog: Backlog, confirmed: set[int]) -> None:
        self.backlog = backlog
        self.confirmed = confirmed
        self.refused: dict[int, str] = {}
        self._sent_at_s: dict[int, float] = {}
        self._next = 1

    @property
    def finished(self) -> bool:
        """Whether every message has a final answer."""
        return len(self.confirmed) + len(self.refused) >= self.backlog.messages

    @property
    def low(self) -> int:
        """The lowest message without a final answer."""
        return next((seq for seq in range(1, self.backlog.messages + 1) if not self._answered(seq)), self.backlog.messages)

    def due(self, now_s: float) -> list[int]:
        """What to send now, noted as sent: what was not answered in time, then what has not been sent, within the window."""
        again = [seq for seq, sent_s in self._sent_at_s.items() if now_s - sent_s >= RESEND_S]
        fresh: list[int] = []
        while len(self._sent_at_s) + len(fresh) < WINDOW and self._next <= self.backlog.messages:
            if not self._answered(self._next):
                fresh.append(self._next)
            self._next += 1
        self._sent_at_s.update(dict.fromkeys([*again, *fresh], now_s))
        return again + fresh

    def answer(self, answer: Answer) -> None:
        """Take the centre's word; another start's or another lane's is not for us."""
        if (answer.boot_id, answer.lane) != (self.backlog.boot_id, "readings"):
            return
        if isinstance(answer, Stored):
            for first, last in answer.ranges:
                for seq in range(max(first, 1), min(last, self.backlog.messages) + 1):
                    self.confirmed.add(seq)
                    self._sent_at_s.pop(seq, None)
        else:
            self.refused[answer.seq] = answer.reason
            self._sent_at_s.pop(answer.seq, None)

    def send_again(self) -> None:
        """Everything under way may be lost."""
        self._sent_at_s = dict.fromkeys(self._sent_at_s, float("-inf"))

    def _answered(self, seq: int) -> bool:
        return seq in self.confirmed or seq in self.refused


async def tell(
    wanted: Backlog, *, broker_url: str, clock: Clock, marker: Path | None = None, stop: asyncio.Event | None = None
) -> bool:
    """Publish the past until the centre has stored all of it; False when `stop` came first.

    `marker` remembers what is confirmed: an interrupted past goes on, a finished one ends at once. Raises SettingsError for a
    wrong URL and HistoryRefused when the centre quarantined a message.
    """
    telling = Telling(*read_progress(marker, wanted))
    log = structlog.get_logger().bind(messages=telling.backlog.messages)
    if telling.finished:
        log.info("history_already_stored")
        return True
    log.info("history_started", until_ms=telling.backlog.until_ms, confirmed=len(telling.confirmed))
    stopped = stop or asyncio.Event()
    started_s = clock.monotonic()
    try:
        async with Link(broker_url, telling.backlog.gateway) as link:
            await _converse(telling, link, clock=clock, marker=marker, stop=stopped)
    finally:
        write_progress(marker, telling.backlog, telling.confirmed)
    if telling.refused:
        seq, reason = next(iter(telling.refused.items()))
        raise HistoryRefused(f"the centre refused {len(telling.refused)} messages of the past, the first (seq {seq}): {reason}")
    log.info("history_stored" if telling.finished else "history_interrupted", seconds=round(clock.monotonic() - started_s, 1))
    return telling.finished


async def _converse(telling: Telling, link: Link, *, clock: Clock, marker: Path | None, stop: asyncio.Event) -> None:
    connected = False
    saved_s = clock.monotonic()
    while not telling.finished and not stop.is_set():
        now_s = clock.monotonic()
        if connected:
            low = telling.low
            for seq in telling.due(now_s):
                link.publish(telling.backlog.message(seq, low=low))
        if now_s - saved_s >= SAVE_EVERY_S:
            write_progress(marker, telling.backlog, telling.confirmed)
            saved_s = now_s
        for event in await _events(link, stop):
            match event:
                case Reached():
                    connected = True
                    telling.send_again()
                case Lost():
                    connected = False
                case answer:
                    telling.answer(answer)


async def _events(link: Link, stop: asyncio.Event) -> list[Event]:
    """What has happened; waits up to `TICK_S` for the first, or for `stop`."""
    waits = [asyncio.create_task(link.events.get()), asyncio.create_task(stop.wait())]
    done, _pending = await asyncio.wait(waits, timeout=TICK_S, return_when=asyncio.FIRST_COMPLETED)
    first = waits[0]
    events: list[Event] = [first.result()] if first in done else []  # type: ignore[list-item] # the other task gives no event
    for wait in waits:
        wait.cancel()
    while not link.events.empty():
        events.append(link.events.get_nowait())
    return events
