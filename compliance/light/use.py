"""How a room's lamps were used on one day: hours on, left on, energy."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from compliance.evidence import WINDOW_MS, LampWindow

HOURS: Final = WINDOW_MS / 3_600_000

Span = tuple[int, int]


class Use(NamedTuple):
    """Hours and energy over the windows in which every lamp of the room is known; `known_pct` is their share of the day."""

    lit_h: float
    left_on_h: float
    energy_kwh: float
    known_pct: float


class Presence(NamedTuple):
    """Who is where, times in ms since 1970 UTC: lessons, the night in which nobody should be there, and what sensors saw.

    `occupied_pct` is window start -> share of time with somebody in the room; a window without a sensor's word is left out.
    """

    lessons: Sequence[Span]
    is_night: Callable[[int], bool]
    occupied_pct: Mapping[int, float]


def use_of(windows: Iterable[LampWindow], day: Span, presence: Presence) -> Use:
    """Use of one room on the day from `day[0]` to `day[1]`, ms since 1970 UTC.

    Left on is lit outside lessons with nobody there; where nothing tells whether somebody is, lit in the night.
    """
    rows = {window.at_ms: window for window in windows if day[0] <= window.at_ms < day[1]}.values()
    lit = [(row, HOURS * row.lit_share_pct / 100) for row in rows]
    return Use(
        lit_h=sum(hours for _, hours in lit),
        left_on_h=sum(hours for row, hours in lit if _deserted(row.at_ms, presence)),
        energy_kwh=sum(row.power_w for row in rows) * HOURS / 1000,
        known_pct=100 * len(rows) * WINDOW_MS / (day[1] - day[0]),
    )


def _deserted(at_ms: int, presence: Presence) -> bool:
    if any(start < at_ms + WINDOW_MS and at_ms < stop for start, stop in presence.lessons):
        return False
    occupied_pct = presence.occupied_pct.get(at_ms)
    return presence.is_night(at_ms) if occupied_pct is None else occupied_pct <= 0
