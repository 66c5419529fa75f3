"""Which clock dated a message: the gateway's clock may jump, and how far it is ahead of the centre's is known only later.

An epoch is a time in which the clock ran on without a jump. What is learnt of one epoch holds for those before it, through
the jumps between them, so that a message dated by a wrong clock is known for it even when it is sent after the clock was mended.
"""

import sqlite3
from itertools import pairwise
from typing import Final

from lamplighter.runtime.clock import Clock

JUMP_MS: Final = 1_000
"""The clock against the machine's steady one, between two looks: more than this is a jump."""
WIDEST_MS: Final = 120_000
"""An answer that took longer than this tells too little."""
_CHANGED_MS: Final = 1_000


class ClockEpochs:
    """The epochs of one start, kept in the outbox's file. The caller holds the outbox's lock and transaction."""

    def __init__(self, db: sqlite3.Connection, clock: Clock, boot: int) -> None:
        self._db = db
        self._clock = clock
        self._boot = boot
        self._base_ms = self._base()
        self._ahead_ms: int | None = None
        self.epoch = self._begin(0)

    def _base(self) -> int:
        return self._clock.now_ms() - round(self._clock.monotonic() * 1000)

    def _begin(self, jump_ms: int) -> int:
        row = (self._boot, jump_ms, self._ahead_ms)
        self.epoch = self._db.execute("INSERT INTO clocks (boot, jump_ms, ahead_ms) VALUES (?, ?, ?)", row).lastrowid or 0
        return self.epoch

    @property
    def known(self) -> bool:
        """Whether it is known how far the clock is ahead now."""
        return self._ahead_ms is not None

    @property
    def jumped(self) -> bool:
        """Whether the clock has jumped since the last look."""
        return abs(self._base() - self._base_ms) > JUMP_MS

    @property
    def base_ms(self) -> int:
        """What the clock of the epoch that now runs said when the steady clock was at 0."""
        return self._base_ms

    def now(self) -> int:
        """The epoch that now runs; a jump since the last look begins another."""
        base_ms = self._base()
        jump_ms, self._base_ms = base_ms - self._base_ms, base_ms
        if abs(jump_ms) > JUMP_MS:
            if self._ahead_ms is not None:
                self._ahead_ms += jump_ms
            self._begin(jump_ms)
        return self.epoch

    def heard(self, sent_ms: int, at_ms: int, received_ms: int) -> bool:
        """Learn from an answer: our time of sending, the centre's time, our time of receiving. Tells whether anything is new."""
        if not 0 <= received_ms - sent_ms <= WIDEST_MS:
            return False  # it took too long, or our clock was set meanwhile
        epoch, ahead_ms = self.now(), (sent_ms + received_ms) // 2 - at_ms
        if abs(self._clock.now_ms() - received_ms) > JUMP_MS:
            return False  # the clock jumped since: these times belong to another epoch
        known = self._ahead_ms
        if known is not None and abs(ahead_ms - known) < max(_CHANGED_MS, (received_ms - sent_ms) // 2):
            return False
        self._ahead_ms = ahead_ms
        self._db.execute("UPDATE clocks SET ahead_ms = ? WHERE epoch = ?", (ahead_ms, epoch))
        if known is None:
            self._tell_earlier(epoch, ahead_ms)
        return True

    def _tell_earlier(self, epoch: int, ahead_ms: int) -> None:
        earlier = self._db.execute(
            "SELECT epoch, jump_ms, ahead_ms FROM clocks WHERE boot = ? AND epoch <= ? ORDER BY epoch DESC", (self._boot, epoch)
        ).fetchall()
        for (_epoch, jump_ms, _known), (before, _jump_ms, known) in pairwise(earlier):
            ahead_ms -= jump_ms
            if known is None:
                self._db.execute("UPDATE clocks SET ahead_ms = ? WHERE epoch = ?", (ahead_ms, before))
