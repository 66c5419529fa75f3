"""Room on the disk kept for the day it is full: a file of real blocks, given back so that what matters still goes."""

import os
from pathlib import Path


class DiskReserve:
    """A file beside the outbox. `release` frees its room; `take` claims it again when the disk has some."""

    def __init__(self, path: Path, size_bytes: int) -> None:
        self._path = path
        self._size_bytes = size_bytes
        self.held = False

    def take(self) -> bool:
        """Claim the room; tells whether it is held now."""
        if self.held or self._size_bytes == 0:
            return self.held
        try:
            with self._path.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, self._size_bytes)
                os.fsync(file.fileno())
        except OSError:
            self.release()
            return False
        self.held = True
        return True

    def release(self) -> None:
        """Give the room back."""
        self.held = False
        self._path.unlink(missing_ok=True)
