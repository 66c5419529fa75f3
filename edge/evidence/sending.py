"""Sending a clip that somebody asked for: piece after piece through the outbox, a few at a time, so that stills are not held up."""

import math
from collections.abc import Callable
from typing import Final

import msgspec

from edge.evidence.kept import NOT_ASKED, Kept, KeptClips
from edge.outbox import Outbox
from lamplighter.contract.errors import Unavailable
from lamplighter.contract.records import ENCODER, Command, Still
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.logs import logger

SEND_CLIP: Final = "send_clip"
PIECE_BYTES: Final = 131_072
_MOST_WAITING: Final = 4
"""Evidence in the outbox up to which another piece is put in."""


class Sending:
    """What is asked for is written beside the clip, so that a restart goes on with the next piece."""

    def __init__(
        self, kept: KeptClips, outbox: Outbox, clock: Clock, *, camera: str, on_added: Callable[[], None] = lambda: None
    ) -> None:
        self._kept = kept
        self._outbox = outbox
        self._clock = clock
        self._camera = camera
        self._on_added = on_added
        self._log = logger()

    def ask(self, command: Command) -> None:
        """Take a `send_clip`; a clip that is not kept is answered with why. Raises Unavailable when the disk refuses."""
        sha256, part = command.arguments.get("sha256"), command.arguments.get("part", 0)
        if not isinstance(sha256, str) or not isinstance(part, int):
            self._log.warning("command_not_understood", kind=command.kind, reason="sha256 must be a text, part a whole number")
            return
        row = self._kept.get(sha256)
        self._log.info("clip_asked_for", sha256=sha256[:64], command=command.id[:64], kept=row is not None)
        if row is None:
            self._say_gone(sha256[:64], "the gateway keeps no such clip: its days are over, or there was no room")
        elif row.next_part == NOT_ASKED:
            self._kept.put(msgspec.structs.replace(row, next_part=max(0, part)))

    def feed(self) -> None:
        """Put further pieces into the outbox while there is room; raises Unavailable when the disk refuses."""
        for row in self._kept.asked():
            if len(self._outbox.waiting("evidence", after=0, limit=_MOST_WAITING)) >= _MOST_WAITING:
                return
            self._send_piece(row)

    def _send_piece(self, row: Kept) -> None:
        try:
            film = self._kept.read(row.sha256)
        except Unavailable as error:
            self._say_gone(row.sha256, str(error))
            self._kept.put(msgspec.structs.replace(row, next_part=NOT_ASKED))
            return
        parts = math.ceil(len(film) / PIECE_BYTES)
        part = min(row.next_part, parts - 1)
        data = film[part * PIECE_BYTES : (part + 1) * PIECE_BYTES]
        condition, raised_ms = row.raised[0]
        piece = Still(
            sha256=row.sha256,
            condition=condition,
            camera=row.camera,
            at_ms=raised_ms,
            data=data,
            media="video/mp4",
            part=part,
            parts=parts,
        )
        # Should the gateway die between the two, the piece goes out twice and is kept once.
        self._outbox.add("evidence", ENCODER.encode(piece))
        self._kept.put(msgspec.structs.replace(row, next_part=part + 1 if part + 1 < parts else NOT_ASKED))
        self._on_added()

    def _say_gone(self, sha256: str, reason: str) -> None:
        nothing = Still(
            sha256=sha256,
            condition="",
            camera=self._camera,
            at_ms=self._clock.now_ms(),
            data=b"",
            media="video/mp4",
            gone=reason,
        )
        self._outbox.add("evidence", ENCODER.encode(nothing))
        self._on_added()
