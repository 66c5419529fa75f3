"""A disk that can be filled: a file system of its own in memory, mounted over a folder. Needs root and the right to mount."""

import os
import shutil
import subprocess
from pathlib import Path


class SmallDisk:
    """Mounted over `folder` until `close`; raises PermissionError where that is not allowed."""

    def __init__(self, folder: Path, *, size_mb: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._filler = folder / "filler"
        mount = shutil.which("mount")
        command = [mount or "mount", "-t", "tmpfs", "-o", f"size={size_mb}m", "tmpfs", str(folder)]
        if os.geteuid() != 0 or mount is None or subprocess.run(command, check=False, capture_output=True).returncode:
            raise PermissionError("a file system of its own needs root and the right to mount")

    def fill(self) -> None:
        """Another program takes all the room there is."""
        free = shutil.disk_usage(self._folder).free
        with self._filler.open("ab") as file:
            os.posix_fallocate(file.fileno(), file.tell(), free)

    def empty(self) -> None:
        """It gives the room back."""
        self._filler.unlink(missing_ok=True)

    def close(self) -> None:
        """Take the file system away."""
        subprocess.run(["umount", "-l", str(self._folder)], check=False, capture_output=True)
