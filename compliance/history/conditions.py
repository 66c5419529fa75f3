"""Transitions of conditions, with the hashes of their stills, put into the school's chain in the order they were stored."""

import json
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, select

from compliance.history.book import Written, append, content_of, entries
from lamplighter.storage.sql.tables import TRANSITIONS

_MOST: Final = 5_000
"""Transitions in one document."""


def chain_transitions(connection: Connection, school: str, *, day: date, at: datetime) -> list[Written]:
    """Append every transition of the school that no entry holds yet; the entries made, none where there is nothing new."""
    made: list[Written] = []
    last = _last_number(connection, school)
    while rows := _after(connection, school, last):
        last = rows[-1]["number"]
        said = {"school": school, "last_number": last, "transitions": rows}
        made.append(append(connection, school, "conditions", day=day, at=at, said=said))
    return made


def _last_number(connection: Connection, school: str) -> int:
    newest = list(entries(connection, school, kinds=("conditions",), newest=1))
    return int(json.loads(content_of(connection, newest[0].document))["last_number"]) if newest else 0


def _after(connection: Connection, school: str, last: int) -> list[dict[str, Any]]:
    table = TRANSITIONS
    wanted = select(table).where(table.c.school == school, table.c.number > last).order_by(table.c.number).limit(_MOST)
    return [dict(row) for row in connection.execute(wanted).mappings()]
