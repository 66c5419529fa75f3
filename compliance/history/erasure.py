"""Erasing a person's name: the chain says that it was done, and stays valid."""

from datetime import date, datetime

from sqlalchemy import Connection, select

from compliance.history.book import append
from lamplighter.storage.sql.tables import NAMES


def erase_name(connection: Connection, name: str, *, chain: str, day: date, at: datetime, why: str) -> int:
    """Forget every commitment's name and salt that is this name; an entry for each says so. How many there were."""
    found = sorted(connection.execute(select(NAMES.c.commitment).where(NAMES.c.name == name)).scalars())
    for commitment in found:
        append(connection, chain, "erasure", day=day, at=at, said={"erased": commitment, "why": why})
    connection.execute(NAMES.delete().where(NAMES.c.commitment.in_(found)))
    return len(found)
