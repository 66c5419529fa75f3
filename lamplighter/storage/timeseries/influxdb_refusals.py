"""Sending lines so that one the server will never take costs only itself.

400 stores nothing of a request, 422 all but some lines; neither says reliably which. Sending a line again is harmless, so the
culprits are found by halving.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from lamplighter.contract.errors import Unavailable
from lamplighter.storage.timeseries.influxdb_http import Refusal
from lamplighter.storage.timeseries.protocol import Refused

Send = Callable[[str], Refusal | None]

_TOO_LARGE: Final = 413
_ABOUT_LINES: Final = ("unable to parse", "partial write")
_EXPIRED: Final = re.compile(r"dropped (\d+) points outside retention policy(?: of duration (\w+))?")


class Lines(NamedTuple):
    """Parallel columns: each line's text, its position in what the caller wrote, its time."""

    texts: Sequence[str]
    positions: Sequence[int]
    times_ms: Sequence[int]

    def chosen(self, indices: Sequence[int]) -> "Lines":
        """Only these."""
        texts, positions, times_ms = self
        return Lines([texts[i] for i in indices], [positions[i] for i in indices], [times_ms[i] for i in indices])

    def between(self, start: int, stop: int) -> "Lines":
        """Those from `start` to before `stop`."""
        return Lines(self.texts[start:stop], self.positions[start:stop], self.times_ms[start:stop])


def send_all(send: Send, lines: Lines) -> list[Refused]:
    """Send; all lines but the returned are durable. Raises Unavailable."""
    if not lines.texts:
        return []
    refusal = send("\n".join(lines.texts))
    if refusal is None:
        return []
    if refusal.status != _TOO_LARGE and not any(words in refusal.message for words in _ABOUT_LINES):
        raise Unavailable(f"InfluxDB refuses a request for a reason that is not its lines: {refusal.status}: {refusal.message}")
    expired = _EXPIRED.search(refusal.message)
    if expired is not None:
        return _without_expired(send, lines, expired)
    if len(lines.texts) == 1:
        return [Refused(lines.positions[0], refusal.message)]
    half = len(lines.texts) // 2
    return send_all(send, lines.between(0, half)) + send_all(send, lines.between(half, len(lines.texts)))


def _without_expired(send: Send, lines: Lines, expired: re.Match[str]) -> list[Refused]:
    """The server says how many lines are older than the bucket keeps: they are the oldest. The others are sent again."""
    oldest_first = sorted(range(len(lines.texts)), key=lines.times_ms.__getitem__)
    # At least one, so that this ends whatever the server counts.
    count = max(1, int(expired[1]))
    reason = f"expired: older than the {expired[2] or 'time'} that the bucket keeps"
    refused = [Refused(lines.positions[index], reason) for index in oldest_first[:count]]
    return refused + send_all(send, lines.chosen(oldest_first[count:]))
