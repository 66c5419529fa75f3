"""What a file's content is, in one number."""

import hashlib
from pathlib import Path

from lamplighter.contract.errors import SettingsError


def sha256_of(path: Path) -> str:
    """Hexadecimal sha256 of the file's content; raises SettingsError where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}; give the path of an .onnx file") from error
