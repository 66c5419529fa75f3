"""A history as files that `verify` reads: chains, heads, documents with all they rest on, names, a sealed manifest."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, select

from compliance.history.book import content_of, written_time
from compliance.history.canonical import canonical, sha256
from compliance.history.keys import sign
from compliance.verify.documents import COMMITMENT, NAMES_FILE, object_path
from compliance.verify.heads import HEADS_FILE
from compliance.verify.manifest import MANIFEST, SEAL_FILE
from compliance.verify.signatures import SEAL
from lamplighter.contract.errors import SettingsError
from lamplighter.storage.sql.tables import CHAIN_ENTRIES, CHAIN_HEADS, NAMES


def export_history(connection: Connection, folder: Path, *, chains: Sequence[str], key: Ed25519PrivateKey, at: datetime) -> int:
    """Write these chains from their beginning and seal the folder with all that is in it; how many files.

    Files that are there already, such as those that `score` reads, are sealed too. Raises SettingsError where a history is.
    """
    there = [name for name in ("chains", "objects", HEADS_FILE, NAMES_FILE, MANIFEST, SEAL_FILE) if (folder / name).exists()]
    if there or (folder.exists() and not folder.is_dir()):
        raise SettingsError(f"{folder}: holds a history already ({', '.join(there)}); name another, so that no older file stays")
    named: set[str] = set()
    for name in chains:
        lines = [line.encode() for line in _lines(connection, name)]
        _write(folder, f"chains/{name}.jsonl", lines)
        for line in lines:
            named |= _documents(connection, folder, json.loads(line)["sha256"])
    table = CHAIN_HEADS
    heads = connection.execute(select(table.c.line).where(table.c.chain.in_(chains)).order_by(table.c.chain, table.c.seq))
    _write(folder, HEADS_FILE, [line.encode() for line in heads.scalars()])
    columns = (NAMES.c.commitment, NAMES.c.salt, NAMES.c.name)
    names = connection.execute(select(*columns).order_by(NAMES.c.commitment)).mappings()
    _write(folder, NAMES_FILE, [canonical(dict(row)) for row in names if row["commitment"] in named])
    return seal(folder, key, at=at)


def seal(folder: Path, key: Ed25519PrivateKey, *, at: datetime) -> int:
    """List every file of the folder and sign the list; how many files."""
    files = sorted(file for file in folder.rglob("*") if file.is_file() and file.name not in {MANIFEST, SEAL_FILE})
    listed = [_listed(folder, file) for file in files]
    content = _write(folder, MANIFEST, listed)
    record = {"at": written_time(at), "files": len(listed), "sha256": sha256(content)}
    _write(folder, SEAL_FILE, [sign(key, SEAL, record)])
    return len(listed)


def _lines(connection: Connection, chain: str) -> Iterator[str]:
    wanted = select(CHAIN_ENTRIES.c.line).where(CHAIN_ENTRIES.c.chain == chain).order_by(CHAIN_ENTRIES.c.seq)
    return iter(connection.execute(wanted).scalars())


def _documents(connection: Connection, folder: Path, digest: str) -> set[str]:
    """Write the document and what it rests on; the commitments to names in it."""
    content = content_of(connection, digest)
    inputs = [str(one["sha256"]) for one in json.loads(content)["inputs"]]
    _write_object(folder, digest, content)
    for one in inputs:
        if not (folder / object_path(one)).exists():
            _write_object(folder, one, content_of(connection, one))
    return {commitment.decode() for commitment in COMMITMENT.findall(content)}


def _write_object(folder: Path, digest: str, content: bytes) -> None:
    path = folder / object_path(digest)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _listed(folder: Path, file: Path) -> bytes:
    content = file.read_bytes()
    return canonical({"path": file.relative_to(folder).as_posix(), "sha256": sha256(content), "bytes": len(content)})


def _write(folder: Path, name: str, lines: Sequence[bytes]) -> bytes:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    content = b"".join(line + b"\n" for line in lines)
    path.write_bytes(content)
    return content
