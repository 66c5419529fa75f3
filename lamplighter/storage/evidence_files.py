"""Evidence files by the sha256 of their content: `ab/cd/abcd....jpg` below one folder."""

import contextlib
import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import Final

from lamplighter.contract.errors import SettingsError, Unavailable
from lamplighter.runtime.clock import Clock, SystemClock

_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_HALF_WRITTEN: Final = ".part"
_DAY_S: Final = 86_400


class EvidenceFiles:
    """A folder of pixelated stills, or of clips (`suffix`); a file never changes once it is there."""

    def __init__(self, folder: Path, *, suffix: str = ".jpg", clock: Clock | None = None) -> None:
        self._folder = folder
        self._suffix = suffix
        self._clock = clock or SystemClock()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError(f"evidence folder {folder} cannot be made: {error.strerror}; choose a writable one") from error

    def put(self, sha256: str, data: bytes) -> str | None:
        """Keep `data` durably; returns why it is refused when its sha256 is another one. Raises Unavailable when the disk fails."""
        if not _SHA256.fullmatch(sha256):
            return f"{sha256[:80]!r} is not a sha256 of 64 small hexadecimal digits"
        found = hashlib.sha256(data).hexdigest()
        if found != sha256:
            return f"the sha256 of the data is {found}, not {sha256}"
        path = self._path(sha256)
        try:
            if path.exists():
                os.utime(path)  # sent again: its days begin anew
            else:
                write_durably(path, data)
        except OSError as error:
            raise Unavailable(f"evidence file {path}: {error.strerror}") from error
        return None

    def get(self, sha256: str) -> Path | None:
        """The file with this content; None where there is none, or the name is no sha256."""
        if not _SHA256.fullmatch(sha256):
            return None
        path = self._path(sha256)
        return path if path.is_file() else None

    def delete_older_than(self, days: float) -> int:
        """Delete files that came more than so many days ago, and what was left half-written; returns how many files."""
        oldest_s = self._clock.now_ms() / 1000 - days * _DAY_S
        deleted = 0
        for path in self._folder.glob("??/??/*"):
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime < oldest_s:
                    path.unlink()
                    deleted += path.suffix == self._suffix
        return deleted

    def _path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256[2:4] / f"{sha256}{self._suffix}"


def write_durably(path: Path, data: bytes) -> None:
    """The whole file or none, also after a power cut: the data, then its name, then the folders are synced."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=_HALF_WRITTEN)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    for folder in (path.parent, path.parent.parent, path.parent.parent.parent):
        _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
