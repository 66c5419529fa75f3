"""Sending lines so that one the server will never take costs only itself.

400 stores nothing of a request, 422 all but some lines; neither says reliably which. Sending a line again is harmless, so the
culprits are found by halving.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final

from lamplighter.contract.errors import Unavailable
from lamplighter.storage.timeseries.influxdb_http import Refusal
from lamplighter.storage.timeseries.protocol import Refused

Send = Callable[[str], Refusal | None]

_TOO_LARGE: Final = 413
_ABOUT_LINES: Final = ("unable to parse", "partial write")
_DROPPED: Final = re.compile(r"dropped[= ](\d+)")
_EXPIRED: Final = "retention policy"


def send_all(send: Send, lines: Sequence[str], *, positions: Sequence[int], times_ms: Sequence[int]) -> list[Refused]:
    """Send; all lines but the returned are durable. `positions` and `times_ms` belong to the lines. Raises Unavailable."""
    if not lines:
        return []
    refusal = send("\n".join(lines))
    if refusal is None:
        return []
    if refusal.status != _TOO_LARGE and not any(words in refusal.message for words in _ABOUT_LINES):
        raise Unavailable(f"InfluxDB refuses a request for a reason that is not its lines: {refusal.status}: {refusal.message}")
    culprits = _expired(refusal, times_ms)
    if culprits:
        rest = [index for index in range(len(lines)) if index not in culprits]
        refused = [Refused(positions[index], f"expired: {refusal.message}") for index in sorted(culprits)]
        return refused + _send_some(send, rest, lines, positions, times_ms)
    if len(lines) == 1:
        return [Refused(positions[0], refusal.message)]
    half = len(lines) // 2
    parts = (range(half), range(half, len(lines)))
    return [one for part in parts for one in _send_some(send, part, lines, positions, times_ms)]


def _send_some(
    send: Send, chosen: Sequence[int], lines: Sequence[str], positions: Sequence[int], times_ms: Sequence[int]
) -> list[Refused]:
    return send_all(
        send,
        [lines[index] for index in chosen],
        positions=[positions[index] for index in chosen],
        times_ms=[times_ms[index] for index in chosen],
    )


def _expired(refusal: Refusal, times_ms: Sequence[int]) -> set[int]:
    """The lines older than the bucket keeps: the server says how many, and they are the oldest."""
    dropped = _DROPPED.search(refusal.message)
    if _EXPIRED not in refusal.message or dropped is None:
        return set()
    oldest_first = sorted(range(len(times_ms)), key=times_ms.__getitem__)
    return set(oldest_first[: int(dropped[1])])
