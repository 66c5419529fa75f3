"""Actions and waivers in SQL; what changes them is chained too."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from compliance.actions import engine
from compliance.actions.engine import advance, report_done
from compliance.actions.light import Seen, follow
from compliance.actions.model import Action, Terms, Waiver
from compliance.history.book import append, keep_name
from compliance.history.ledger_names import with_names
from compliance.history.names import commit
from compliance.light.findings import LightFinding
from compliance.verdicts import Verdict
from lamplighter.contract.errors import SettingsError
from lamplighter.site.model import Site
from lamplighter.storage.sql.tables import ACTIONS, WAIVERS
from lamplighter.storage.sql.upsert import upsert

_ENCODER = msgspec.json.Encoder(order="deterministic")
_DECODER = msgspec.json.Decoder(Action)


def load(connection: Connection, school: str | None = None) -> dict[str, Action]:
    """Every action, of one school or of all, by id."""
    wanted = select(ACTIONS.c.content)
    if school is not None:
        wanted = wanted.where(ACTIONS.c.school == school)
    found = (_DECODER.decode(text) for text in connection.execute(wanted).scalars())
    return {action.id: action for action in found}


def take_verdicts(
    connection: Connection,
    school: str,
    verdicts: Iterable[Verdict],
    *,
    day: date,
    school_day: bool,
    at: datetime,
    terms: Terms | None = None,
) -> list[Action]:
    """Move the school's actions by a day's verdicts and chain what happened; the actions that changed."""
    before = load(connection, school)
    after = advance(before, verdicts, day=day, school_day=school_day, terms=terms or Terms())
    return _save(connection, school, before, after, day=day, at=at)


def take_findings(
    connection: Connection, site: Site, findings: Iterable[LightFinding], *, day: date, school_day: bool, at: datetime
) -> list[Action]:
    """Move the school's actions by what its lamps showed on the newest day that is over, and chain it; the actions that changed."""
    before = load(connection, site.school)
    after = follow(before, findings, Seen(site, day, school_day, Terms()))
    return _save(connection, site.school, before, after, day=day, at=at)


def tell_done(connection: Connection, action_id: str, *, on: date, who: str, at: datetime) -> Action:
    """A person reports an action done; raises SettingsError where there is no such action."""
    before = _known(connection, action_id)
    told = report_done(before[action_id], on=on, who=keep_name(connection, commit(who)))
    _save(connection, told.school, before, {**before, action_id: told}, day=on, at=at)
    return told


def assign(connection: Connection, action_id: str, *, on: date, owner: str, who: str, at: datetime) -> Action:
    """A person gives the action to somebody; raises SettingsError where there is no such action."""
    before = _known(connection, action_id)
    names = {"owner": keep_name(connection, commit(owner)), "who": keep_name(connection, commit(who))}
    given = engine.assign(before[action_id], on=on, **names)
    _save(connection, given.school, before, {**before, action_id: given}, day=on, at=at)
    return given


def with_owners(connection: Connection, actions: Iterable[Action]) -> list[Action]:
    """The actions with their owners' names in place of the commitments."""
    return [msgspec.structs.replace(one, **with_names(connection, {"owner": one.owner})) for one in actions]


def _known(connection: Connection, action_id: str) -> dict[str, Action]:
    """The school's actions; raises SettingsError where this one is not among them."""
    found = load(connection, action_id.partition("/")[0])
    if action_id not in found:
        raise SettingsError(f"action {action_id}: there is none of that name; `compliance actions list` shows them")
    return found


def waive(connection: Connection, waiver: Waiver, *, at: datetime) -> Waiver:
    """Keep a waiver and chain it; the name in it becomes a commitment. Raises SettingsError where it ends before it begins."""
    if waiver.until < waiver.since:
        raise SettingsError(f"waiver until {waiver.until}: ends before it begins on {waiver.since}; give a later day")
    kept = msgspec.structs.replace(waiver, who=keep_name(connection, commit(waiver.who)))
    row = _plain(kept)
    connection.execute(WAIVERS.insert().values(**row))
    append(connection, waiver.school, "actions", day=waiver.since, at=at, said={"waiver": row})
    return kept


def waivers(connection: Connection, school: str | None = None) -> tuple[Waiver, ...]:
    """Every waiver, ended ones too."""
    wanted = select(*(WAIVERS.c[name] for name in Waiver.__struct_fields__)).order_by(WAIVERS.c.number)
    if school is not None:
        wanted = wanted.where(WAIVERS.c.school == school)
    names = Waiver.__struct_fields__
    return tuple(msgspec.convert(dict(zip(names, row, strict=True)), Waiver) for row in connection.execute(wanted))


def _save(
    connection: Connection, school: str, before: Mapping[str, Action], after: Mapping[str, Action], *, day: date, at: datetime
) -> list[Action]:
    changed = [action for name, action in sorted(after.items()) if before.get(name) != action]
    rows = [
        {
            "id": one.id,
            "district": one.district,
            "school": one.school,
            "state": one.state,
            "due": str(one.due),
            "content": _ENCODER.encode(one).decode(),
        }
        for one in changed
    ]
    upsert(connection, ACTIONS, rows, key=("id",))
    events = [{"action": one.id, **_plain(event)} for one in changed for event in _new_events(before.get(one.id), one)]
    if events:
        append(connection, school, "actions", day=day, at=at, said={"events": events})
    return changed


def _new_events(before: Action | None, after: Action) -> Sequence[Any]:
    return after.events[len(before.events) if before is not None else 0 :]


def _plain(value: Any) -> dict[str, Any]:
    made: dict[str, Any] = msgspec.to_builtins(value)
    return made
