"""What a lane does while a store is away: it tries again ever more slowly, and puts what it cannot keep in memory on disk."""

import threading
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from ingest.answers import Confirmation
from ingest.bookkeeping import start_of
from ingest.roster import Roster
from ingest.rows import Decoded, decode
from ingest.spool import Spool, Spooled
from lamplighter.contract.errors import Unavailable
from lamplighter.runtime.backoff import Backoff
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.mqtt import Message
from lamplighter.storage.sql.received import Start, merge

_FIRST_S: Final = 0.2
_MOST_S: Final = 10.0
_TRYING_S: Final = 2.0


class StoreState:
    """Whether the stores answer, as the threads of one lane have seen it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._backoff = Backoff(_FIRST_S, _MOST_S)
        self._away_since_s: float | None = None
        self._try_at_s = 0.0

    def may_try(self) -> bool:
        """Whether the caller should try now; while the stores are away only one thread at a time is told so."""
        with self._lock:
            if self._away_since_s is None:
                return True
            if self._clock.monotonic() < self._try_at_s:
                return False
            self._try_at_s = self._clock.monotonic() + _TRYING_S
            return True

    def failed(self, error: Unavailable) -> bool:
        """A try failed; tells whether this is the first."""
        with self._lock:
            now_s = self._clock.monotonic()
            first = self._away_since_s is None
            if self._away_since_s is None:
                self._away_since_s = now_s
            self._try_at_s = now_s + (error.retry_after_s or self._backoff.next_s())
            return first

    def succeeded(self) -> bool:
        """A try succeeded; tells whether the stores had been away."""
        with self._lock:
            was_away = self._away_since_s is not None
            self._away_since_s = None
            self._backoff.reset()
            return was_away

    def away_s(self) -> float:
        """For how long no try has succeeded; 0 when the last did."""
        with self._lock:
            return 0.0 if self._away_since_s is None else self._clock.monotonic() - self._away_since_s

    def next_try_in_s(self) -> float:
        """How long to wait before asking again."""
        with self._lock:
            return max(0.01, min(1.0, self._try_at_s - self._clock.monotonic()))


class Holding:
    """A lane's spool, and the answers `held` that go with it."""

    def __init__(self, folder: Path, roster: Roster, *, most_bytes: int, most_messages: int) -> None:
        self._roster = roster
        self._most_messages = most_messages
        self._spool = Spool(folder, most_bytes)
        self._held: dict[Start, list[tuple[int, int]]] = {}
        self._lock = threading.Lock()
        self._draining = threading.Lock()
        self._parts: list[list[Spooled]] = []
        self._segment: int | None = None

    @property
    def size_bytes(self) -> int:
        """How much lies on the disk."""
        return self._spool.size_bytes

    def keep(self, batch: Sequence[Message]) -> list[Confirmation]:
        """Put the batch on disk and return the answers to give. Raises Unavailable when there is no room."""
        decoded = [decode(message.topic, message.payload, self._roster) for message in batch]
        with self._lock:
            fresh = [
                Spooled(message.topic, message.payload)
                for message, good in zip(batch, decoded, strict=True)
                if not (isinstance(good, Decoded) and self._has(good))
            ]
            self._spool.append(fresh)
            return self._note([good for good in decoded if isinstance(good, Decoded)])

    def _has(self, decoded: Decoded) -> bool:
        seq = decoded.envelope.seq
        return any(first <= seq <= last for first, last in self._held.get(start_of(decoded), ()))

    def _note(self, good: Sequence[Decoded]) -> list[Confirmation]:
        seqs: dict[Start, list[tuple[int, int]]] = defaultdict(list)
        heard: dict[Start, int | None] = {}
        for decoded in good:
            start, sent_ms = start_of(decoded), decoded.envelope.sent_at_ms
            seqs[start].append((decoded.envelope.seq, decoded.envelope.seq))
            heard[start] = sent_ms if isinstance(sent_ms, int) else heard.get(start)
        answers = []
        for start, parts in seqs.items():
            self._held[start] = merge([*self._held.get(start, ()), *parts])
            answers.append(Confirmation(*start, [], [], held=merge(parts), heard_ms=heard[start]))
        return answers

    def next_part(self) -> list[Spooled]:
        """The oldest messages on disk, as many as fit in a batch; empty when there are none or another thread has them.

        The caller says `stored` or `failed` afterwards. Raises Unavailable when the disk cannot be read.
        """
        if not self._draining.acquire(blocking=False):
            return []
        try:
            if not self._parts:
                self._load()
        except Unavailable:
            self._draining.release()
            raise
        if not self._parts:
            self._draining.release()
            return []
        return self._parts[0]

    def _load(self) -> None:
        found = self._spool.oldest()
        if found is None:
            return
        self._segment, messages = found
        most = self._most_messages
        self._parts = [messages[start : start + most] for start in range(0, len(messages), most)]
        if not self._parts:
            self._spool.drop(self._segment)

    def stored(self) -> None:
        """The part handed out is stored: the last one of a segment takes it off the disk."""
        self._parts.pop(0)
        if not self._parts and self._segment is not None:
            with self._lock:
                self._spool.drop(self._segment)
                if self._spool.size_bytes == 0:
                    self._held.clear()
        self._draining.release()

    def failed(self) -> None:
        """The part handed out could not be stored; it is handed out again."""
        self._draining.release()
