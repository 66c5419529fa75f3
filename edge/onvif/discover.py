"""What is on the network: each device's name, clock and streams, or why it does not tell."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, NamedTuple

from edge.onvif.device import Device, Facts
from edge.onvif.login import Login
from edge.onvif.media import Stream, streams
from edge.onvif.search import Recording, recordings
from edge.onvif.soap import Unsupported
from lamplighter.contract.errors import Unavailable
from lamplighter.runtime.clock import Clock

_AT_ONCE: Final = 16


class Found(NamedTuple):
    """One device: what it told, and in `problem` why it told no more. `records` are its recordings where it is a recorder."""

    address: str
    facts: Facts | None = None
    ahead_s: float | None = None
    streams: tuple[Stream, ...] = ()
    records: tuple[Recording, ...] = ()
    problem: str = ""


def look_at_all(addresses: Iterable[str], *, clock: Clock, login: Login | None, timeout_s: float) -> list[Found]:
    """Ask each device, several at once, in the order of their addresses."""
    wanted = sorted(set(addresses))
    if not wanted:
        return []
    with ThreadPoolExecutor(min(_AT_ONCE, len(wanted))) as pool:
        return list(pool.map(lambda one: _look_at(Device(one, clock=clock, login=login, timeout_s=timeout_s), one), wanted))


def _look_at(device: Device, address: str) -> Found:
    found = Found(address)
    try:
        found = found._replace(ahead_s=device.ahead_s())
        found = found._replace(facts=device.facts())
        found = found._replace(streams=_none_if_unsupported(device))
        return found._replace(records=_kept(device))
    except Unavailable as error:
        return found._replace(problem=str(error))


def _none_if_unsupported(device: Device) -> tuple[Stream, ...]:
    try:
        return streams(device)
    except Unsupported:
        return ()


def _kept(device: Device) -> tuple[Recording, ...]:
    try:
        return recordings(device)
    except Unsupported:
        return ()
