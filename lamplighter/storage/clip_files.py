"""Clips at the centre: pieces as they come in, in any order and as often as they like, until the whole file is there."""

import re
import shutil
from pathlib import Path
from typing import Final, NamedTuple

from lamplighter.contract.errors import Unavailable
from lamplighter.storage.evidence_files import EvidenceFiles, write_durably

MOST_PARTS: Final = 2048
"""A quarter of a gigabyte in pieces of 128 KiB: more is no clip."""
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


class Progress(NamedTuple):
    """How much of a clip is here; `fault` says why a piece, or with the last one the whole, is refused."""

    got: int
    parts: int
    fault: str | None = None

    @property
    def whole(self) -> bool:
        """Whether nothing is missing."""
        return self.fault is None and self.got == self.parts


class ClipFiles:
    """A folder with finished clips by sha256, and one for each that is on its way."""

    def __init__(self, folder: Path) -> None:
        self._pieces = folder / "pieces"
        self._films = EvidenceFiles(folder / "films", suffix=".mp4")

    def put(self, sha256: str, part: int, parts: int, data: bytes) -> Progress:
        """Keep a piece durably; with the last one the clip is put together and checked. Raises Unavailable when the disk fails."""
        if not _SHA256.fullmatch(sha256):
            return Progress(0, 0, f"{sha256[:80]!r} is not a sha256 of 64 small hexadecimal digits")
        if not 0 <= part < parts <= MOST_PARTS:
            return Progress(0, 0, f"piece {part} of {parts} cannot be; there are at most {MOST_PARTS}, counted from 0")
        if self._films.get(sha256) is not None:
            return Progress(parts, parts)
        folder = self._pieces / sha256
        try:
            write_durably(folder / f"{part:05d}", data)
            got = sum(1 for number in range(parts) if (folder / f"{number:05d}").is_file())
            return Progress(got, parts) if got < parts else self._put_together(sha256, parts)
        except OSError as error:
            raise Unavailable(f"clip pieces {folder}: {error.strerror}") from error

    def first_missing(self, sha256: str) -> int:
        """The number of the first piece that is not here yet."""
        folder = self._pieces / sha256
        return next(number for number in range(MOST_PARTS + 1) if not (folder / f"{number:05d}").is_file())

    def get(self, sha256: str) -> Path | None:
        """The finished clip; None where it is not here, or the name is no sha256."""
        return self._films.get(sha256)

    def _put_together(self, sha256: str, parts: int) -> Progress:
        folder = self._pieces / sha256
        film = b"".join((folder / f"{number:05d}").read_bytes() for number in range(parts))
        fault = self._films.put(sha256, film)
        shutil.rmtree(folder)  # kept, or worth nothing: asked for again, it begins anew
        return Progress(parts, parts, fault) if fault is None else Progress(0, parts, fault)
