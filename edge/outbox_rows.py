"""What comes out of the outbox: a message to send, and how a lane stands."""

from typing import NamedTuple


class Waiting(NamedTuple):
    """A message to send: `number` orders all of them, oldest first.

    `ahead_ms`: how far the clock that dated it was ahead of the centre's; None while that is not known. `clock_base_ms`: what
    that clock said, as far as is known, when the machine's steady clock was at 0: a jump since does not count.
    """

    number: int
    boot: int
    boot_id: str
    lane: str
    seq: int
    low: int
    high: int
    ahead_ms: int | None
    body: bytes
    clock_base_ms: int = 0

    def payload(self, *, sent_at_ms: int | None = None) -> bytes:
        """The message as it goes over the wire: the envelope is current at the time of sending."""
        sent = b"" if sent_at_ms is None else b',"sent_at_ms":%d' % sent_at_ms
        ahead = b"" if self.ahead_ms is None else b',"clock_ahead_ms":%d' % self.ahead_ms
        return b'{"v":1,"boot":%d,"boot_id":"%s","seq":%d,"low":%d,"high":%d%s%s,"body":%s}' % (
            self.boot,
            self.boot_id.encode(),
            self.seq,
            self.low,
            self.high,
            sent,
            ahead,
            self.body,
        )


class LaneStatus(NamedTuple):
    """What one lane holds and what this start has accepted.

    `first_at_ms` is 0 before the first item; `dead` messages are kept but not sent.
    """

    rows: int
    items: int
    bytes: int
    produced: int
    shed: int
    first_at_ms: int
    dead: int = 0
