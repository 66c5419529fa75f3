"""Messages received and not yet taken up, bounded in number and size: what does not fit stays unread."""

import threading
from collections import deque
from typing import NamedTuple

from lamplighter.runtime.clock import Clock
from lamplighter.runtime.mqtt import Message


class Waiting(NamedTuple):
    """How much waits, and for how long the oldest has."""

    messages: int
    bytes: int
    oldest_s: float


class Intake:
    """A queue between the MQTT thread, which never waits, and the threads that commit."""

    def __init__(self, clock: Clock, *, most_messages: int, most_bytes: int) -> None:
        self._clock = clock
        self._most_messages = most_messages
        self._most_bytes = most_bytes
        self._waiting: deque[tuple[float, Message]] = deque()
        self._bytes = 0
        self._closed = False
        self._changed = threading.Condition()

    def put(self, message: Message) -> None:
        """Take a message; once we are closed it stays the broker's, unacknowledged."""
        with self._changed:
            size = len(message.payload)
            if self._closed:
                return
            self._waiting.append((self._clock.monotonic(), message))
            self._bytes += size
            self._changed.notify()

    def take(self, *, most_messages: int, most_bytes: int, first_within_s: float, all_within_s: float) -> list[Message]:
        """A batch: waits for a first message, then a little for company; empty when none came."""
        with self._changed:
            if not self._waiting:
                self._changed.wait(first_within_s)
            if not self._waiting:
                return []
            until_s = self._clock.monotonic() + all_within_s
            while len(self._waiting) < most_messages and not self._closed:
                left_s = until_s - self._clock.monotonic()
                if left_s <= 0 or not self._changed.wait(left_s):
                    break
            return self._taken(most_messages, most_bytes)

    def _taken(self, most_messages: int, most_bytes: int) -> list[Message]:
        batch: list[Message] = []
        size = 0
        while self._waiting and len(batch) < most_messages:
            size += len(self._waiting[0][1].payload)
            if batch and size > most_bytes:
                break
            batch.append(self._waiting.popleft()[1])
        self._bytes -= sum(len(message.payload) for message in batch)
        return batch

    def has_room(self) -> bool:
        """Whether to read on; without a lock, as it is asked for each message."""
        return len(self._waiting) < self._most_messages and self._bytes < self._most_bytes

    def waiting(self) -> Waiting:
        """What waits now."""
        with self._changed:
            oldest_s = self._clock.monotonic() - self._waiting[0][0] if self._waiting else 0.0
            return Waiting(len(self._waiting), self._bytes, oldest_s)

    def close(self) -> None:
        """Take no more; what waits can still be taken out."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
