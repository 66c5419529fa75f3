"""Clips that gateways keep, and how far those asked for have come."""

from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, and_, select

from console.facts import Clip
from lamplighter.contract.topics import Gateway
from lamplighter.storage.sql.tables import CLIP_FILES, CLIPS

_NEWEST = 300
Raise = tuple[str, str, int]
"""Gateway, condition and when it was raised."""


class Found(NamedTuple):
    """A clip, whose it is, and what was raised."""

    gateway: Gateway
    camera: str
    condition: str
    raised_ms: int
    clip: Clip


def clips_of(connection: Connection, school: str) -> dict[Raise, Clip]:
    """The school's newest clips by raise."""
    chosen = _chosen().where(CLIPS.c.school == school).order_by(CLIPS.c.raised_ms.desc()).limit(_NEWEST)
    return {(row.gateway, row.condition, row.raised_ms): _clip(row) for row in connection.execute(chosen)}


def find(connection: Connection, sha256: str) -> Found | None:
    """The clip of that content."""
    row = connection.execute(_chosen().where(CLIPS.c.sha256 == sha256).limit(1)).first()
    if row is None:
        return None
    return Found(Gateway(row.district, row.school, row.gateway), row.camera, row.condition, row.raised_ms, _clip(row))


def _chosen() -> Select[Any]:
    files = CLIP_FILES.c
    same = and_(*(files[name] == CLIPS.c[name] for name in ("district", "school", "gateway", "sha256")))
    return select(CLIPS, files.state, files.got, files.parts, files.reason).join(CLIP_FILES, same, isouter=True)


def _clip(row: Any) -> Clip:
    return Clip(
        sha256=row.sha256,
        bytes=row.bytes,
        begin_ms=row.begin_ms,
        end_ms=row.end_ms,
        state=row.state or "kept",
        got=row.got or 0,
        parts=row.parts or 0,
        reason=row.reason or "",
    )
