"""A school's kitchens as they are: places that require a camera, what was watched and is kept, and how cold the cold is."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from statistics import fmean
from typing import Final, NamedTuple

from compliance.covering import KITCHEN_POINT, required
from compliance.evidence import WINDOW_MS
from compliance.limits import Limit, exact, limit_of
from compliance.rules import Rule
from lamplighter.contract.measurements import CAMERA, READING
from lamplighter.site.model import Camera, Device, Site, Space
from lamplighter.site.provision import Kitchen
from lamplighter.storage.timeseries.protocol import TimeSeries, Window

DAY_MS: Final = 86_400_000
WATCHED_DAYS: Final = 7
"""Over so many days the share of armed time that was watched is taken."""

COLD: Final = {"refrigerator": "refrigerator_temperature", "freezer": "freezer_temperature"}
"""Kind of device -> the metric that limits its temperature."""


class CameraState(NamedTuple):
    """`online` by its last word within an hour, `watched_pct` of its armed time, `kept_d` the oldest recording; None is unknown."""

    camera: Camera
    online: bool | None
    watched_pct: float | None
    kept_d: float | None


class PlaceState(NamedTuple):
    """A place that requires a camera; no camera is a gap."""

    name: str
    cameras: tuple[CameraState, ...]


class ColdState(NamedTuple):
    """A cold device within 24 hours: its last, lowest and highest 10-minute mean in degC, and the share in range in percent."""

    device: Device
    last_c: float | None
    low_c: float | None
    high_c: float | None
    in_range_pct: float | None


class KitchenState(NamedTuple):
    """`about` is None where the ledger has only the room; `other` cameras look at no required place."""

    space: Space
    about: Kitchen | None
    places: tuple[PlaceState, ...]
    other: tuple[CameraState, ...]
    cold: tuple[ColdState, ...]


def kitchens(site: Site, store: TimeSeries, rules: Iterable[Rule], *, now_ms: int) -> list[KitchenState]:
    """Every kitchen of the ledger. May raise Unavailable."""
    about = {row.space: row for row in site.kitchens}
    spaces = {space.id: space for space in site.spaces if space.kind == "kitchen"}
    cameras = [camera for camera in site.cameras if camera.space in spaces]
    states = {one.camera.id: one for one in _cameras(site, store, cameras, now_ms)}
    limits = _limits(site, rules)
    found = []
    for space in spaces.values():
        devices = [device for device in site.devices if device.space == space.id and device.kind in COLD]
        cold = tuple(_cold(site, store, devices, limits, now_ms=now_ms))
        found.append(KitchenState(space, about.get(space.id), *_places(site, space, states), cold))
    return found


def _places(site: Site, space: Space, states: Mapping[str, CameraState]) -> tuple[tuple[PlaceState, ...], tuple[CameraState, ...]]:
    """The required places with their cameras, and the kitchen's other cameras."""
    asked = [place for one in required(site) if (one.subject, one.point) == (space.id, KITCHEN_POINT) for place in one.places]
    places = tuple(PlaceState(place.name, tuple(states[name] for name in place.cameras)) for place in asked)
    placed = {name for place in asked for name in place.cameras}
    other = tuple(one for name, one in states.items() if one.camera.space == space.id and name not in placed)
    return places, other


def _cameras(site: Site, store: TimeSeries, cameras: Sequence[Camera], now_ms: int) -> list[CameraState]:
    if not cameras:
        return []
    names = [camera.id for camera in cameras]
    where = {"school": site.school, "camera": names}
    last = {str(row["camera"]): row["online"] == 1 for row in store.latest(CAMERA, where=where, start_ms=now_ms - DAY_MS // 24)}
    span = (now_ms - WATCHED_DAYS * DAY_MS, now_ms)
    armed, watched = (_grown(store, field, where, span) for field in ("armed_s", "watched_s"))
    kept = store.latest(
        READING, where={"school": site.school, "device": names, "point": "recording_age_d"}, start_ms=now_ms - 2 * DAY_MS
    )
    days = {str(row["device"]): float(row["value"]) for row in kept if isinstance(row["value"], int | float)}
    return [
        CameraState(camera, last.get(camera.id), _share(armed.get(camera.id), watched.get(camera.id)), days.get(camera.id))
        for camera in cameras
    ]


def _grown(store: TimeSeries, field: str, where: Mapping[str, str | Sequence[str]], span: tuple[int, int]) -> dict[str, float]:
    """How much a counter that starts anew with its gateway grew, by camera."""
    rows = store.windows(CAMERA, field, where=where, start_ms=span[0], end_ms=span[1], every_ms=WINDOW_MS)
    series: dict[str, list[Window]] = {}
    for row in sorted(rows, key=lambda row: row.at_ms):
        series.setdefault(row.tags[2], []).append(row)
    return {
        name: sum(later.high - earlier.high if later.high >= earlier.high else later.high for earlier, later in pairwise(found))
        for name, found in series.items()
    }


def _share(armed_s: float | None, watched_s: float | None) -> float | None:
    return 100 * (watched_s or 0.0) / armed_s if armed_s else None


def _limits(site: Site, rules: Iterable[Rule]) -> Mapping[str, Limit]:
    """Metric -> the limit of a rule that is no draft."""
    found = {rule.metric: limit_of(rule, site.profile, site.limits) for rule in rules if rule.status == "active"}
    return {metric: limit for metric, limit in found.items() if limit is not None}


def _cold(site: Site, store: TimeSeries, devices: Sequence[Device], limits: Mapping[str, Limit], *, now_ms: int) -> list[ColdState]:
    if not devices:
        return []
    where = {"school": site.school, "device": [device.id for device in devices], "point": "temperature_c"}
    windows: dict[str, list[Window]] = {}
    for row in store.windows(READING, "value", where=where, start_ms=now_ms - DAY_MS, end_ms=now_ms, every_ms=WINDOW_MS):
        windows.setdefault(row.tags[2], []).append(row)
    return [_cold_state(device, windows.get(device.id, ()), limits.get(COLD[device.kind])) for device in devices]


def _cold_state(device: Device, windows: Sequence[Window], limit: Limit | None) -> ColdState:
    if not windows:
        return ColdState(device, None, None, None, None)
    means = [row.mean for row in sorted(windows, key=lambda row: row.at_ms)]
    good = 100 * fmean(limit.holds(exact(mean)) for mean in means) if limit is not None else None
    return ColdState(device, means[-1], min(means), max(means), good)
