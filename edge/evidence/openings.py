"""Opening a sealed original, where the private key is: every opening stands in a file first, or it does not take place."""

import hashlib
import json
import os
from pathlib import Path
from typing import Final, NamedTuple

from edge.evidence.sealed import opened, read_private
from lamplighter.contract.errors import SettingsError
from lamplighter.runtime.clock import Clock

_BLOCK: Final = 1_048_576


class Opening(NamedTuple):
    """Who opens it, for which office or school, and why."""

    who: str
    unit: str
    why: str


def open_sealed(sealed: Path, *, key: Path, out: Path, log: Path, opening: Opening, clock: Clock) -> None:
    """Write the original to `out`; first a line to `log`: JSON with the sha256 of the line before it, so that none is taken out.

    Raises SettingsError where a reason is missing, the key does not fit, or a file cannot be read or written: then no `out`.
    """
    missing = [f"--{name}: must be given" for name, value in opening._asdict().items() if not value.strip()]
    if missing:
        raise SettingsError(missing)
    private = read_private(key)
    if out.exists():
        raise SettingsError(f"{out}: is there already; choose another name")
    try:
        _note(log, sealed, public=private.public_key().public_bytes_raw(), opening=opening, clock=clock)
        with sealed.open("rb") as file, out.open("xb") as film:
            for chunk in opened(file, private, name=str(sealed)):
                film.write(chunk)
    except SettingsError:
        out.unlink(missing_ok=True)
        raise
    except OSError as error:
        out.unlink(missing_ok=True)
        raise SettingsError(f"{error.filename}: {error.strerror}") from error


def _note(log: Path, sealed: Path, *, public: bytes, opening: Opening, clock: Clock) -> None:
    """Append one line and sync it."""
    before = log.read_bytes().splitlines() if log.exists() else []
    line = {
        "at": clock.now().isoformat(timespec="seconds"),
        "file": sealed.name,
        "sha256": _sha256(sealed),
        "key": hashlib.sha256(public).hexdigest()[:16],
        **opening._asdict(),
        "before": hashlib.sha256(before[-1]).hexdigest() if before else "",
    }
    with log.open("ab") as file:
        file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
