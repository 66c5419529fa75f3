"""Closing a day: its verdicts become a document that never changes; whatever comes later is an amendment."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from compliance.history.book import Input, Written, append, content_of, entries, heads, keep_name
from compliance.history.canonical import plain
from compliance.history.names import commit
from compliance.verdicts import ENGINE_VERSION, Verdict

CITY: Final = "city"
"""Name of the chain that names every school's head each day."""


class Change(NamedTuple):
    """Who changed a closed day and why; `who` is a person's name, or what program did it."""

    who: str
    why: str


def close_day(
    connection: Connection, school: str, day: date, *, verdicts: Sequence[Verdict], inputs: Sequence[Input], at: datetime
) -> Written:
    """Write the day's document; raises ValueError where the day is closed already (amend it then)."""
    if _documents(connection, school, day):
        raise ValueError(f"{school} {day} is closed")
    said = {"district": verdicts[0].district if verdicts else "", "engine": ENGINE_VERSION, "verdicts": _ordered(verdicts)}
    return append(connection, school, "verdicts", day=day, at=at, said={"school": school, **said}, inputs=inputs)


def amend_day(
    connection: Connection,
    school: str,
    day: date,
    *,
    verdicts: Sequence[Verdict],
    inputs: Sequence[Input],
    at: datetime,
    change: Change,
) -> Written | None:
    """Add what the day's verdicts are now, with the verdicts before and after; None where none of them changed.

    Raises ValueError for a day that is not closed yet.
    """
    documents = _documents(connection, school, day)
    if not documents:
        raise ValueError(f"{school} {day} is not closed yet")
    before = {_key(row): row for row in verdicts_of(connection, school, day)}
    after: dict[tuple[str, str], dict[str, Any]] = {_key(row): row for row in plain(list(verdicts))}
    keys = sorted(before.keys() | after.keys())
    changes = [{"before": before.get(key), "after": after.get(key)} for key in keys if before.get(key) != after.get(key)]
    if not changes:
        return None
    who = keep_name(connection, commit(change.who))
    said = {"school": school, "engine": ENGINE_VERSION, "amends": documents[-1].document, "who": who, "why": change.why}
    return append(connection, school, "amendment", day=day, at=at, said={**said, "changes": changes}, inputs=inputs)


def verdicts_of(connection: Connection, school: str, day: date) -> list[dict[str, Any]]:
    """The day's verdicts as its document and every amendment since leave them, by subject and rule."""
    standing: dict[tuple[str, str], dict[str, Any]] = {}
    for one in _documents(connection, school, day):
        document = json.loads(content_of(connection, one.document))
        for row in document.get("verdicts", ()):
            standing[_key(row)] = row
        for change in document.get("changes", ()):
            if change["after"] is None:
                standing.pop(_key(change["before"]), None)
            else:
                standing[_key(change["after"])] = change["after"]
    return [standing[key] for key in sorted(standing)]


def close_city(connection: Connection, schools: Collection[str], *, day: date, at: datetime) -> Written:
    """The city's entry of the day: the head of each school's chain."""
    named = [{"chain": one.chain, "seq": one.seq, "hash": one.hash} for one in heads(connection) if one.chain in schools]
    return append(connection, CITY, "heads", day=day, at=at, said={"heads": named})


def _documents(connection: Connection, school: str, day: date) -> list[Written]:
    return list(entries(connection, school, day=day, kinds=("verdicts", "amendment")))


def _ordered(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """In one order, so that the order in which they were judged is no difference."""
    return sorted(verdicts, key=lambda one: (one.subject, one.rule))


def _key(row: Mapping[str, Any]) -> tuple[str, str]:
    return str(row["subject"]), str(row["rule"])
