"""The log of what people asked of gateways: written before a request is sent, never edited but for its outcome."""

from typing import Final, NamedTuple

from sqlalchemy import Connection, insert, select, update

from lamplighter.contract.topics import Gateway
from lamplighter.storage.sql.tables import REQUESTS

DONE: Final = "done"
_REASON: Final = 500


class Request(NamedTuple):
    """One request; `outcome` is empty until an answer was seen, then `done` or why it was refused."""

    id: str
    gateway: Gateway
    kind: str
    camera: str
    client: str
    at_ms: int
    answered_at_ms: int | None = None
    outcome: str = ""


def note(connection: Connection, request: Request) -> None:
    """Write a new request down."""
    row = request._asdict()
    del row["gateway"]
    connection.execute(insert(REQUESTS).values(**request.gateway._asdict(), **row))


def settle(connection: Connection, request: str, *, at_ms: int, outcome: str) -> None:
    """Note what came of a request; the first word stands."""
    columns = REQUESTS.c
    open_one = update(REQUESTS).where(columns.id == request, columns.answered_at_ms.is_(None))
    connection.execute(open_one.values(answered_at_ms=at_ms, outcome=outcome[:_REASON]))


def newest(connection: Connection, school: str, *, limit: int) -> list[Request]:
    """The school's last requests, newest first."""
    rows = select(REQUESTS).where(REQUESTS.c.school == school).order_by(REQUESTS.c.at_ms.desc(), REQUESTS.c.id).limit(limit)
    return [
        Request(
            id=row["id"],
            gateway=Gateway(row["district"], row["school"], row["gateway"]),
            **{name: row[name] for name in ("kind", "camera", "client", "at_ms", "answered_at_ms", "outcome")},
        )
        for row in connection.execute(rows).mappings()
    ]
