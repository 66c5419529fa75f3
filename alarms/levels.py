"""What becomes of a level that a gateway publishes: the newest (boot, seq) holds, every transition is kept once."""

from typing import Literal

import msgspec
from sqlalchemy import Connection, insert, select, update

from lamplighter.contract.records import Condition
from lamplighter.contract.topics import Gateway
from lamplighter.storage.sql.tables import CONDITIONS, TRANSITIONS

Applied = Literal["transition", "repeat", "late", "duplicate"]


def apply_level(
    connection: Connection, gateway: Gateway, condition: Condition, *, boot: int, seq: int, received_at_ms: int
) -> Applied:
    """Apply one level within the caller's transaction.

    transition: the level changed and is now the one that holds. repeat: it holds still. late: a change that a newer level has
    overtaken; kept in the history only. duplicate: this very message was applied before.
    """
    key = _key(gateway, condition)
    current = connection.execute(
        select(CONDITIONS.c.boot, CONDITIONS.c.seq, CONDITIONS.c.active).filter_by(**key).with_for_update()
    ).one_or_none()
    if current is None:
        connection.execute(insert(CONDITIONS).values(**key, **_state(condition, boot, seq), raised_count=int(condition.active)))
        if condition.active or not condition.repeat:
            _keep(connection, gateway, condition, boot=boot, seq=seq, received_at_ms=received_at_ms)
        return "transition"
    if (boot, seq) <= (current.boot, current.seq):
        if condition.repeat or _kept(connection, key, boot, seq):
            return "duplicate"
        _keep(connection, gateway, condition, boot=boot, seq=seq, received_at_ms=received_at_ms)
        return "late"
    changed = condition.active != current.active
    raised = CONDITIONS.c.raised_count + int(changed and condition.active)
    connection.execute(update(CONDITIONS).filter_by(**key).values(**_state(condition, boot, seq), raised_count=raised))
    if changed or not condition.repeat:
        _keep(connection, gateway, condition, boot=boot, seq=seq, received_at_ms=received_at_ms)
    return "transition" if changed else "repeat"


def _key(gateway: Gateway, condition: Condition) -> dict[str, str]:
    return {**gateway._asdict(), "id": condition.id}


def _state(condition: Condition, boot: int, seq: int) -> dict[str, object]:
    return {
        "kind": condition.kind,
        "name": condition.name,
        "source": condition.source,
        "space": condition.space,
        "active": condition.active,
        "since_ms": condition.since_ms,
        "at_ms": condition.at_ms,
        "boot": boot,
        "seq": seq,
        "evidence": msgspec.json.encode(condition.evidence).decode(),
        "still_sha256": condition.still_sha256,
    }


def _kept(connection: Connection, key: dict[str, str], boot: int, seq: int) -> bool:
    return connection.execute(select(TRANSITIONS.c.number).filter_by(**key, boot=boot, seq=seq)).first() is not None


def _keep(connection: Connection, gateway: Gateway, condition: Condition, *, boot: int, seq: int, received_at_ms: int) -> None:
    connection.execute(
        insert(TRANSITIONS).values(**_key(gateway, condition), **_state(condition, boot, seq), received_at_ms=received_at_ms)
    )
