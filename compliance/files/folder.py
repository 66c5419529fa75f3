"""What a folder of files claims: its schools with all that their ledgers state, and where their readings are."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import NamedTuple, TypeVar

from compliance.equity import EquityRow, read_equity
from compliance.files.rows import read_documents, read_surveys
from compliance.files.tables import read_models
from compliance.scoring import LowDays
from lamplighter.contract.errors import SettingsError
from lamplighter.runtime.settings import Settings, check_settings, load_settings
from lamplighter.site.calendar import SchoolCalendar
from lamplighter.site.facts import Document
from lamplighter.site.model import Site, Survey
from lamplighter.site.states import States, from_days


class Folder(NamedTuple):
    """`equity` is index -> rows, `equity_before` the same of the period before; `low_days` by school, from an export.

    `readings` is None where there is no file of them. `sites` are the schools as they stand last, `states` what held on which day.
    """

    sites: tuple[Site, ...]
    readings: Path | None
    equity: Mapping[str, tuple[EquityRow, ...]]
    low_days: Mapping[str, LowDays]
    states: Mapping[str, States]
    equity_before: Mapping[str, tuple[EquityRow, ...]]


class LowDayRow(Settings):
    """A day on which sensors showed a surveyed room low, as a running system knew before the export's first reading."""

    school: str
    subject: str
    rule: str
    day: date


class _Stated(NamedTuple):
    """What the files beside the site files state, by school."""

    calendar: SchoolCalendar | None
    surveys: Mapping[str, tuple[Survey, ...]]
    documents: Mapping[str, tuple[Document, ...]]


Read = TypeVar("Read")


def read_folder(folder: Path) -> Folder:
    """The folder's `site.toml` or `sites/*.toml`, with the other files where there are any; docs/compliance.md describes them.

    Raises SettingsError with the problems of all files.
    """
    problems: list[str] = []
    dated = _sites(folder, problems)
    default = next(iter(dated)) if len(dated) == 1 else None
    stated = _Stated(
        _read(folder / "calendar.toml", lambda path: load_settings(path, SchoolCalendar), None, problems),
        _read(folder / "surveys.csv", lambda path: read_surveys(path, default), {}, problems),
        _read(folder / "documents.csv", lambda path: read_documents(path, default), {}, problems),
    )
    equity, before = (_indices(place, problems) for place in (folder / "equity", folder / "equity" / "before"))
    none_low: Mapping[str, LowDays] = {}
    low_days = _read(folder / "low_days.csv", _low_days, none_low, problems)
    unknown = sorted({*stated.surveys, *stated.documents} - dated.keys()) if dated else []
    problems += [f"{folder}: school {name!r} has rows but no site file" for name in unknown]
    states = {
        school: from_days({day: _joined(folder, site, stated, problems) for day, site in starts.items()})
        for school, starts in dated.items()
    }
    if problems:
        raise SettingsError(problems)
    readings = folder / "readings.csv"
    newest = tuple(held[-1].site for held in states.values())
    return Folder(newest, readings if readings.exists() else None, equity, low_days, states, before)


def _indices(place: Path, problems: list[str]) -> Mapping[str, tuple[EquityRow, ...]]:
    none: tuple[EquityRow, ...] = ()
    return {file.stem: _read(file, read_equity, none, problems) for file in sorted(place.glob("*.csv"))}


def _read(path: Path, read: Callable[[Path], Read], absent: Read, problems: list[str]) -> Read:
    try:
        return read(path) if path.exists() else absent
    except SettingsError as error:
        problems += error.problems
        return absent


def _low_days(path: Path) -> Mapping[str, LowDays]:
    found: dict[str, dict[tuple[str, str], frozenset[date]]] = defaultdict(dict)
    for _, row in read_models(path, LowDayRow):
        known = found[row.school].get((row.subject, row.rule), frozenset())
        found[row.school][row.subject, row.rule] = known | {row.day}
    return found


def _sites(folder: Path, problems: list[str]) -> dict[str, dict[date, Site]]:
    """School -> the day each state begins -> the state; a file SCHOOL@DAY.toml holds from that day on, any other from the first."""
    files = [path for path in (folder / "site.toml", *sorted((folder / "sites").glob("*.toml"))) if path.exists()]
    if not files:
        problems.append(f"{folder}: no site.toml and no sites/*.toml; docs/compliance.md describes the folder")
    found: dict[str, dict[date, Site]] = defaultdict(dict)
    for path in files:
        try:
            site, start = load_settings(path, Site), _start(path)
        except SettingsError as error:
            problems += error.problems
            continue
        if start in found[site.school]:
            since = "" if start == date.min else f" from {start}"
            problems.append(f"{folder}: two site files are of school {site.school!r}{since}")
        found[site.school][start] = site
    lone = sorted(school for school, starts in found.items() if date.min not in starts)
    problems += [f"{folder}: school {name!r} has files from a day on only; add {name}.toml, which holds before" for name in lone]
    return found


def _start(path: Path) -> date:
    """The day in the file's name, the first of all where it has none."""
    _, at, day = path.stem.rpartition("@")
    try:
        return date.fromisoformat(day) if at else date.min
    except ValueError as error:
        raise SettingsError(f"{path}: {day!r} in its name is not a day; write it as SCHOOL@2026-11-20.toml") from error


def _joined(folder: Path, site: Site, stated: _Stated, problems: list[str]) -> Site:
    """The site with what the other files state about it, checked again as a whole."""
    more = {
        "surveys": (*site.surveys, *stated.surveys.get(site.school, ())),
        "documents": (*site.documents, *stated.documents.get(site.school, ())),
        "calendar": _calendar(site.calendar, stated.calendar),
    }
    known = {name: getattr(site, name) for name in Site.model_fields}
    try:
        return check_settings(known | more, Site, where=f"{folder} ({site.school})")
    except SettingsError as error:
        problems += error.problems
        return site


def _calendar(own: SchoolCalendar | None, city: SchoolCalendar | None) -> SchoolCalendar | None:
    return own.over(city) if own is not None and city is not None else own or city
