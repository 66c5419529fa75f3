"""A ledger's content with personal names replaced by commitments, so that it may be hashed and kept."""

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import Connection, select

from compliance.history.book import Input, take_turns
from compliance.history.canonical import canonical
from compliance.history.names import PREFIX, commit
from lamplighter.site.model import Site
from lamplighter.storage.sql.tables import NAMES

PERSONAL: Final = frozenset({"tester", "owner", "person", "guard"})
"""Keys of a ledger that hold a person's name."""

ERASED: Final = "已删除 erased"
"""Stands where a name was."""


def without_names(connection: Connection, content: Any) -> Any:
    """The same content; the same name gets the same commitment, so that a ledger nobody changed stays the same bytes."""
    known: dict[str, str] = {}

    def told(name: str) -> str:
        if name not in known:
            known[name] = _commitment_of(connection, name)
        return known[name]

    return _hidden(content, told)


def _hidden(content: Any, told: Callable[[str], str]) -> Any:
    if isinstance(content, dict):
        return {
            key: told(value) if key in PERSONAL and isinstance(value, str) and value else _hidden(value, told)
            for key, value in content.items()
        }
    if isinstance(content, list):
        return [_hidden(one, told) for one in content]
    return content


def _commitment_of(connection: Connection, name: str) -> str:
    """The one commitment that ledgers write for this name, whatever else is committed to the same name."""
    wanted = select(NAMES.c.commitment).where(NAMES.c.name == name, NAMES.c.in_ledger)
    known = connection.execute(wanted).scalar()
    if known is None:
        take_turns(connection, f"ledger name {name}")
        known = connection.execute(wanted).scalar()
    if known is None:
        new = commit(name)
        connection.execute(NAMES.insert().values(**new._asdict(), in_ledger=True))
        known = new.commitment
    return PREFIX + known


def with_names(connection: Connection, cells: dict[str, str]) -> dict[str, str]:
    """The cells with names in place of their commitments; `ERASED` where the name was erased."""
    hidden = {key: text.removeprefix(PREFIX) for key, text in cells.items() if key in PERSONAL and text.startswith(PREFIX)}
    if not hidden:
        return cells
    wanted = select(NAMES.c.commitment, NAMES.c.name).where(NAMES.c.commitment.in_(hidden.values()))
    names = {row.commitment: row.name for row in connection.execute(wanted)}
    return cells | {key: names.get(commitment, ERASED) for key, commitment in hidden.items()}


def ledger_input(connection: Connection, site: Site) -> Input:
    """The site with its surveys, documents and calendar, as an input of a document; names taken out."""
    content = without_names(connection, site.model_dump(mode="json", exclude_none=True))
    return Input("ledger", site.school, canonical(content))
