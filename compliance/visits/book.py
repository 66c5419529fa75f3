"""Visits in SQL and in the school's chain: entries are appended once, however often a telephone sends them, and never edited."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, select

from compliance.history.book import append, keep_name
from compliance.history.ledger_names import with_names
from compliance.history.names import commit
from compliance.visits.compare import Compared
from compliance.visits.model import MODELS, EntryKind, Opened, Reading, draw
from lamplighter.contract.errors import SettingsError
from lamplighter.runtime.settings import check_settings
from lamplighter.site.model import Site
from lamplighter.storage.sql.tables import VISIT_ENTRIES

AHEAD: Final = timedelta(hours=1)
"""A telephone's clock may be so far ahead of ours."""

PROGRAM: Final = "lamplighter"
"""Who says what no person says."""

_CLOSED_BY: Final[Mapping[EntryKind, frozenset[str]]] = {
    "reading": frozenset({"inspector"}),
    "remark": frozenset({"inspector"}),
    "objection": frozenset({"school"}),
    "signed": frozenset({"school"}),
}
"""Kind -> whose signature ends it."""


class Said(NamedTuple):
    """What somebody says in a visit: `key` is the sender's own, the same each time it is sent; `at` when it was typed."""

    key: str
    kind: EntryKind
    at: datetime
    who: str
    content: Mapping[str, Any]


class Entry(NamedTuple):
    """An entry as it stands; `who` is a name again, or what stands where one was erased."""

    number: int
    visit: str
    kind: str
    at_ms: int
    received_at_ms: int
    who: str
    content: dict[str, Any]


def open_visit(connection: Connection, site: Site, said: Said, *, received: datetime) -> str:
    """Draw the rooms and open a visit, whose name is the key; raises SettingsError.

    `content` has seed and count; rooms are drawn from the school's classrooms.
    """
    population = tuple(sorted(space.id for space in site.spaces if space.kind == "classroom"))
    asked = check_settings({**said.content, "population": population, "rooms": population}, Opened, where="visit")
    drawn = draw(asked.seed, population, asked.count)
    content = asked.model_copy(update={"rooms": drawn}).model_dump(mode="json")
    if _known(connection, said.key) is None:
        _append(connection, site, said.key, said._replace(content=content), received=received)
    return said.key


def add(connection: Connection, site: Site, visit: str, said: Said, *, received: datetime) -> bool:
    """Append an entry; False where its key is known already, whatever it says now. Raises SettingsError with every fault."""
    known = _known(connection, said.key)
    if known is not None:
        if known != visit:
            raise SettingsError(f"key = {said.key!r}: belongs to another visit; send it with a key of its own")
        return False
    before = entries_of(connection, site.school, visit)
    if not before:
        raise SettingsError(f"visit {visit}: there is none of that name at {site.school}")
    content = check_settings(dict(said.content), MODELS[said.kind], where=said.kind).model_dump(mode="json", exclude_none=True)
    problems = [*_place_problems(site, content), *_time_problems(said, received), *_order_problems(before, said, content)]
    if problems:
        raise SettingsError(problems)
    _append(connection, site, visit, said._replace(content=content), received=received)
    return True


def readings_of(entries: Iterable[Entry]) -> list[Reading]:
    """The inspector's readings among a visit's entries."""
    return [Reading.model_validate(one.content) for one in entries if one.kind == "reading"]


def add_comparison(connection: Connection, site: Site, visit: str, rows: Iterable[Compared], *, received: datetime) -> None:
    """Append what readings were compared with, once: what survey and sensors say later changes nothing in it."""
    key = hashlib.sha256(f"compared/{visit}".encode()).hexdigest()
    content = {"rows": [row.model_dump(mode="json", exclude_none=True) for row in rows]}
    if content["rows"] and _known(connection, key) is None:
        _append(connection, site, visit, Said(key, "compared", received, PROGRAM, content), received=received)


def entries_of(connection: Connection, school: str, visit: str) -> list[Entry]:
    """A visit's entries in the order they came; none for a visit that is not this school's."""
    table = VISIT_ENTRIES
    wanted = select(table).where(table.c.school == school, table.c.visit == visit).order_by(table.c.number)
    return [_entry(connection, dict(row)) for row in connection.execute(wanted).mappings()]


def visits_of(connection: Connection, school: str) -> list[Entry]:
    """The opening of each of the school's visits, newest first."""
    table = VISIT_ENTRIES
    wanted = select(table).where(table.c.school == school, table.c.kind == "opened").order_by(table.c.number.desc())
    return [_entry(connection, dict(row)) for row in connection.execute(wanted).mappings()]


def signatures(entries: Sequence[Entry]) -> frozenset[str]:
    """Who has signed: inspector, school."""
    return frozenset(str(one.content["role"]) for one in entries if one.kind == "signed")


def _place_problems(site: Site, content: Mapping[str, Any]) -> list[str]:
    space = content.get("space")
    there = {one.id for one in site.spaces}
    return [f"space = {space!r}: {site.school} has none of that id"] if space is not None and space not in there else []


def _time_problems(said: Said, received: datetime) -> list[str]:
    return [f"at = {said.at.isoformat()}: is still to come; set the clock"] if said.at > received + AHEAD else []


def _order_problems(before: Sequence[Entry], said: Said, content: Mapping[str, Any]) -> list[str]:
    signed = signatures(before)
    problems = [f"{said.kind}: the {role} has signed already" for role in sorted(_CLOSED_BY.get(said.kind, frozenset()) & signed)]
    if said.kind == "signed" and content["role"] in signed and not problems:
        problems.append(f"signed: the {content['role']} has signed already")
    return [*problems, *([] if said.who else ["who: is empty; say who enters this"])]


def _known(connection: Connection, key: str) -> str | None:
    """The visit that has an entry of this key."""
    found: str | None = connection.execute(select(VISIT_ENTRIES.c.visit).where(VISIT_ENTRIES.c.key == key)).scalar()
    return found


def _append(connection: Connection, site: Site, visit: str, said: Said, *, received: datetime) -> None:
    who = keep_name(connection, commit(said.who))
    row = {"key": said.key, "visit": visit, "school": site.school, "kind": said.kind, "at_ms": round(said.at.timestamp() * 1000)}
    table = VISIT_ENTRIES
    content = json.dumps(said.content, ensure_ascii=False, sort_keys=True)
    received_ms = round(received.timestamp() * 1000)
    connection.execute(table.insert().values(**row, received_at_ms=received_ms, who=who, content=content))
    told = {"visit": visit, "key": said.key, "entry": said.kind, "typed": said.at.astimezone(UTC).isoformat(), "who": who}
    append(connection, site.school, "visit", day=site.day_of(said.at), at=received, said={**told, "content": dict(said.content)})


def _entry(connection: Connection, row: Mapping[str, Any]) -> Entry:
    who = with_names(connection, {"person": str(row["who"])})["person"]
    facts = {name: row[name] for name in ("number", "visit", "kind", "at_ms", "received_at_ms")}
    return Entry(**facts, who=who, content=json.loads(row["content"]))
