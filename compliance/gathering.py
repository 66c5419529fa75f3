"""All evidence about the subjects of one school: from its site file and from windows of readings."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Final, NamedTuple, TypeVar

from compliance.covering import COVER_POINTS, covered, online_of, required
from compliance.evidence import WINDOW_MS, ElectricDay, Evidence, LedgerRows, PointWindow, midnight_ms, steady
from compliance.rollups import RoomWindows
from compliance.subjects import Subject, subjects_of
from lamplighter.contract.measurements import CAMERA, READING, ROOM_LIGHT_DAY
from lamplighter.site.facts import Document, LuminaireGroup
from lamplighter.site.model import Site, SpaceKind
from lamplighter.storage.timeseries.protocol import TimeSeries, Window

FORBIDDEN: Final[frozenset[SpaceKind]] = frozenset({"dormitory", "toilet", "bathroom", "changing_room", "nursing_room"})
"""Kinds of space in which no camera may be: State Council Order 799, article 8."""

CERTIFIED: Final = {
    "lamp_cri_ra": "cri_ra",
    "lamp_r9": "r9",
    "lamp_cct": "cct_k",
    "lamp_risk_group": "risk_group",
    "board_lamp_risk_group": "risk_group",
}
"""Metric -> the key of a luminaire's certificate that states it."""

Series = Mapping[str, tuple[PointWindow, ...]]
"""Device -> its windows."""


class Read(NamedTuple):
    """What was read from the store; `electric` is room -> its electric light."""

    rooms: RoomWindows
    series: Series
    electric: Mapping[str, tuple[ElectricDay, ...]] = MappingProxyType({})


NOTHING: Final = Read(RoomWindows({}, {}), {})


class Gatherer:
    """Evidence of each subject of a site; what does not change from day to day is sorted once."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.subjects = subjects_of(site)
        self._zone = site.zone()
        self._surveys = by_key(site.surveys, "space")
        self._works = by_key(site.works, "space")
        self._lamps = by_key(site.luminaires, "space")
        self._devices = by_key(site.devices, "space")
        self._calibrations = by_key(site.calibrations, "device")
        certified = tuple(row for group in site.luminaires for row in _certified(group))
        self._documents = by_key((*site.documents, *certified), "subject")
        kinds = {space.id: space.kind for space in site.spaces}
        self._areas = {space.id: space.area_m2 for space in site.spaces}
        self._forbidden = sum(kinds[camera.space] in FORBIDDEN for camera in site.cameras)

    def evidence(self, subject: Subject, read: Read = NOTHING, low_days: Iterable[date] = ()) -> Evidence:
        """All that may bear on the subject; `low_days` as in `Evidence`."""
        site, room = self.site, subject.id if subject.kind == "space" else ""
        devices = {device.id: device.kind for device in self._devices.get(room, ())}
        lamps = {group.id: group.role for group in self._lamps.get(room, ())}
        return Evidence(
            district=site.district,
            school=site.school,
            zone=self._zone,
            lessons=site.lessons,
            calendar=site.calendar,
            profile=site.profile,
            limits=site.limits,
            surveys=self._surveys.get(room, ()),
            calibrations=_chained(self._calibrations, devices),
            works=self._works.get(room, ()),
            documents=_chained(self._documents, (subject.id, *lamps)),
            lamps=lamps,
            devices=devices,
            counted={"cameras_in_forbidden_places": self._forbidden} if subject.kind == "school" else {},
            ledger=self._ledger(subject),
            sensor_windows=read.rooms.sensors.get(room, ()),
            lamp_windows=read.rooms.lamps.get(room, ()),
            series=_chained(read.series, (subject.id, *devices)),
            electric=read.electric.get(room, ()),
            low_days=frozenset(low_days),
        )

    def _ledger(self, subject: Subject) -> LedgerRows:
        if subject.kind == "school":
            return LedgerRows(guards=self.site.guards, patrols=self.site.patrols)
        if subject.kind == "space":
            return LedgerRows(luminaires=self._lamps.get(subject.id, ()), area_m2=self._areas[subject.id])
        return LedgerRows()


Row = TypeVar("Row")


def by_key(rows: Iterable[Row], key: str) -> Mapping[str, tuple[Row, ...]]:
    """Rows by one of their names, in their order."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[getattr(row, key)].append(row)
    return {name: tuple(rows) for name, rows in found.items()}


