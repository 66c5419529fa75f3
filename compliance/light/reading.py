"""The steps of a site's rooms from its store: which sensors, which lamps, and when to look closely."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Final, NamedTuple

from compliance.evidence import WINDOW_MS, months_after
from compliance.light.electric import Samples, Seen, seen_at
from compliance.light.switching import SPAN_MS, WARM_UP_MS, LampSample, goings_off
from compliance.rollups import LAMP_POINTS, RoomWindows
from lamplighter.contract.measurements import READING
from lamplighter.site.model import Calibration, Device, Site
from lamplighter.storage.timeseries.protocol import TimeSeries, Window

CALIBRATION_MONTHS: Final = 12
"""How long a factor speaks for its sensor: our setting, as in the rules."""

FINE_MS: Final = 20_000
"""Around a switching readings are looked at in pieces of so long."""

Span = tuple[int, int]


class _Source(NamedTuple):
    """Where readings of one school and one span of time come from."""

    school: str
    store: TimeSeries
    span: Span


class Calibrated(NamedTuple):
    """A room's factors of one state, by sensor; `since` is the newest one's day, `uncertainty_pct` the worst, None if unstated."""

    factors: Mapping[str, float]
    since: date
    uncertainty_pct: float | None
    lamps: str | None
    dimming_pct: float


def calibrated_rooms(site: Site, day: date) -> dict[str, Calibrated]:
    """Room -> its factors that hold on the day, of the fullest state: all lamps before one group, undimmed before dimmed."""
    spaces = {device.id: device.space for device in site.devices}
    rooms: dict[str, dict[tuple[float, bool, str], dict[str, Calibration]]] = defaultdict(lambda: defaultdict(dict))
    for row in sorted(site.calibrations, key=lambda row: (row.at, row.factor)):
        if row.at <= day <= months_after(row.at, CALIBRATION_MONTHS):
            state = (row.dimming_pct, row.lamps is None, row.lamps or "")
            rooms[spaces[row.device]][state][row.device] = row
    return {room: _calibrated(states[max(states)]) for room, states in rooms.items()}


def _calibrated(rows: Mapping[str, Calibration]) -> Calibrated:
    one = next(iter(rows.values()))
    stated = [row.uncertainty_pct for row in rows.values() if row.uncertainty_pct is not None]
    return Calibrated(
        {name: row.factor for name, row in rows.items()},
        max(row.at for row in rows.values()),
        max(stated) if len(stated) == len(rows) else None,
        one.lamps,
        one.dimming_pct,
    )


def read_steps(site: Site, store: TimeSeries, windows: RoomWindows, day: date) -> dict[str, list[Seen]]:
    """Room -> what the day's switchings say of its electric light, or why they say nothing; may raise Unavailable.

    `windows` are the day's: only around the moments at which lamps went off are readings looked at closely.
    """
    rooms = calibrated_rooms(site, day)
    near = {room: _switched(windows, room) for room in rooms}
    lamps = [device for device in site.devices if device.kind == "luminaire" and near.get(device.space)]
    sensors = [device for device in site.devices if any(device.id in row.factors for row in rooms.values()) and near[device.space]]
    light: dict[str, list[tuple[int, float]]] = defaultdict(list)
    states: dict[str, list[LampSample]] = defaultdict(list)
    for span in _merged(span for spans in near.values() for span in spans):
        source = _Source(site.school, store, span)
        for name, samples in _light(source, sensors).items():
            light[name] += samples
        for name, rows in _states(source, lamps).items():
            states[name] += rows
    return {room: _steps(room, row, lamps, (states, light)) for room, row in rooms.items()}


def _steps(
    room: str, found: Calibrated, lamps: Sequence[Device], read: tuple[Mapping[str, list[LampSample]], Mapping[str, Samples]]
) -> list[Seen]:
    states, light = read
    here = {device.id: device.group for device in lamps if device.space == room}
    asked = {name: states.get(name, []) for name, group in here.items() if found.lamps in {None, group}}
    others = {name: states.get(name, []) for name in here.keys() - asked.keys()}
    offs = goings_off(asked, dimming_pct=found.dimming_pct, others=others)
    return [seen_at(off, light, found.factors) for off in offs]


def _switched(windows: RoomWindows, room: str) -> list[Span]:
    """Spans around the windows in which fewer lamps were on than before: with the warm-up and what the sensors need."""
    early_ms, late_ms = WINDOW_MS + WARM_UP_MS + SPAN_MS, WINDOW_MS + SPAN_MS
    return [
        (row.at_ms - early_ms, row.at_ms + late_ms)
        for before, row in pairwise(sorted(windows.lamps.get(room, ())))
        if row.lit_share_pct < before.lit_share_pct
    ]


def _merged(spans: Iterable[Span]) -> list[Span]:
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _fine(source: _Source, devices: Sequence[Device], point: str) -> dict[tuple[str, int], Window]:
    """(device, start) -> window of what the devices' own gateways sent."""
    gateways = {device.id: device.gateway for device in devices}
    if not gateways:
        return {}
    where = {"school": source.school, "point": point, "device": sorted(gateways)}
    start_ms, end_ms = source.span
    rows = source.store.windows(READING, "value", where=where, start_ms=start_ms, end_ms=end_ms, every_ms=FINE_MS)
    return {(row.tags[2], row.at_ms): row for row in rows if gateways[row.tags[2]] == row.tags[1]}


def _light(source: _Source, sensors: Sequence[Device]) -> dict[str, list[tuple[int, float]]]:
    found: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for (name, at_ms), row in sorted(_fine(source, sensors, "illuminance_lx").items()):
        found[name].append((at_ms, row.median))
    return found


def _states(source: _Source, lamps: Sequence[Device]) -> dict[str, list[LampSample]]:
    dimming, power = (_fine(source, lamps, point) for point in LAMP_POINTS)
    found: dict[str, list[LampSample]] = defaultdict(list)
    for key in sorted(dimming.keys() & power.keys()):
        name, at_ms = key
        found[name].append(LampSample(at_ms, dimming[key].low, dimming[key].high, power[key].low, power[key].high))
    return found
