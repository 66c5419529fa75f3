"""Waiting that a stop cuts short, on the injected clock; and how long to wait for a source that failed."""

from threading import Event
from typing import Final

from lamplighter.contract.errors import SettingsError, Unavailable
from lamplighter.runtime.backoff import Backoff
from lamplighter.runtime.clock import Clock

_SLICE_S = 0.1
_STEADY_S: Final = 10.0
"""After so long a connection counts as good again and the backoff starts over."""


def pause_unless(clock: Clock, seconds: float, stopped: Event) -> bool:
    """Wait; True if the wait ran its length, False if `stopped` was set meanwhile (noticed within a tenth of a second)."""
    until_s = clock.monotonic() + seconds
    while not stopped.is_set():
        left_s = until_s - clock.monotonic()
        if left_s <= 0:
            return True
        clock.pause(min(_SLICE_S, left_s))
    return False


def wait_after(error: Unavailable | SettingsError, backoff: Backoff, *, lasted_s: float) -> float:
    """Seconds to wait before a source is opened again whose last opening ended with `error` after `lasted_s`."""
    if lasted_s >= _STEADY_S:
        backoff.reset()
    wait_s = backoff.next_s()
    if isinstance(error, Unavailable) and error.retry_after_s is not None:
        return max(wait_s, error.retry_after_s)
    return wait_s
