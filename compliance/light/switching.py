"""When a room's lamps went off all together: the moments at which its electric light can be told from daylight."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Final, Literal, NamedTuple

WARM_UP_MS: Final = 15 * 60_000
"""Lamps change while they warm up: they must have been on so long, as for a survey."""

SPAN_MS: Final = 300_000
"""So long before and after the switching the sensors are looked at."""

TOGETHER_MS: Final = 180_000
"""Lamps that take longer to go off, one after another, were switched in parts."""

STALE_MS: Final = 300_000
"""A lamp that has said nothing for so long is in no known state."""

STATE_TOLERANCE_PCT: Final = 1.0
"""A dimming level so near the calibrated one is that state."""


class LampSample(NamedTuple):
    """A lamp over a short span from `at_ms`: dimming level and power, lowest and highest."""

    at_ms: int
    dimming_low_pct: float
    dimming_high_pct: float
    power_low_w: float
    power_high_w: float


class SwitchOff(NamedTuple):
    """All lamps were on in one state until `on_until_ms`, and all off from `off_from_ms` to `off_until_ms`."""

    on_until_ms: int
    off_from_ms: int
    off_until_ms: int


State = Literal["on", "off", "between"]


class _Moment(NamedTuple):
    at_ms: int
    state: State


Lamps = Mapping[str, Sequence[LampSample]]


def switch_offs(lamps: Lamps, *, dimming_pct: float = 100.0, others: Lamps | None = None) -> list[SwitchOff]:
    """Each time all `lamps` went off together after a warm-up in the state `dimming_pct`, oldest first.

    `others` are the room's lamps that the calibration is not about: where one changes meanwhile, the moment does not count.
    Dimmed, partly switched and unknown lamps give none.
    """
    moments = _moments(lamps, dimming_pct)
    runs = [(state, [moment.at_ms for moment in run]) for state, run in groupby(moments, key=lambda moment: moment.state)]
    found = []
    for number, (state, times) in enumerate(runs):
        before = [run for run in runs[max(0, number - 2) : number] if run[0] == "on"]
        if state != "off" or not before or runs[number - 1][0] == "off":
            continue
        lit = before[-1][1]
        together = times[0] - lit[-1] <= TOGETHER_MS
        if together and lit[-1] - lit[0] >= WARM_UP_MS:
            until = runs[number + 1][1][0] if number + 1 < len(runs) else times[-1] + 1
            found.append(SwitchOff(lit[-1], times[0], min(until, times[0] + SPAN_MS)))
    return [off for off in found if _steady(others or {}, off)]


def _moments(lamps: Lamps, dimming_pct: float) -> list[_Moment]:
    """The state of all lamps together at every time at which one of them was read; a silent lamp makes it `between`."""
    events = sorted((sample.at_ms, name, _state(sample, dimming_pct)) for name, rows in lamps.items() for sample in rows)
    last: dict[str, tuple[int, State]] = {}
    moments = []
    for at_ms, rows in groupby(events, key=lambda event: event[0]):
        last |= {name: (at_ms, state) for _, name, state in rows}
        fresh = {state for seen_ms, state in last.values() if at_ms - seen_ms <= STALE_MS}
        whole = len(last) == len(lamps) and all(at_ms - seen_ms <= STALE_MS for seen_ms, _ in last.values())
        moments.append(_Moment(at_ms, fresh.pop() if whole and len(fresh) == 1 else "between"))
    return _with_gaps(moments)


def _with_gaps(moments: Sequence[_Moment]) -> list[_Moment]:
    """A moment of no known state wherever nothing was heard for too long."""
    found: list[_Moment] = []
    for moment in moments:
        if found and moment.at_ms - found[-1].at_ms > STALE_MS:
            found.append(_Moment(found[-1].at_ms + 1, "between"))
        found.append(moment)
    return found


def _state(sample: LampSample, dimming_pct: float) -> State:
    if sample.dimming_high_pct <= 0 or sample.power_high_w <= 0:
        return "off"
    level = abs(sample.dimming_low_pct - dimming_pct), abs(sample.dimming_high_pct - dimming_pct)
    return "on" if max(level) <= STATE_TOLERANCE_PCT and sample.power_low_w > 0 else "between"


def _steady(others: Lamps, off: SwitchOff) -> bool:
    for rows in others.values():
        near = [row for row in rows if off.on_until_ms - SPAN_MS <= row.at_ms < off.off_until_ms]
        levels = [level for row in near for level in (row.dimming_low_pct, row.dimming_high_pct)]
        drawing = {power > 0 for row in near for power in (row.power_low_w, row.power_high_w)}
        if not near or len(drawing) > 1 or max(levels) - min(levels) > STATE_TOLERANCE_PCT:
            return False
    return True
