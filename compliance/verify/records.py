"""Lines of an export read strictly: a line counts only if writing its content again gives the same bytes."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any, Final, NamedTuple

from compliance.verify.faults import Fault

FIRST_PREV: Final = "0" * 64
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")


class Line(NamedTuple):
    """One line of a file: its number from 1, its bytes and what they say (None where they are no canonical record)."""

    number: int
    raw: bytes
    said: dict[str, Any] | None

    @property
    def hash(self) -> str:
        """SHA-256 of the line, without its line feed."""
        return sha256(self.raw)


class Entry(NamedTuple):
    """One link of a chain: `prev` is the hash of the line before, `sha256` that of the document it stands for."""

    seq: int
    day: str
    at: str
    kind: str
    prev: str
    sha256: str
    size: int


ENTRY_KEYS: Final = {"at", "bytes", "chain", "day", "kind", "prev", "seq", "sha256", "v"}
HEAD_KEYS: Final = {"at", "chain", "day", "hash", "key", "seq", "signature", "v"}
NAME_KEYS: Final = {"commitment", "name", "salt"}
LISTED_KEYS: Final = {"bytes", "path", "sha256"}
SEAL_KEYS: Final = {"at", "files", "key", "sha256", "signature"}


def sha256(content: bytes) -> str:
    """Lower-case hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def canonical(record: dict[str, Any]) -> bytes:
    """RFC 8785 for flat records of text and whole numbers with ASCII keys, which is all that these lines hold."""
    return json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8", "surrogatepass")


def read_lines(root: Path, path: str, keys: set[str], faults: list[Fault]) -> list[Line]:
    """The file's lines; one that is no record with exactly these keys is a fault and keeps its place."""
    file = root / path
    if not file.is_file():
        faults.append(Fault("absent", path))
        return []
    content = file.read_bytes()
    if not content:
        return []
    pieces = content.split(b"\n")
    ended = pieces[-1] == b""
    lines = [Line(number, raw, _said(raw, keys)) for number, raw in enumerate(pieces[:-1] if ended else pieces, 1)]
    faults += [Fault("unreadable", path, line.number) for line in lines if line.said is None]
    if not ended and lines[-1].said is not None:
        faults.append(Fault("unreadable", path, lines[-1].number, detail="no line feed"))
    return lines


def read_entry(line: Line, chain: str) -> Entry | None:
    """The link that a line of this chain is, or None."""
    said = line.said
    if said is None or said["chain"] != chain or not (is_hash(said["prev"]) and is_hash(said["sha256"])):
        return None
    if said["seq"] < 1 or not _DAY.fullmatch(said["day"]):
        return None
    return Entry(said["seq"], said["day"], said["at"], said["kind"], said["prev"], said["sha256"], said["bytes"])


def is_hash(value: object) -> bool:
    """Whether it is 64 lower-case hexadecimal digits."""
    return isinstance(value, str) and _HASH.fullmatch(value) is not None


_TYPES: Final[dict[str, type]] = {"bytes": int, "seq": int, "v": int, "files": int}


def _said(raw: bytes, keys: set[str]) -> dict[str, Any] | None:
    try:
        said = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict) or set(said) != keys:
        return None
    if any(type(value) is not _TYPES.get(key, str) for key, value in said.items()):
        return None
    return said if canonical(said) == raw else None
