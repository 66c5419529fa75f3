"""The ledger in SQL: every state of every row, with the day from which it holds, when we were told, who and why."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from compliance.history.book import append, keep_name
from compliance.history.ledger_names import with_names, without_names
from compliance.history.names import commit
from compliance.ledger.columns import Cells
from compliance.ledger.reading import sites_of
from compliance.ledger.sheets import BY_NAME
from compliance.ledger.tables import Placed, key_of, tables_of
from lamplighter.site.model import Site
from lamplighter.storage.sql.tables import LEDGER

Key = tuple[str, str]
"""Sheet and the row's key within its school."""


class Reason(NamedTuple):
    """Who changes the ledger and why, and from which day it holds."""

    who: str
    why: str
    valid_from: date


class Told(NamedTuple):
    """Which ledger is asked for: as it held on a day, as we knew it at a moment (now, when None)."""

    valid_on: date
    known_at: datetime | None = None


def record(connection: Connection, site: Site, reason: Reason, *, at: datetime) -> int:
    """Keep a school's whole ledger as it holds from `valid_from`; how many rows differ from what was known of that day.

    What changed is chained, with names as commitments; the same ledger again changes nothing.
    """
    before = _rows(connection, site.school, Told(reason.valid_from))
    after = _of_site(connection, site)
    changed = [key for key in sorted(before.keys() | after.keys()) if before.get(key) != after.get(key)]
    if not changed:
        return 0
    who = keep_name(connection, commit(reason.who))
    rows = [
        {
            "school": site.school,
            "sheet": sheet,
            "key": key,
            "valid_from": str(reason.valid_from),
            "recorded_at_ms": round(at.timestamp() * 1000),
            "content": json.dumps(after[sheet, key], ensure_ascii=False, sort_keys=True) if (sheet, key) in after else "",
            "who": who,
            "why": reason.why,
        }
        for sheet, key in changed
    ]
    connection.execute(LEDGER.insert(), rows)
    changes = [{"sheet": key[0], "key": key[1], "before": before.get(key), "after": after.get(key)} for key in changed]
    said = {"who": who, "why": reason.why, "valid_from": str(reason.valid_from), "changes": changes}
    append(connection, site.school, "ledger", day=reason.valid_from, at=at, said=said)
    return len(changed)


def site_of(school: str, rows: Mapping[Key, Cells]) -> Site:
    """The ledger that these rows make; raises SettingsError where they contradict each other."""
    tables: dict[str, list[Placed]] = {name: [] for name in BY_NAME}
    for (sheet, key), cells in sorted(rows.items()):
        tables[sheet].append(Placed(f"ledger of {school}, sheet {sheet}, {key or 'row'}", cells))
    (site,) = sites_of(tables)
    return site


def rows_of(connection: Connection, school: str, told: Told) -> dict[Key, Cells]:
    """Every row of the school's ledger as it held on that day, as far as it was known then, with the names of people."""
    return {key: with_names(connection, cells) for key, cells in _rows(connection, school, told).items()}


def changes_of(connection: Connection, school: str) -> Sequence[Mapping[str, Any]]:
    """Every change of the school's ledger, newest first."""
    wanted = select(LEDGER).where(LEDGER.c.school == school).order_by(LEDGER.c.number.desc())
    return [dict(row) for row in connection.execute(wanted).mappings()]


def _of_site(connection: Connection, site: Site) -> dict[Key, Cells]:
    """The site's rows with names as commitments: an erased name is erased from the ledger too."""
    tables = tables_of([site])
    return {
        (name, key_of(BY_NAME[name], cells)): without_names(connection, cells) for name, rows in tables.items() for cells in rows
    }


def _rows(connection: Connection, school: str, told: Told) -> dict[Key, Cells]:
    """The state of each row: the latest that holds, and of two from one day the one told last."""
    table = LEDGER
    wanted = select(table.c.sheet, table.c.key, table.c.content).where(
        table.c.school == school, table.c.valid_from <= str(told.valid_on)
    )
    if told.known_at is not None:
        wanted = wanted.where(table.c.recorded_at_ms <= round(told.known_at.timestamp() * 1000))
    found = connection.execute(wanted.order_by(table.c.valid_from, table.c.number))
    states = {(sheet, key): content for sheet, key, content in found}
    return {key: json.loads(content) for key, content in states.items() if content}
