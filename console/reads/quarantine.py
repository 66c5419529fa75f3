"""Quarantine: what ingest refused, counted, the newest shown."""

from sqlalchemy import Connection, RowMapping, func, select

from console.facts import Quarantine, Refusal
from lamplighter.contract.topics import ROOT
from lamplighter.site.model import Site
from lamplighter.storage.sql.tables import QUARANTINE

_SHOWN_CHARACTERS = 600


def quarantine(connection: Connection, site: Site, *, alone: bool, limit: int = 5) -> Quarantine:
    """Refusals of this school's topics; of every topic where the school is `alone`."""
    rows, total = select(QUARANTINE), select(func.coalesce(func.sum(QUARANTINE.c.count), 0))
    if not alone:
        ours = QUARANTINE.c.topic.startswith(f"{ROOT}/{site.district}/{site.school}/", autoescape=True)
        rows, total = rows.where(ours), total.where(ours)
    newest = connection.execute(rows.order_by(QUARANTINE.c.at_ms.desc(), QUARANTINE.c.number.desc()).limit(limit)).mappings()
    return Quarantine(int(connection.execute(total).scalar_one()), tuple(_refusal(row) for row in newest))


def _refusal(row: RowMapping) -> Refusal:
    return Refusal(
        number=row["number"],
        at_ms=row["at_ms"],
        topic=row["topic"],
        reason=row["reason"],
        whole=row["whole"],
        count=row["count"],
        bytes=row["bytes"],
        payload=_readable(row["payload"]),
    )


def _readable(payload: bytes) -> str:
    """The payload's beginning as text: what is no UTF-8 or no printable character shows as a mark."""
    text = payload[:_SHOWN_CHARACTERS].decode("utf-8", "replace")
    return "".join(
        character if character.isprintable() or character in "\n\t" else "\N{REPLACEMENT CHARACTER}" for character in text
    )
