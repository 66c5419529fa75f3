"""Fetching and watching clips: nothing is shown before who, for whom and why stand in the register of retrievals."""

import secrets
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import Engine, insert

from console.reads.clips import Found, find
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.logs import logger
from lamplighter.storage.clip_files import ClipFiles
from lamplighter.storage.sql.engine import snapshot, transaction
from lamplighter.storage.sql.tables import CLIP_FILES, RETRIEVALS
from lamplighter.storage.sql.upsert import upsert

PASS_S: Final = 3600.0
"""So long a registered retrieval lets the same browser watch that clip."""
_MOST_PASSES: Final = 1000
_LONGEST: Final = {"who": 128, "unit": 128, "why": 500}


class Reason(NamedTuple):
    """Who wants to see it, for which office or school, and why (State Council Order 799 art. 16)."""

    who: str
    unit: str
    why: str

    @property
    def complete(self) -> bool:
        """Whether every part is given, and no longer than the register holds."""
        return all(value and len(value) <= _LONGEST[name] and "\0" not in value for name, value in self._asdict().items())


class _Pass(NamedTuple):
    sha256: str
    until_s: float


class ClipDesk:
    """Asks for clips and lets them be watched. Blocking; for one thread at a time. Any answer may raise Unavailable."""

    def __init__(self, sql: Engine, files: ClipFiles, clock: Clock) -> None:
        self._sql = sql
        self._files = files
        self._clock = clock
        self._passes: dict[str, _Pass] = {}

    def find(self, sha256: str) -> Found | None:
        """What is known of a clip."""
        with snapshot(self._sql) as connection:
            return find(connection, sha256)

    def retrieve(self, found: Found, reason: Reason, *, client: str) -> str:
        """Register a retrieval, ask the gateway where the clip is not here; returns a pass for this browser."""
        clip, now_ms = found.clip, self._clock.now_ms()
        key = {**found.gateway._asdict(), "sha256": clip.sha256}
        here = clip.state == "here" and self._files.get(clip.sha256) is not None
        what = "watch" if here else "fetch"
        with transaction(self._sql) as connection:
            connection.execute(
                insert(RETRIEVALS).values({**key, **reason._asdict(), "what": what, "client": client, "at_ms": now_ms})
            )
            if not here and clip.state not in ("asked", "coming"):
                asked = {"state": "asked", "got": 0, "parts": 0, "reason": "", "at_ms": now_ms, "told_at_ms": 0}
                upsert(connection, CLIP_FILES, [{**key, **asked}], key=list(key))
        logger().info("clip_retrieved", sha256=clip.sha256, what=what, client=client)
        return self._pass(clip.sha256)

    def may_watch(self, sha256: str, given: str | None) -> bool:
        """Whether this pass is of that clip and still good."""
        found = self._passes.get(given or "")
        return found is not None and found.sha256 == sha256 and found.until_s > self._clock.monotonic()

    def film(self, sha256: str) -> Path | None:
        """The clip's file; None where it is not here."""
        return self._files.get(sha256)

    def _pass(self, sha256: str) -> str:
        given = secrets.token_urlsafe(24)
        while len(self._passes) >= _MOST_PASSES:
            del self._passes[next(iter(self._passes))]
        self._passes[given] = _Pass(sha256, self._clock.monotonic() + PASS_S)
        return given
