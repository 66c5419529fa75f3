"""The centre's own conditions, of gateways that cannot speak for themselves: they take their order from the centre's clock."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection, select

from alarms.levels import apply_level
from lamplighter.contract.records import Condition, EvidenceNumber
from lamplighter.contract.topics import Gateway
from lamplighter.storage.sql.tables import CONDITIONS

NOTHING: Final[Mapping[str, EvidenceNumber]] = MappingProxyType({})


def tell(
    connection: Connection,
    gateway: Gateway,
    kind: str,
    *,
    active: bool,
    at_ms: int,
    evidence: Mapping[str, EvidenceNumber] = NOTHING,
) -> None:
    """Say that it holds, or not, of this gateway; said again it changes nothing."""
    condition = Condition(
        id=f"{kind}:{gateway.gateway}:",
        kind=kind,
        name="",
        source=gateway.gateway,
        active=active,
        at_ms=at_ms,
        since_ms=at_ms,
        repeat=True,
        evidence=dict(evidence),
    )
    tell_level(connection, gateway, condition)


def tell_level(connection: Connection, gateway: Gateway, condition: Condition) -> None:
    """Apply a level that the centre itself has judged; the level that holds already, said again, changes nothing."""
    chosen = select(CONDITIONS.c.active, CONDITIONS.c.seq).filter_by(**gateway._asdict(), id=condition.id)
    last = connection.execute(chosen).one_or_none()
    if condition.active == (last is not None and last.active):
        return
    seq = condition.at_ms if last is None else max(condition.at_ms, last.seq + 1)  # our own clock may be set back
    apply_level(connection, gateway, condition, boot=1, seq=seq, received_at_ms=condition.at_ms)
