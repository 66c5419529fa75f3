"""Conditions: what holds now, what happened, and each change of level as it comes in."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select

from console.facts import Clip, Episode, Text, Transition
from console.reads.clips import Raise, clips_of
from console.reads.places import Places
from lamplighter.contract.conditions import CONDITION_KINDS, ConditionKind
from lamplighter.storage.sql.tables import CONDITIONS, TRANSITIONS

StillHere = Callable[[str], bool]

_RANK = {"high": 0, "medium": 1, "low": 2}
_NEWEST = 300


def kind_of(kind: str) -> ConditionKind:
    """The contract's row; a kind of a newer gateway keeps its own name and middle priority."""
    return CONDITION_KINDS.get(kind) or ConditionKind(kind, "system", "medium", kind, kind)


def urgency(episode: Episode) -> tuple[int, int]:
    """Sort key: most urgent first, newest first among equals."""
    return _RANK[episode.priority], -episode.raised_ms


def episodes(
    connection: Connection, school: str, places: Places, *, still_here: StillHere, limit: int = 20
) -> tuple[tuple[Episode, ...], tuple[Episode, ...]]:
    """(what holds now, most urgent first; what happened, newest first, at most `limit`)."""
    changes = TRANSITIONS.c
    newest = (
        select(TRANSITIONS).where(changes.school == school).order_by(changes.at_ms.desc(), changes.number.desc()).limit(_NEWEST)
    )
    levels = connection.execute(select(CONDITIONS).where(CONDITIONS.c.school == school)).mappings().all()
    raised = _pair(reversed(connection.execute(newest).mappings().all()))
    _settle(raised, levels)
    clips = clips_of(connection, school)
    found = [_episode(rows, places, still_here, clips) for of_one in raised.values() for rows in of_one]
    found.sort(key=lambda episode: (-episode.raised_ms, episode.id))
    wrong = sorted((episode for episode in found if episode.active), key=urgency)
    return tuple(wrong), tuple(found[:limit])


_Pair = tuple[RowMapping, int | None]
"""The row that raised it, and when it cleared."""


def _pair(changes: Iterable[RowMapping]) -> dict[tuple[str, str], list[_Pair]]:
    """Raises with their clears, oldest first; a raise said twice is one, a clear without its raise is older than we look."""
    found: dict[tuple[str, str], list[_Pair]] = {}
    for row in changes:
        of_one = found.setdefault((row["gateway"], row["id"]), [])
        is_open = bool(of_one) and of_one[-1][1] is None
        if row["active"] and not is_open:
            of_one.append((row, None))
        elif not row["active"] and is_open:
            of_one[-1] = (of_one[-1][0], row["since_ms"])
    return found


def _settle(found: dict[tuple[str, str], list[_Pair]], levels: Iterable[RowMapping]) -> None:
    """The level that now holds has the last word on whether the newest episode is open."""
    for level in levels:
        of_one = found.setdefault((level["gateway"], level["id"]), [])
        is_open = bool(of_one) and of_one[-1][1] is None
        if level["active"] and not is_open:
            of_one.append((level, None))
        elif not level["active"] and is_open:
            of_one[-1] = (of_one[-1][0], level["since_ms"])


def _episode(pair: _Pair, places: Places, still_here: StillHere, clips: Mapping[Raise, Clip]) -> Episode:
    row, cleared_ms = pair
    kind, still = kind_of(row["kind"]), row["still_sha256"]
    space = row["space"] or places.space_of(row["source"])
    return Episode(
        id=row["id"],
        kind=kind.kind,
        words=Text(kind.zh, kind.en),
        priority=kind.priority,
        name=row["name"],
        source=row["source"],
        source_label=places.source(row["source"]),
        space=space,
        place=places.place(space),
        active=cleared_ms is None,
        raised_ms=row["since_ms"],
        cleared_ms=cleared_ms,
        evidence=_evidence(row["evidence"]),
        still=still,
        still_here=bool(still) and still_here(still),
        clip=clips.get((row["gateway"], row["id"], row["since_ms"])),
    )


def _evidence(stored: str) -> dict[str, float | int | str | bool]:
    try:
        given: Any = json.loads(stored or "{}")
    except ValueError:
        return {}
    return (
        {str(key): value for key, value in given.items() if isinstance(value, float | int | str)} if isinstance(given, dict) else {}
    )


def transitions(connection: Connection, *, after: int, limit: int = 200) -> tuple[Transition, ...]:
    """Changes of level with a number above `after`, in the order they came in; of every school."""
    rows = select(TRANSITIONS).where(TRANSITIONS.c.number > after).order_by(TRANSITIONS.c.number).limit(limit)
    return tuple(_transition(row) for row in connection.execute(rows).mappings())


def last_transition(connection: Connection) -> int:
    """The highest number given so far; 0 for none."""
    return int(connection.execute(select(func.coalesce(func.max(TRANSITIONS.c.number), 0))).scalar_one())


def _transition(row: RowMapping) -> Transition:
    kind = kind_of(row["kind"])
    return Transition(
        number=row["number"],
        school=row["school"],
        gateway=row["gateway"],
        id=row["id"],
        kind=kind.kind,
        words=Text(kind.zh, kind.en),
        priority=kind.priority,
        source=row["source"],
        space=row["space"],
        active=row["active"],
        at_ms=row["at_ms"],
        received_at_ms=row["received_at_ms"],
        still=row["still_sha256"],
    )
