"""A running system's evidence as a folder of files that `score` reads, with the verdicts it stored beside it."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

from compliance.closed_days import low_days_of
from compliance.evidence import day_span_ms, midnight_ms
from compliance.files.readings import COLUMNS, reading_lines
from compliance.gathering import ONLINE
from compliance.light.days import LOOK_FURTHER
from compliance.methods.screening import LOOK_BACK
from compliance.rules import Rule
from lamplighter.contract.errors import SettingsError
from lamplighter.contract.measurements import CAMERA, PLACE_SCORE_DAY, READING, VERDICT_DAY, Cell
from lamplighter.contract.records import QUALITY_CODES
from lamplighter.runtime.settings import write_toml
from lamplighter.site.calendar import days_between
from lamplighter.site.model import Site
from lamplighter.site.states import States, always, during, gateway_on, gateways, on
from lamplighter.storage.timeseries.protocol import TimeSeries

QUALITIES: Final = {code: name for name, code in QUALITY_CODES.items()}
LOW_COLUMNS: Final = ("school", "subject", "rule", "day")


class Written(NamedTuple):
    """How much an export holds."""

    schools: int
    readings: int
    verdicts: int


class Running(NamedTuple):
    """What a running system judges: its schools, by these rules, from this store; `states` of schools whose ledger changed."""

    sites: Sequence[Site]
    rules: Sequence[Rule]
    store: TimeSeries
    states: Mapping[str, States] = MappingProxyType({})

    def held(self, site: Site) -> States:
        """What held in the school on which day."""
        return self.states.get(site.school) or always(site)


def export_folder(folder: Path, running: Running, days: tuple[date, date]) -> Written:
    """Write `sites/*.toml`, `readings.csv`, `low_days.csv`, `verdicts.jsonl` for the days, first and last included.

    A ledger that changed meanwhile is a file for each state. Readings start so many days earlier as some rule looks back.
    Raises SettingsError where the folder is not empty, Unavailable.
    """
    if folder.exists() and any(folder.iterdir()):
        raise SettingsError(f"{folder}: is not empty; give a new folder")
    first, last = days
    early = earliest(running.rules, first)
    held = {site.school: during(running.held(site), early, last) for site in running.sites}
    running = running._replace(states=held)
    (folder / "sites").mkdir(parents=True)
    for site in running.sites:
        _write_states(folder / "sites", running.held(site))
    readings = _write_readings(folder / "readings.csv", running, (early, last))
    _write_low_days(folder / "low_days.csv", running, early)
    return Written(len(running.sites), readings, _write_verdicts(folder / "verdicts.jsonl", running, days))


def earliest(rules: Sequence[Rule], first: date) -> date:
    """The first day whose readings bear on verdicts of `first`."""
    windows = (rule.window.days for rule in rules if rule.window is not None)
    return first - timedelta(days=max([LOOK_BACK.days, LOOK_FURTHER, *windows]))


def _write_states(folder: Path, held: States) -> None:
    """The state that holds first without a day in its name, later ones with theirs."""
    for number, state in enumerate(held):
        since = f"@{state.first}" if number else ""
        write_toml(folder / f"{state.site.school}{since}.toml", state.site)


def _write_readings(path: Path, running: Running, days: tuple[date, date]) -> int:
    count, store = 0, running.store
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow((COLUMNS[0], "school", *COLUMNS[1:]))
        for site in running.sites:
            held = running.held(site)
            for day in days_between(*days):
                start_ms, end_ms = midnight_ms(day, site.zone()), midnight_ms(day + timedelta(days=1), site.zone())
                start_ms = day_span_ms(day, site.zone())[0] if day == days[0] else start_ms
                rows = _own(held, day, [*_readings(site, store, start_ms, end_ms), *_states(site, store, start_ms, end_ms)])
                writer.writerows(reading_lines(rows, QUALITIES))
                count += len(rows)
    return count


def _readings(site: Site, store: TimeSeries, start_ms: int, end_ms: int) -> list[dict[str, Cell]]:
    return store.select(READING, where={"school": site.school}, start_ms=start_ms, end_ms=end_ms)


def _states(site: Site, store: TimeSeries, start_ms: int, end_ms: int) -> Iterator[dict[str, Cell]]:
    """Cameras' states as readings of the point `online`."""
    for row in store.select(CAMERA, where={"school": site.school}, start_ms=start_ms, end_ms=end_ms):
        state = row[ONLINE]
        if isinstance(state, int):
            yield {**row, "device": row["camera"], "point": ONLINE, "value": float(state), "quality": QUALITY_CODES["good"]}


def _own(held: States, day: date, rows: Sequence[dict[str, Cell]]) -> list[dict[str, Cell]]:
    """Rows of the school's own devices as sent by their own gateways: no other row bears on a verdict."""
    behind = {device: gateway_on(known, day) for device, known in gateways(held).items()}
    figures = {held[-1].site.school, *(space.id for state in held for space in state.site.spaces)}
    return [row for row in rows if behind.get(str(row["device"])) == row["gateway"] or row["device"] in figures]


def _write_low_days(path: Path, running: Running, before: date) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(LOW_COLUMNS)
        for site in running.sites:
            for (subject, rule), days in sorted(low_days_of(site, running.rules, running.store, before).items()):
                writer.writerows((site.school, subject, rule, day) for day in sorted(days))


def _write_verdicts(path: Path, running: Running, days: tuple[date, date]) -> int:
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for site in running.sites:
            for line in stored_lines(running.held(site), running.store, days):
                file.write(line + "\n")
                count += 1
    return count


def stored_lines(held: States, store: TimeSeries, days: tuple[date, date]) -> Iterator[str]:
    """The stored verdicts of a school as `score --json` writes them, by day, subject and rule, of days that are over.

    What a day's own ledger does not have was judged before a change told late, and is left out.
    """
    site = held[-1].site
    first, last = (midnight_ms(day, site.zone()) for day in days)
    rows = store.select(VERDICT_DAY, where={"school": site.school}, start_ms=first, end_ms=last + 1)
    scored = store.select(PLACE_SCORE_DAY, where={"level": "school", "place": site.school}, start_ms=first, end_ms=last + 1)
    places = {int(str(row["at_ms"])): _order(on(held, _day(site, row))) for row in scored}
    known = [row for row in rows if row["subject"] in places.get(int(str(row["at_ms"])), ())]

    def place(row: dict[str, Cell]) -> tuple[int, int, str]:
        at_ms = int(str(row["at_ms"]))
        return at_ms, places[at_ms][str(row["subject"])], str(row["rule"])

    for row in sorted(known, key=place):
        yield _line(site, row)


def _order(site: Site) -> dict[str, int]:
    return {name: number for number, name in enumerate((*(s.id for s in site.spaces), *(c.id for c in site.cameras), site.school))}


def _day(site: Site, row: dict[str, Cell]) -> date:
    return site.day_of(datetime.fromtimestamp(int(str(row["at_ms"])) / 1000, UTC))


def _line(site: Site, row: dict[str, Cell]) -> str:
    day = _day(site, row)
    names = ("school", "subject", "rule", "version", "verdict", "value", "threshold", "unit", "margin", "marginal", "samples")
    cells = {name: row[name] for name in names} | {"marginal": bool(row["marginal"])}
    return json.dumps({"day": day.isoformat()} | cells, ensure_ascii=False)
