"""The ledger beside a school's site file: what holds on which day, one survey more, and what a running system judges by."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, func, select

from compliance.history.ledger_names import with_names
from compliance.ledger.book import Key, Reason, record, site_of
from compliance.ledger.columns import Cells
from compliance.ledger.sheets import BY_NAME
from compliance.ledger.tables import key_of, tables_of
from lamplighter.contract.errors import SettingsError
from lamplighter.runtime.settings import check_settings
from lamplighter.site.model import Site, Survey
from lamplighter.site.states import States, always, from_days, on
from lamplighter.storage.sql.tables import LEDGER

FROM_FILE: Final = "site file / 场所文件"
"""Why rows are in the ledger that only the site file had."""


def states_of(connection: Connection, site: Site, since: date) -> States:
    """What the school is judged by from `since` on, days to come included; its site file alone where nothing was recorded.

    Row by row the ledger speaks where it ever did up to the day (a row taken out of it is out), the site file of all other rows.
    Raises SettingsError where the two cannot both be.
    """
    wanted = select(LEDGER.c.sheet, LEDGER.c.key, LEDGER.c.content, LEDGER.c.valid_from).where(LEDGER.c.school == site.school)
    changes = connection.execute(wanted.order_by(LEDGER.c.valid_from, LEDGER.c.number)).all()
    if not changes:
        return always(site)
    filed = {(name, key_of(BY_NAME[name], row)): row for name, rows in tables_of([site]).items() for row in rows}
    starts = sorted({since, *(day for day in (date.fromisoformat(row.valid_from) for row in changes) if day > since)})
    made: dict[date, Site] = {}
    told: dict[Key, Cells] = {}
    left = list(reversed(changes))
    for start in starts:
        while left and left[-1].valid_from <= str(start):
            row = left.pop()
            told[row.sheet, row.key] = with_names(connection, json.loads(row.content)) if row.content else {}
        held = {key: cells for key, cells in (filed | told).items() if cells}
        made[start] = site_of(site.school, held) if told else site
    return from_days(made)


def current(connection: Connection, site: Site, day: date) -> Site:
    """What the school is judged by on that day: the site file alone where the ledger contradicts it."""
    try:
        return on(states_of(connection, site, day), day)
    except SettingsError:
        return site


def replace(connection: Connection, site: Site, whole: Site, reason: Reason, *, at: datetime) -> int:
    """Keep a school's whole ledger as it holds from that day, what only the site file had being out too; how many rows differ."""
    record(connection, current(connection, site, reason.valid_from), reason._replace(why=FROM_FILE), at=at)
    return record(connection, whole, reason, at=at)


def add_survey(connection: Connection, site: Site, content: Mapping[str, Any], *, who: str, at: datetime) -> Survey:
    """Put a survey typed in by hand into the school's ledger, valid from its day; raises SettingsError with every fault.

    What only the site file has goes in first, so that the ledger is whole.
    """
    survey = check_settings(dict(content), Survey, where="survey")
    day = site.day_of(survey.at)
    unstated = survey.unstated()
    if unstated:
        raise SettingsError(
            f"survey {survey.id!r} leaves out {', '.join(unstated)}: without it the survey counts for nothing; fill it in"
        )
    if survey.at > at:
        raise SettingsError(f"survey, at = {survey.at}: is still to come; correct the date")
    known = on(states_of(connection, site, day), day)
    if survey.id in {one.id for one in (*known.surveys, *site.surveys)}:
        raise SettingsError(f"survey, id = {survey.id!r}: the school has one of that id; choose another")
    facts = {name: getattr(known, name) for name in Site.model_fields} | {"surveys": (*known.surveys, survey)}
    grown = check_settings(facts, Site, where=f"ledger of {site.school}")
    record(connection, known, Reason(who, FROM_FILE, day), at=at)
    record(connection, grown, Reason(who, f"survey / 实测 {survey.id}", day), at=at)
    return survey


def changes_since(connection: Connection, number: int) -> Mapping[str, int]:
    """School -> number of its newest change, of those that changed after that number."""
    wanted = select(LEDGER.c.school, func.max(LEDGER.c.number)).where(LEDGER.c.number > number).group_by(LEDGER.c.school)
    return {school: int(newest) for school, newest in connection.execute(wanted)}
