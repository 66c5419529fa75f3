"""Reading the SQL state: one connection a look, its failures said as Unavailable."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from lamplighter.contract.errors import Unavailable


@contextmanager
def reading(sql: Engine) -> Iterator[Connection]:
    """A connection to read with; raises Unavailable when the database does not answer."""
    try:
        with sql.connect() as connection:
            yield connection
    except (OperationalError, InterfaceError, PoolTimeout) as error:
        cause = str(error.orig) if isinstance(error, OperationalError | InterfaceError) else str(error)
        raise Unavailable(f"the SQL database does not answer: {cause}") from error
