"""`readings.csv` into a time-series store: time in UTC, device, point, value, quality, and the school where there are several."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final, NamedTuple

from compliance.files.tables import MOST_PROBLEMS, Numbered, lines_of, raise_all
from compliance.points import fault_of_reading
from lamplighter.contract.measurements import READING, RowTuple
from lamplighter.contract.records import QUALITY_CODES
from lamplighter.site.states import Gateways, States, gateway_on, gateways
from lamplighter.storage.timeseries.protocol import TimeSeries

COLUMNS: Final = ("time", "device", "point", "value", "quality")
_BATCH: Final = 100_000
_FILE: Final = "file"
"""Gateway of figures that no gateway sends."""


class _School(NamedTuple):
    """`day_of` tells a moment's local day; rooms and the school itself have `figures`."""

    gateways: Gateways
    figures: frozenset[str]
    day_of: Callable[[datetime], date]


def load_readings(path: Path, states: Mapping[str, States], store: TimeSeries) -> Mapping[str, int]:
    """Store every row; school -> time of its first reading in ms. Raises SettingsError with every fault: drop the store then."""
    schools = {school: _school(held) for school, held in states.items()}
    default = next(iter(schools)) if len(schools) == 1 else None
    first: dict[str, int] = {}
    problems: list[str] = []
    batch: list[RowTuple] = []
    for line in lines_of(path, COLUMNS, ("school",)):
        row = _row(line, schools, default)
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


def _school(held: States) -> _School:
    newest = held[-1].site
    figures = frozenset({newest.school, *(space.id for state in held for space in state.site.spaces)})
    return _School(gateways(held), figures, newest.day_of)


def _gateway(school: _School, device: str, at: datetime) -> str:
    known = school.gateways.get(device)
    if not known:
        return _FILE
    return known[0][1] if len(known) == 1 else gateway_on(known, school.day_of(at))


def _row(line: Numbered, schools: Mapping[str, _School], default: str | None) -> RowTuple | str:
    """The store's row, or what is wrong with the line."""
    cells = line.cells
    school = cells.get("school") or default
    if school is None:
        return "school: missing; this folder has several schools"
    place = schools.get(school)
    if place is None or not (cells["device"] in place.gateways or cells["device"] in place.figures):
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
    return (
        school,
        _gateway(place, cells["device"], at),
        cells["device"],
        cells["point"],
        at_ms,
        value,
        QUALITY_CODES[cells["quality"]],
    )


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
