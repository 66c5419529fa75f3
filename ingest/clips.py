"""Clips at the centre: which there are, the pieces of those asked for, and the asking."""

import re
from collections.abc import Callable, Iterable
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import Connection, Engine, insert, or_, select, update

from lamplighter.contract.records import ENCODER, Command, Condition, Still
from lamplighter.contract.topics import Gateway
from lamplighter.runtime.clock import Clock
from lamplighter.storage.clip_files import ClipFiles, Progress
from lamplighter.storage.sql.engine import transaction
from lamplighter.storage.sql.tables import CLIP_FILES, CLIPS
from lamplighter.storage.sql.upsert import upsert

FILM: Final = "video/mp4"
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_KEY: Final = ("district", "school", "gateway", "condition", "raised_ms")
_ASK_AGAIN_MS: Final = 60_000
"""A gateway from which nothing came for so long is asked again: it may have been away, or the command was lost."""
_AT_ONCE: Final = 20


def fault_of_clips(condition: Condition) -> str | None:
    """Why what a condition says of its clips cannot be; None where it can."""
    for clip in condition.clips:
        if not all(_SHA256.fullmatch(name) for name in (clip.sha256, clip.sealed_sha256 or clip.sha256)):
            return f"{clip.sha256[:80]!r} or the one of its original is not a sha256 of 64 small hexadecimal digits"
        if not all(0 <= number < 2**53 for number in (clip.bytes, clip.raised_ms, clip.begin_ms, clip.end_ms)):
            return f"bytes and times of clip {clip.sha256} must not be negative, and below 2^53"
    return None


def note_clips(connection: Connection, gateway: Gateway, condition: Condition) -> None:
    """Keep which clips there are of a condition."""
    rows = [
        {
            **gateway._asdict(),
            "condition": condition.id,
            "raised_ms": clip.raised_ms,
            "sha256": clip.sha256,
            "camera": condition.source,
            "bytes": clip.bytes,
            "begin_ms": clip.begin_ms,
            "end_ms": clip.end_ms,
            "sealed_sha256": clip.sealed_sha256,
        }
        for clip in condition.clips
    ]
    upsert(connection, CLIPS, rows, key=_KEY)


class Pieces:
    """The pieces of one batch: kept as files first, then noted in SQL."""

    def __init__(self, files: ClipFiles) -> None:
        self._files = files
        self._came: dict[tuple[Gateway, str], tuple[str, Progress]] = {}

    def take(self, gateway: Gateway, piece: Still) -> str | None:
        """Keep a piece; returns why it is refused. Raises Unavailable when the disk fails."""
        if piece.gone:
            self._came[gateway, piece.sha256] = "gone", Progress(0, 0, piece.gone[:500])
            return None
        progress = self._files.put(piece.sha256, piece.part, piece.parts, piece.data)
        state = "here" if progress.whole else "coming" if progress.fault is None else "gone"
        self._came[gateway, piece.sha256] = state, progress
        return progress.fault

    def note(self, connection: Connection, now_ms: int) -> None:
        """Write how far each clip has come."""
        for (gateway, sha256), (state, progress) in self._came.items():
            key: dict[str, Any] = {**gateway._asdict(), "sha256": sha256[:64]}
            came = {"state": state, "got": progress.got, "parts": progress.parts, "reason": progress.fault or "", "at_ms": now_ms}
            if not connection.execute(update(CLIP_FILES).filter_by(**key).values(came)).rowcount:
                connection.execute(insert(CLIP_FILES).values({**key, **came, "told_at_ms": now_ms}))
        self._came.clear()


class Fetching:
    """Asks gateways for the clips that somebody asked us for; several workers may do so side by side."""

    def __init__(self, sql: Engine, files: ClipFiles, clock: Clock, *, send: Callable[[str, bytes], None]) -> None:
        self._sql = sql
        self._files = files
        self._clock = clock
        self._send = send

    def look(self) -> None:
        """Send what is due; raises Unavailable where SQL or the broker is away, and it is due again."""
        now_ms = self._clock.now_ms()
        for row in self._due(now_ms):
            gateway = Gateway(row.district, row.school, row.gateway)
            arguments = {"sha256": row.sha256, "part": self._files.first_missing(row.sha256)}
            command = Command(id=uuid4().hex, kind="send_clip", at_ms=now_ms, arguments=arguments)
            self._send(gateway.topic("command"), ENCODER.encode(command))

    def _due(self, now_ms: int) -> Iterable[Any]:
        """Rows taken on by this worker, told to nobody else meanwhile."""
        columns = CLIP_FILES.c
        quiet = columns.at_ms < now_ms - _ASK_AGAIN_MS
        due = or_(columns.told_at_ms == 0, (columns.told_at_ms < now_ms - _ASK_AGAIN_MS) & quiet)
        taken = []
        with transaction(self._sql) as connection:
            rows = connection.execute(select(CLIP_FILES).where(columns.state.in_(("asked", "coming")), due).limit(_AT_ONCE)).all()
            for row in rows:
                mine = update(CLIP_FILES).filter_by(
                    district=row.district, school=row.school, gateway=row.gateway, sha256=row.sha256
                )
                if connection.execute(mine.where(columns.told_at_ms == row.told_at_ms).values(told_at_ms=now_ms)).rowcount:
                    taken.append(row)
        return taken
