"""Ten-minute windows of each room from raw readings: what is stored as `room_10min` and what the engine is shown."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from statistics import fmean, median
from typing import Final, NamedTuple

from compliance.evidence import WINDOW_MS, LampWindow, SensorWindow, steady
from lamplighter.contract.measurements import READING, RowTuple
from lamplighter.site.model import Site
from lamplighter.storage.timeseries.protocol import TimeSeries, Window

LAMP_POINTS: Final = ("dimming_level_pct", "active_power_w")
"""A lamp is on while it is told to shine and draws power."""

OCCUPANCY: Final = "occupancy"
"""The point of sensors that tell whether somebody is in the room."""


class RoomWindows(NamedTuple):
    """All windows of a site in a span of time: room -> its sensors' windows, room -> its lamps' windows."""

    sensors: Mapping[str, tuple[SensorWindow, ...]]
    lamps: Mapping[str, tuple[LampWindow, ...]]


class _LampState(NamedTuple):
    lit_share_pct: float
    dimming_low_pct: float
    power_w: float


def read_windows(site: Site, store: TimeSeries, *, start_ms: int, end_ms: int) -> RoomWindows:
    """Every room's windows that start in the span, good readings only; the span's ends lie on window boundaries.

    May raise Unavailable. Three queries.
    """
    sensors = _windows_of(site, store, "light_sensor", "illuminance_lx", start_ms=start_ms, end_ms=end_ms)
    by_room: dict[str, list[SensorWindow]] = defaultdict(list)
    spaces = {device.id: device.space for device in site.devices}
    for window in sensors.values():
        device = window.tags[2]
        by_room[spaces[device]].append(SensorWindow(device, window.at_ms, steady(window.median), window.low, window.n))
    lamps = _lamp_states(site, store, start_ms=start_ms, end_ms=end_ms)
    return RoomWindows({room: tuple(rows) for room, rows in by_room.items()}, _lamps_by_room(site, lamps))


Occupied = Mapping[str, Mapping[int, float]]
"""Room -> window start -> share of time with somebody in it, in percent."""


def read_occupied(site: Site, store: TimeSeries, *, start_ms: int, end_ms: int) -> Occupied:
    """What occupancy sensors saw, good readings only: of several in a room the one that saw most. May raise Unavailable."""
    placed = {device.id: (device.space, device.gateway) for device in site.devices}
    where = {"school": site.school, "point": OCCUPANCY}
    found: dict[str, dict[int, float]] = defaultdict(dict)
    for window in store.windows(READING, "value", where=where, start_ms=start_ms, end_ms=end_ms, every_ms=WINDOW_MS):
        space, gateway = placed.get(window.tags[2], ("", ""))
        if gateway == window.tags[1]:
            found[space][window.at_ms] = max(100 * window.mean, found[space].get(window.at_ms, 0.0))
    return found


def rows_10min(site: Site, windows: RoomWindows, occupied: Occupied) -> list[RowTuple]:
    """Rows of `ROOM_10MIN`. The median is that of the sensors' medians: each sensor has one voice, however often it reads."""
    rows: list[RowTuple] = []
    counts = Counter(device.space for device in site.devices if device.kind == "light_sensor")
    for space in site.spaces:
        sensors: dict[int, list[SensorWindow]] = defaultdict(list)
        for window in windows.sensors.get(space.id, ()):
            sensors[window.at_ms].append(window)
        lamps = {window.at_ms: (window.lit_share_pct, window.power_w) for window in windows.lamps.get(space.id, ())}
        people = occupied.get(space.id, {})
        for at_ms in sorted(sensors.keys() | lamps.keys() | people.keys()):
            seen = sensors.get(at_ms, ())
            lit, power_w = lamps.get(at_ms, (None, None))
            heard = 100 * len(seen) / counts[space.id] if counts[space.id] else None
            rows.append((site.school, space.id, at_ms, *_illuminance(seen), lit, heard, people.get(at_ms), power_w))
    return rows


def _illuminance(windows: Sequence[SensorWindow]) -> tuple[float | None, float | None, int]:
    """Median and minimum in lux, and the number of good samples."""
    if not windows:
        return None, None, 0
    return median(w.median_lx for w in windows), min(w.low_lx for w in windows), sum(w.samples for w in windows)


def _windows_of(
    site: Site, store: TimeSeries, kind: str, point: str, *, start_ms: int, end_ms: int
) -> dict[tuple[str, int], Window]:
    """(device, window start) -> window, for the site's devices of a kind behind their own gateways."""
    gateways = {device.id: device.gateway for device in site.devices if device.kind == kind}
    if not gateways:
        return {}
    where = {"school": site.school, "point": point}
    found = store.windows(READING, "value", where=where, start_ms=start_ms, end_ms=end_ms, every_ms=WINDOW_MS)
    return {(window.tags[2], window.at_ms): window for window in found if gateways.get(window.tags[2]) == window.tags[1]}


def _lamp_states(site: Site, store: TimeSeries, *, start_ms: int, end_ms: int) -> dict[tuple[str, int], _LampState]:
    """(luminaire, window start) -> its state, where both lamp points were read."""
    dimming, power = (_windows_of(site, store, "luminaire", point, start_ms=start_ms, end_ms=end_ms) for point in LAMP_POINTS)
    return {
        key: _LampState(100 * min(dimming[key].positive, power[key].positive), dimming[key].low, power[key].mean)
        for key in dimming.keys() & power.keys()
    }


def _lamps_by_room(site: Site, states: Mapping[tuple[str, int], _LampState]) -> dict[str, tuple[LampWindow, ...]]:
    """Room -> windows in which every lamp of the room is known."""
    lamps: dict[str, list[str]] = defaultdict(list)
    for device in site.devices:
        if device.kind == "luminaire":
            lamps[device.space].append(device.id)
    starts = sorted({at_ms for _, at_ms in states})
    rooms: dict[str, tuple[LampWindow, ...]] = {}
    for room, names in lamps.items():
        known = [(at_ms, [states.get((name, at_ms)) for name in names]) for at_ms in starts]
        rooms[room] = tuple(
            _joined(at_ms, whole)
            for at_ms, found in known
            if len(whole := [state for state in found if state is not None]) == len(names)
        )
    return rooms


def _joined(at_ms: int, states: Sequence[_LampState]) -> LampWindow:
    power_w = steady(sum(state.power_w for state in states))
    return LampWindow(at_ms, fmean(s.lit_share_pct for s in states), min(s.dimming_low_pct for s in states), power_w)
