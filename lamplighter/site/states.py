"""A school's ledger over time: each of its states with the days on which it holds, and behind which gateway a device was when."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from lamplighter.site.model import Site


class State(NamedTuple):
    """The ledger as it holds from `first` to `last`, both included."""

    first: date
    last: date
    site: Site


States = tuple[State, ...]
"""Of one school, oldest first, without a gap."""


def always(site: Site) -> States:
    """A ledger that nobody changed."""
    return (State(date.min, date.max, site),)


def from_days(starts: Mapping[date, Site]) -> States:
    """The state that begins on each day, as long as no later one begins; the first also holds before it."""
    days = sorted(starts)
    firsts, lasts = (date.min, *days[1:]), (*(day - timedelta(days=1) for day in days[1:]), date.max)
    return tuple(State(first, last, starts[day]) for first, last, day in zip(firsts, lasts, days, strict=True))


def on(states: States, day: date) -> Site:
    """The ledger of that day."""
    return next(state.site for state in states if day <= state.last)


def during(states: States, first: date, last: date) -> States:
    """Those that hold on some of these days."""
    return tuple(state for state in states if state.first <= last and first <= state.last)


Gateways = Mapping[str, Sequence[tuple[date, str]]]
"""Device or camera -> last day and gateway, oldest first; of a device that came later the first counts for the days before."""


def gateways(states: States) -> Gateways:
    """Behind which gateway each device and camera is until when."""
    found: dict[str, list[tuple[date, str]]] = {}
    for state in states:
        for name, gateway in [(row.id, row.gateway) for rows in (state.site.devices, state.site.cameras) for row in rows]:
            known = found.setdefault(name, [])
            if known and known[-1][1] == gateway:
                known.pop()
            known.append((state.last, gateway))
    return found


def gateway_on(known: Sequence[tuple[date, str]], day: date) -> str:
    """The gateway of that day; the last one after all of them."""
    return next((gateway for last, gateway in known if day <= last), known[-1][1])
