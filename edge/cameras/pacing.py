"""Waiting that a stop cuts short, on the injected clock."""

from threading import Event

from lamplighter.runtime.clock import Clock

_SLICE_S = 0.1


def pause_unless(clock: Clock, seconds: float, stopped: Event) -> bool:
    """Wait; True if the wait ran its length, False if `stopped` was set meanwhile (noticed within a tenth of a second)."""
    until_s = clock.monotonic() + seconds
    while not stopped.is_set():
        left_s = until_s - clock.monotonic()
        if left_s <= 0:
            return True
        clock.pause(min(_SLICE_S, left_s))
    return False
