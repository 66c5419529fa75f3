"""The list of every file of an export, signed: what no chain covers is at least this much covered."""

from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from compliance.verify.faults import Fault
from compliance.verify.records import LISTED_KEYS, SEAL_KEYS, Line, read_lines, sha256
from compliance.verify.signatures import SEAL, fault_of

MANIFEST: Final = "manifest.jsonl"
SEAL_FILE: Final = "manifest.seal"


def check_manifest(root: Path, key: Ed25519PublicKey, faults: list[Fault]) -> None:
    """Compare the folder with its manifest, and the manifest with its seal. A file already at fault is not named again."""
    blamed = {fault.path for fault in faults}
    lines = read_lines(root, MANIFEST, LISTED_KEYS, faults)
    _check_seal(root, key, lines, faults)
    listed = {str(line.said["path"]): (line, str(line.said["sha256"])) for line in lines if line.said is not None}
    there = {file.relative_to(root).as_posix() for file in root.rglob("*") if file.is_file() or file.is_symlink()}
    there -= {MANIFEST, SEAL_FILE}
    for path, (line, digest) in listed.items():
        if path in blamed:
            continue
        if path not in there:
            faults.append(Fault("listed_missing", path, detail=f"{MANIFEST}:{line.number}"))
        elif sha256((root / path).read_bytes()) != digest:
            faults.append(Fault("listed_edited", path, detail=f"{MANIFEST}:{line.number}"))
    if all(line.said is not None for line in lines):
        faults += [Fault("stray", path) for path in sorted(there - set(listed) - blamed)]


def _check_seal(root: Path, key: Ed25519PublicKey, lines: list[Line], faults: list[Fault]) -> None:
    seals = read_lines(root, SEAL_FILE, SEAL_KEYS, faults)
    if len(seals) != 1 or seals[0].said is None:
        if seals and all(seal.said is not None for seal in seals):
            faults.append(Fault("unreadable", SEAL_FILE, 2))
        return
    seal = seals[0].said
    code = fault_of(key, SEAL, seal)
    if code is not None:
        faults.append(Fault(code, SEAL_FILE, 1))
    elif (root / MANIFEST).is_file() and sha256((root / MANIFEST).read_bytes()) != seal["sha256"]:
        faults.append(Fault("listed_edited", MANIFEST, detail=f"{len(lines)} of {seal['files']} files"))
