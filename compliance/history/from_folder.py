"""Days kept from a folder of files: the verdicts that `score` gives, with the files' content as inputs."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple

from sqlalchemy import Connection

from compliance.files.folder import Folder
from compliance.files.score import Days, score_folder
from compliance.history.book import Input
from compliance.history.canonical import canonical
from compliance.history.ledger_names import ledger_input
from compliance.history.nightly import SchoolDay
from compliance.history.teaching import is_taught
from compliance.rules import Rule
from compliance.verdicts import Verdict
from lamplighter.site.calendar import days_between


class _Day(NamedTuple):
    school: str
    day: date


def school_days(connection: Connection, folder: Folder, rules: Sequence[Rule], days: Days) -> Iterator[SchoolDay]:
    """Every school's days, oldest first. Raises SettingsError for the folder's faults."""
    judged: dict[_Day, list[Verdict]] = defaultdict(list)
    for verdict in score_folder(folder, rules, days):
        judged[_Day(verdict.school or verdict.district, verdict.day)].append(verdict)
    readings = _readings(folder)
    packs = Input("pack", "rules", canonical([rule.model_dump(mode="json") for rule in rules]))
    ledgers = {
        school: [(state.last, state.site, ledger_input(connection, state.site)) for state in held]
        for school, held in folder.states.items()
    }
    for day in days_between(days.first, days.last):
        for place in sorted(one for one in judged if one.day == day):
            own = [(site, ledger) for last, site, ledger in ledgers.get(place.school, ()) if day <= last][:1]
            inputs = [packs, *(ledger for _, ledger in own), *readings.get(place, ())]
            yield SchoolDay(place.school, day, judged[place], inputs, any(is_taught(site, day) for site, _ in own))


def _readings(folder: Folder) -> Mapping[_Day, list[Input]]:
    """Each school's lines of `readings.csv`, by its local day, as they stand in the file."""
    if folder.readings is None:
        return {}
    from compliance.files.readings import COLUMNS
    from compliance.files.tables import lines_of

    sites = {site.school: site for site in folder.sites}
    only = folder.sites[0].school if len(folder.sites) == 1 else ""
    found: dict[_Day, list[bytes]] = defaultdict(list)
    for line in lines_of(folder.readings, COLUMNS, ("school",)):
        school = line.cells.get("school") or only
        day = sites[school].day_of(datetime.fromisoformat(line.cells["time"]).astimezone(UTC))
        found[_Day(school, day)].append(json.dumps(list(line.cells.values()), ensure_ascii=False).encode())
    return {place: [Input("readings", f"{place.school} {place.day}", b"\n".join(lines))] for place, lines in found.items()}