def _chained(rows: Mapping[str, tuple[Row, ...]], names: Iterable[str]) -> tuple[Row, ...]:
    return tuple(row for name in names for row in rows.get(name, ()))


def _certified(group: LuminaireGroup) -> list[Document]:
    """What the type certificate of a luminaire group states, one document a metric."""
    sheet = group.certificate
    if sheet is None:
        return []
    stated = {metric: getattr(sheet, key) for metric, key in CERTIFIED.items()}
    return [
        Document(
            id=f"{group.id}-{metric}"[:48],
            method="certificate",
            subject=group.id,
            metric=metric,
            value=value,
            on=sheet.on,
            source=sheet.number,
        )
        for metric, value in stated.items()
        if value is not None
    ]


def read_series(site: Site, store: TimeSeries, points: Iterable[str], *, start_ms: int, end_ms: int) -> Series:
    """Windows of these points, good samples only; may raise Unavailable.

    Of a device in the site file only what its own gateway sent counts. Figures about places that require cameras follow from the
    cameras' states, unless somebody states them.
    """
    wanted = frozenset(points)
    covers = [one for one in required(site) if one.point in wanted] if wanted & COVER_POINTS else []
    asked = sorted(wanted | {ONLINE} if covers else wanted)
    if not asked:
        return {}
    gateways = {device.id: device.gateway for device in site.devices} | {camera.id: camera.gateway for camera in site.cameras}
    where = {"school": site.school, "point": asked}
    windows = store.windows(READING, "value", where=where, start_ms=start_ms, end_ms=end_ms, every_ms=WINDOW_MS)
    found: dict[str, list[PointWindow]] = defaultdict(list)
    for window in [*windows, *(_online(site, store, start_ms, end_ms) if ONLINE in asked else ())]:
        _, gateway, device, point = window.tags
        if gateways.get(device, gateway) == gateway:
            values = (steady(window.mean), window.low, window.high)
            found[device].append(PointWindow(device, point, window.at_ms, window.n, *values))
    online = online_of(row for rows in found.values() for row in rows if row.point == ONLINE) if covers else {}
    for one in covers:
        if not any(row.point == one.point for row in found[one.subject]):
            found[one.subject] += covered(one, online, start_ms=start_ms, end_ms=end_ms)
    return {device: tuple(rows) for device, rows in found.items()}


def read_electric(site: Site, store: TimeSeries, day: date) -> dict[str, tuple[ElectricDay, ...]]:
    """Room -> its electric light as stored for the day by `compliance.light`; may raise Unavailable."""
    at_ms = midnight_ms(day, site.zone())
    found: dict[str, tuple[ElectricDay, ...]] = {}
    for row in store.select(ROOM_LIGHT_DAY, where={"school": site.school}, start_ms=at_ms, end_ms=at_ms + 1):
        lx, wide = row["electric_lx"], row["uncertainty_lx"]
        if isinstance(lx, float):
            stated = steady(wide) if isinstance(wide, float) else None
            found[str(row["space"])] = (ElectricDay(day, steady(lx), stated, int(str(row["steps"]))),)
    return found


ONLINE: Final = "online"
"""The one point that gateways send in a measurement of its own, with the rest of a camera's state."""


def _online(site: Site, store: TimeSeries, start_ms: int, end_ms: int) -> list[Window]:
    """Cameras' state as windows of the point `online`."""
    where = {"school": site.school}
    windows = store.windows(CAMERA, ONLINE, where=where, start_ms=start_ms, end_ms=end_ms, every_ms=WINDOW_MS)
    return [window._replace(tags=(*window.tags, ONLINE)) for window in windows]
