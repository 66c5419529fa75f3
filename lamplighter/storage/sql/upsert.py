"""Insert, or change what is there: one statement for SQLite and PostgreSQL."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

Row = Mapping[str, Any]


def upsert(connection: Connection, table: Table, rows: Sequence[Row], *, key: Sequence[str], add: Sequence[str] = ()) -> None:
    """Insert rows (all with the same columns, each key once); where the key exists, overwrite the others.

    With `add`, only these columns change, by adding the new number to the stored one.
    """
    if not rows:
        return
    statement = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)
    if add:
        changes: dict[str, Any] = {name: table.c[name] + statement.excluded[name] for name in add}
    else:
        changes = {name: statement.excluded[name] for name in rows[0] if name not in key}
    # In one order everywhere, two writers never wait for each other's rows.
    ordered = sorted(rows, key=lambda row: [row[name] for name in key])
    connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=changes), [dict(row) for row in ordered])
