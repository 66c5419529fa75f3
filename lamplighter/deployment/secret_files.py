"""Secrets as files: made once from the system's random source, never printed, never replaced."""

import os
import secrets
from pathlib import Path
from typing import Final

from lamplighter.contract.errors import SettingsError

FOLDER_MODE: Final = 0o700
PRIVATE_MODE: Final = 0o600
"""What only the operator's own commands read: the authority's key, bundles."""
FILE_MODE: Final = 0o444
"""What servers read. The folder keeps other users of the host out. Each server in its container is another user, and Docker hands a
file in with the mode and owner it has outside: a file that only its owner reads could be read by none of them."""

_RANDOM_BYTES: Final = 32


def secret_folder(path: Path) -> None:
    """Make the folder, or close an existing one to other users; raises SettingsError."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(FOLDER_MODE)
    except OSError as error:
        raise SettingsError(f"{path}: cannot be made: {error.strerror}; name a folder that you may write to") from error


def random_secret() -> str:
    """256 bits as letters, digits, `-` and `_`: fit for URLs, headers and shell variables."""
    return secrets.token_urlsafe(_RANDOM_BYTES)


def write_new(path: Path, text: str, *, mode: int) -> bool:
    """Write a file that does not exist yet; False, and nothing touched, where it does. Raises SettingsError."""
    if path.exists():
        return False
    replace(path, text, mode=mode)
    return True


def replace(path: Path, content: str | bytes, *, mode: int) -> None:
    """Write a file, whole or not at all, over the one that is there; raises SettingsError."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        open_folder(path.parent)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        draft.chmod(mode)
        draft.rename(path)
    except OSError as error:
        raise SettingsError(f"{path}: cannot be written: {error.strerror}; name a folder that you may write to") from error


def read_secret(path: Path) -> str:
    """A file's text without its line end; raises SettingsError."""
    try:
        return path.read_text("utf-8").strip()
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}; run `lamplighter init` on this folder") from error


def open_folder(path: Path) -> None:
    """Make missing folders so that the servers, other users in their containers, may look in, whatever the umask says."""
    if path.exists():
        return
    open_folder(path.parent)
    path.mkdir()
    path.chmod(0o755)
