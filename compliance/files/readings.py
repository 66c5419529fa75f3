"""`readings.csv` into a time-series store: time in UTC, device, point, value, quality, and the school where there are several."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from compliance.files.tables import MOST_PROBLEMS, Numbered, lines_of, raise_all
from compliance.points import fault_of_reading
from lamplighter.contract.measurements import READING, RowTuple
from lamplighter.contract.records import QUALITY_CODES
from lamplighter.site.model import Site
from lamplighter.storage.timeseries.protocol import TimeSeries

COLUMNS: Final = ("time", "device", "point", "value", "quality")
_BATCH: Final = 100_000
_FILE: Final = "file"
"""Gateway of figures that no gateway sends."""


class _Place(NamedTuple):
    school: str
    gateway: str


def load_readings(path: Path, sites: Sequence[Site], store: TimeSeries) -> Mapping[str, int]:
    """Store every row; school -> time of its first reading in ms. Raises SettingsError with every fault: drop the store then."""
    places = _places(sites)
    default = sites[0].school if len(sites) == 1 else None
    first: dict[str, int] = {}
    problems: list[str] = []
    batch: list[RowTuple] = []
    for line in lines_of(path, COLUMNS, ("school",)):
        row = _row(line, places, default)
        if isinstance(row, str):
            problems.append(f"{path}: row {line.number}, {row}")
            if len(problems) > MOST_PROBLEMS:
                break
            continue
        school, at_ms = str(row[0]), row[4]
        if isinstance(at_ms, int):
            first[school] = min(first.get(school, at_ms), at_ms)
        batch.append(row)
        if len(batch) >= _BATCH:
            store.write(READING, batch)
            batch = []
    raise_all(problems)
    store.write(READING, batch)
    return first


def _places(sites: Sequence[Site]) -> Mapping[tuple[str, str], _Place]:
    """(school, device) -> where it is: devices and cameras behind their gateways; rooms and the school for figures."""
    found: dict[tuple[str, str], _Place] = {}
    for site in sites:
        for name in (site.school, *(space.id for space in site.spaces)):
            found[site.school, name] = _Place(site.school, _FILE)
        gateways = {row.id: row.gateway for row in site.devices} | {row.id: row.gateway for row in site.cameras}
        found |= {(site.school, device): _Place(site.school, gateway) for device, gateway in gateways.items()}
    return found


def _row(line: Numbered, places: Mapping[tuple[str, str], _Place], default: str | None) -> RowTuple | str:
    """The store's row, or what is wrong with the line."""
    cells = line.cells
    school = cells.get("school") or default
    if school is None:
        return "school: missing; this folder has several schools"
    place = places.get((school, cells["device"]))
    if place is None:
        return f"device = {cells['device']!r}: is not in the site file of {school!r}"
    if cells["quality"] not in QUALITY_CODES:
        return f"quality = {cells['quality']!r}: use one of {', '.join(QUALITY_CODES)}"
    try:
        at = datetime.fromisoformat(cells["time"])
        value = float(cells["value"]) if cells["value"] else None
    except ValueError as error:
        return f"time or value: {error}"
    fault = "time: has no time zone; write UTC, as 2026-11-20T00:00:00Z" if at.tzinfo is None else None
    fault = fault or (value is not None and fault_of_reading(cells["point"], value)) or None
    if fault is not None:
        return fault
    at_ms = round(at.timestamp() * 1000)
    return (place.school, place.gateway, cells["device"], cells["point"], at_ms, value, QUALITY_CODES[cells["quality"]])


def reading_lines(rows: Sequence[Mapping[str, object]], names: Mapping[int, str]) -> Iterator[tuple[str, ...]]:
    """Lines of `readings.csv` from stored rows; `names` are the qualities by code."""
    for row in rows:
        at = datetime.fromtimestamp(int(str(row["at_ms"])) / 1000, UTC)
        time = at.isoformat(timespec="milliseconds" if at.microsecond else "seconds").replace("+00:00", "Z")
        value = "" if row["value"] is None else repr(row["value"])
        yield time, str(row["school"]), str(row["device"]), str(row["point"]), value, names[int(str(row["quality"]))]


def points_of(path: Path) -> frozenset[str]:
    """Every point that has a reading in the file."""
    return frozenset(line.cells["point"] for line in lines_of(path, COLUMNS, ("school",)) if line.cells["value"])
