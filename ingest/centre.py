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
    condition_id = f"{kind}:{gateway.gateway}:"
    chosen = select(CONDITIONS.c.active, CONDITIONS.c.seq).filter_by(**gateway._asdict(), id=condition_id)
    last = connection.execute(chosen).one_or_none()
    if active == (last is not None and last.active):
        return
    seq = at_ms if last is None else max(at_ms, last.seq + 1)  # our own clock may be set back
    condition = Condition(
        id=condition_id,
        kind=kind,
        name="",
        source=gateway.gateway,
        active=active,
        at_ms=at_ms,
        since_ms=at_ms,
        repeat=True,
        evidence=dict(evidence),
    )
    apply_level(connection, gateway, condition, boot=1, seq=seq, received_at_ms=at_ms)
