"""When a room's lamps went off all together: the moments at which its electric light can be told from daylight."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, takewhile
from typing import Final, Literal, NamedTuple

WARM_UP_MS: Final = 15 * 60_000
"""Lamps change while they warm up: they must have been on so long, as for a survey."""

WARM_SHARE: Final = 0.8
"""Lamps at this share of the calibrated level and more warm up too: heat follows power, and what is left to come is a fifth."""

HELD_MS: Final = 120_000
"""So long, or longer, all lamps must have been in the calibrated state when they go off: a shorter look tells no trend."""

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
    """All lamps were in one state from `on_from_ms` to `on_until_ms`, and all off from `off_from_ms` to `off_until_ms`."""

    on_from_ms: int
    on_until_ms: int
    off_from_ms: int
    off_until_ms: int


State = Literal["on", "warm", "dimmed", "off", "parts", "unknown"]
"""Of all lamps: in the calibrated state; lit and near it; lit at another level; off; lit in part; not heard."""

_LIT: Final[tuple[State, ...]] = ("on", "warm", "dimmed")

Why = Literal["dimmed", "in_parts", "not_warm", "unheard", "others", "sensors"]
"""Why lamps that went off tell nothing: from another level, one after another, before the warm-up, while nobody heard them,
while another group changed, or with too few good readings of a sensor."""


class Missed(NamedTuple):
    """Lamps went off, and it is no evidence."""

    at_ms: int
    why: Why


class _Moment(NamedTuple):
    at_ms: int
    state: State


Lamps = Mapping[str, Sequence[LampSample]]


def goings_off(lamps: Lamps, *, dimming_pct: float = 100.0, others: Lamps | None = None) -> list[SwitchOff | Missed]:
    """Each time all `lamps` had gone off, oldest first: together from the state `dimming_pct`, warmed up near it, or why not.

    `others` are the room's lamps that the calibration is not about: where one changes meanwhile, the moment does not count.
    Dimmed, partly switched and unknown lamps give no evidence.
    """
    moments = _moments(lamps, dimming_pct)
    runs = [_Run(state, [moment.at_ms for moment in run]) for state, run in groupby(moments, key=lambda moment: moment.state)]
    seen = [_off_at(runs, number) for number, run in enumerate(runs) if run.state == "off" and _were_lit(runs[:number])]
    return [off if isinstance(off, Missed) or _steady(others or {}, off) else Missed(off.off_from_ms, "others") for off in seen]


class _Run(NamedTuple):
    state: State
    times_ms: Sequence[int]


def _were_lit(before: Sequence[_Run]) -> bool:
    """Whether the lamps, when last heard of before, were not all off."""
    return next((run.state for run in reversed(before) if run.state != "unknown"), "off") != "off"


def _off_at(runs: Sequence[_Run], number: int) -> SwitchOff | Missed:
    """What the darkness of this run tells of the light before it."""
    dark = runs[number].times_ms
    near = list(takewhile(lambda back: dark[0] - runs[back].times_ms[-1] <= TOGETHER_MS, _back_to_dark(runs, number)))
    lit = next((back for back in near if runs[back].state == "on"), None)
    if lit is None:
        return Missed(dark[0], _why_not_lit([runs[back].state for back in near]))
    last = runs[lit].times_ms
    warm = next((back + 1 for back in range(lit, -1, -1) if runs[back].state not in {"on", "warm"}), 0)
    if last[-1] - runs[warm].times_ms[0] < WARM_UP_MS:
        return Missed(dark[0], "not_warm")
    if last[-1] - last[0] < HELD_MS:
        return Missed(dark[0], "dimmed")
    until = runs[number + 1].times_ms[0] if number + 1 < len(runs) else dark[-1] + 1
    return SwitchOff(max(last[0], last[-1] - SPAN_MS), last[-1], dark[0], min(until, dark[0] + SPAN_MS))


def _back_to_dark(runs: Sequence[_Run], number: int) -> Iterator[int]:
    """Numbers of the runs before this one, the nearest first, as far as the dark before them."""
    return takewhile(lambda back: runs[back].state != "off", range(number - 1, -1, -1))


def _why_not_lit(before: Sequence[State]) -> Why:
    """From the states that shortly preceded the dark, the nearest first; none of them is the calibrated one."""
    if any(state in _LIT for state in before):
        return "dimmed"
    return "in_parts" if "parts" in before else "unheard"


def _moments(lamps: Lamps, dimming_pct: float) -> list[_Moment]:
    """The state of all lamps together at every time at which one of them was read; a silent lamp makes it `unknown`."""
    events = sorted((sample.at_ms, name, _state(sample, dimming_pct)) for name, rows in lamps.items() for sample in rows)
    last: dict[str, tuple[int, State]] = {}
    moments = []
    for at_ms, rows in groupby(events, key=lambda event: event[0]):
        last |= {name: (at_ms, state) for _, name, state in rows}
        fresh = {state for seen_ms, state in last.values() if at_ms - seen_ms <= STALE_MS}
        whole = len(last) == len(lamps) and all(at_ms - seen_ms <= STALE_MS for seen_ms, _ in last.values())
        moments.append(_Moment(at_ms, _together(fresh) if whole else "unknown"))
    return _with_gaps(moments)


def _together(states: set[State]) -> State:
    if states <= set(_LIT):
        return max(states, key=_LIT.index)
    return "off" if states == {"off"} else "parts"


def _with_gaps(moments: Sequence[_Moment]) -> list[_Moment]:
    """A moment of no known state wherever nothing was heard for too long."""
    found: list[_Moment] = []
    for moment in moments:
        if found and moment.at_ms - found[-1].at_ms > STALE_MS:
            found.append(_Moment(found[-1].at_ms + 1, "unknown"))
        found.append(moment)
    return found


def _state(sample: LampSample, dimming_pct: float) -> State:
    if sample.dimming_high_pct <= 0 or sample.power_high_w <= 0:
        return "off"
    if sample.power_low_w <= 0:
        return "parts"
    level = abs(sample.dimming_low_pct - dimming_pct), abs(sample.dimming_high_pct - dimming_pct)
    if max(level) <= STATE_TOLERANCE_PCT:
        return "on"
    near = WARM_SHARE * dimming_pct <= sample.dimming_low_pct and sample.dimming_high_pct <= dimming_pct + STATE_TOLERANCE_PCT
    return "warm" if near else "dimmed"


def _steady(others: Lamps, off: SwitchOff) -> bool:
    for rows in others.values():
        near = [row for row in rows if off.on_until_ms - SPAN_MS <= row.at_ms < off.off_until_ms]
        levels = [level for row in near for level in (row.dimming_low_pct, row.dimming_high_pct)]
        drawing = {power > 0 for row in near for power in (row.power_low_w, row.power_high_w)}
        if not near or len(drawing) > 1 or max(levels) - min(levels) > STATE_TOLERANCE_PCT:
            return False
    return True
