"""Clips on the gateway's disk: a film, perhaps a sealed original, and a note beside them; kept by policy, the oldest go first."""

import contextlib
import hashlib
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from edge.evidence.sealed import SUFFIX as SEALED
from edge.evidence.settings import EvidenceSettings
from lamplighter.contract.errors import SettingsError, Unavailable
from lamplighter.runtime.clock import Clock

_FILM: Final = ".mp4"
_NOTE: Final = ".json"
_HALF_WRITTEN: Final = ".part"
_DAY_MS: Final = 86_400_000
NOT_ASKED: Final = -1


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """One clip; `bytes` counts both files.

    `raised` are the conditions it shows and when each was raised; `next_part` is what is sent next where somebody asked for it.
    """

    sha256: str
    camera: str
    raised: list[tuple[str, int]]
    made_ms: int
    bytes: int
    sealed_sha256: str = ""
    next_part: int = NOT_ASKED


class Tidied(NamedTuple):
    """What keeping to the policy took: clips deleted in all, of these before their floor; locked ones older than their days."""

    deleted: int
    early: int
    overdue: int


_DECODER: Final = msgspec.json.Decoder(Kept)


class KeptClips:
    """A folder. Safe to use from several threads; raises SettingsError if it cannot be made, Unavailable when the disk fails."""

    def __init__(self, folder: Path, settings: EvidenceSettings, clock: Clock) -> None:
        self._folder = folder
        self._settings = settings
        self._clock = clock
        self._lock = threading.RLock()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for path in folder.iterdir():
                # A clip that the gateway died over: its note would have come last, and went first.
                if path.suffix == _HALF_WRITTEN or (path.suffix in (_FILM, SEALED) and not path.with_suffix(_NOTE).exists()):
                    path.unlink()
        except OSError as error:
            raise SettingsError(
                f"{folder}: cannot keep clips there: {error.strerror}; give a data_dir that can be written"
            ) from error
        self._kept = {row.sha256: row for row in map(_read_note, folder.glob(f"*{_NOTE}")) if row is not None}

    def add(self, film: bytes, original: bytes, *, camera: str, raised: list[tuple[str, int]]) -> Kept:
        """Keep a clip durably; `original` is sealed, or empty. The note comes last: without it nothing counts."""
        sealed = hashlib.sha256(original).hexdigest() if original else ""
        sha256, size = hashlib.sha256(film).hexdigest(), len(film) + len(original)
        row = Kept(sha256=sha256, camera=camera, raised=raised, made_ms=self._clock.now_ms(), bytes=size, sealed_sha256=sealed)
        if original:
            self._write(sha256 + SEALED, original)
        self._write(sha256 + _FILM, film)
        self.put(row)
        return row

    def put(self, row: Kept) -> None:
        """Change a clip's note."""
        with self._lock:
            self._write(row.sha256 + _NOTE, msgspec.json.encode(row))
            self._kept[row.sha256] = row

    def get(self, sha256: str) -> Kept | None:
        """The clip's note; None where it is not kept."""
        with self._lock:
            return self._kept.get(sha256)

    def asked(self) -> list[Kept]:
        """Clips that are being sent, oldest first."""
        with self._lock:
            return sorted((row for row in self._kept.values() if row.next_part != NOT_ASKED), key=lambda row: row.made_ms)

    def read(self, sha256: str) -> bytes:
        """The film; raises Unavailable where the file is not there or is not what it was."""
        path = self._folder / (sha256 + _FILM)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise Unavailable(f"clip {path}: {error.strerror}") from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise Unavailable(f"clip {path}: was changed on the gateway's disk")
        return data

    def tidy(self, holds: Callable[[str, int], bool]) -> Tidied:
        """Delete what is too old, then the oldest while there is too much; never what `holds` (condition, raised_ms) or is sent."""
        with self._lock:
            rows = sorted(self._kept.values(), key=lambda row: row.made_ms)
            free = [row for row in rows if row.next_part == NOT_ASKED and not any(holds(*one) for one in row.raised)]
            old = [row for row in free if self._age_days(row) > self._settings.days]
            young = [row for row in free if row not in old]
            for row in old:
                self._delete(row)
            early = []
            while young and sum(row.bytes for row in self._kept.values()) > self._settings.most_bytes:
                row = young.pop(0)
                self._delete(row)
                if self._age_days(row) < self._settings.law.floor_days:
                    early.append(row)
            overdue = sum(self._age_days(row) > self._settings.days for row in self._kept.values())
            return Tidied(len(rows) - len(self._kept), len(early), overdue)

    def has_room(self) -> bool:
        """Whether another clip fits; after `tidy` it does unless all that is kept is locked."""
        with self._lock:
            return sum(row.bytes for row in self._kept.values()) <= self._settings.most_bytes

    def _age_days(self, row: Kept) -> float:
        return (self._clock.now_ms() - row.made_ms) / _DAY_MS

    def _delete(self, row: Kept) -> None:
        """The note first: a film without one is swept up at the next start."""
        for suffix in (_NOTE, _FILM, SEALED):
            with contextlib.suppress(FileNotFoundError):
                try:
                    (self._folder / (row.sha256 + suffix)).unlink()
                except PermissionError as error:
                    raise Unavailable(f"{self._folder}: {error.strerror}") from error
        del self._kept[row.sha256]

    def _write(self, name: str, data: bytes) -> None:
        path = self._folder / name
        half = path.with_name(name + _HALF_WRITTEN)
        try:
            with half.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            half.replace(path)
            handle = os.open(self._folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            half.unlink(missing_ok=True)
            raise Unavailable(f"{path}: {error.strerror}") from error


def _read_note(path: Path) -> Kept | None:
    """The note, if it is whole and its film is there."""
    try:
        row = _DECODER.decode(path.read_bytes())
    except (OSError, msgspec.MsgspecError):
        return None
    return row if path.with_suffix(_FILM).is_file() else None
