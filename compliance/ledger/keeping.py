"""The ledger beside a school's site file: what holds now, one survey more, and what of it a running system judges by."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, select

from compliance.ledger.book import Reason, Told, as_of, record
from lamplighter.contract.errors import SettingsError
from lamplighter.runtime.settings import check_settings
from lamplighter.site.model import Site, Survey
from lamplighter.storage.sql.tables import LEDGER


def current(connection: Connection, site: Site, on: date) -> Site:
    """The school's ledger as it holds on that day; its site file where nothing was recorded."""
    return as_of(connection, site.school, Told(on)) or site


def add_survey(connection: Connection, site: Site, content: Mapping[str, Any], *, who: str, at: datetime) -> Survey:
    """Put a survey typed in by hand into the school's ledger, valid from its day; raises SettingsError with every fault.

    Where nothing was recorded yet, the site file goes in first, so that the ledger is whole.
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
    known = current(connection, site, day)
    if survey.id in {one.id for one in (*known.surveys, *site.surveys)}:
        raise SettingsError(f"survey, id = {survey.id!r}: the school has one of that id; choose another")
    facts = {name: getattr(known, name) for name in Site.model_fields} | {"surveys": (*known.surveys, survey)}
    grown = check_settings(facts, Site, where=f"ledger of {site.school}")
    if known is site:
        record(connection, site, Reason(who, "site file / 场所文件", day), at=at)
    record(connection, grown, Reason(who, f"survey / 实测 {survey.id}", day), at=at)
    return survey


def judged_by(connection: Connection, site: Site, today: date) -> Site:
    """The site file with the surveys that the ledger has beside it: typed in by hand, they count from the next look on."""
    recorded = as_of(connection, site.school, Told(today))
    if recorded is None:
        return site
    spaces, known = {space.id for space in site.spaces}, {survey.id for survey in site.surveys}
    more = tuple(one for one in recorded.surveys if one.id not in known and one.space in spaces)
    return site.model_copy(update={"surveys": (*site.surveys, *more)}) if more else site


def newest_change(connection: Connection, schools: Sequence[str]) -> int:
    """Number of the newest change of these schools' ledgers; 0 for none."""
    found = connection.execute(select(func.max(LEDGER.c.number)).where(LEDGER.c.school.in_(schools))).scalar()
    return int(found or 0)
