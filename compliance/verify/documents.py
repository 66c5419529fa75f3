"""The documents that entries stand for, what those rest on, and the names they hide."""

import hashlib
import hmac
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from compliance.verify.chains import Chain, Link
from compliance.verify.faults import Fault
from compliance.verify.records import NAME_KEYS, is_hash, read_lines, sha256

NAMES_FILE: Final = "names.jsonl"
COMMITMENT: Final = re.compile(rb'"name:([0-9a-f]{64})"')
_INPUT: Final = {"kind": str, "name": str, "sha256": str, "bytes": int}
_HEAD: Final = {"chain": str, "seq": int, "hash": str}
_ONCE: Final = "verdicts"
"""The one kind of document a closed day has exactly once."""


def object_path(digest: str) -> str:
    """Where the content with this SHA-256 lies."""
    return f"objects/{digest[:2]}/{digest}"


class Told(NamedTuple):
    """What entry `by_seq` of the chain `by` says: entry `seq` of `chain` has this hash."""

    by: str
    by_seq: int
    chain: str
    seq: int
    hash: str


class Documents:
    """Checks the documents of all chains of one export."""

    def __init__(self, root: Path, faults: list[Fault]) -> None:
        self._root = root
        self._faults = faults
        self.used: set[str] = set()
        self._named: dict[str, tuple[Chain, Link]] = {}
        self._erased: set[str] = set()

    def check(self, chains: Mapping[str, Chain]) -> list[Told]:
        """Check every document and name; what sound documents say of other chains' heads."""
        told: list[Told] = []
        for chain in chains.values():
            closed: dict[str, list[str]] = defaultdict(list)
            for seq in sorted(chain.links):
                document = self._document(chain, chain.links[seq], closed)
                heads = document.get("heads", ()) if document.get("kind") == "heads" else ()
                told += [Told(chain.name, seq, head["chain"], head["seq"], head["hash"]) for head in heads]
        self._check_names()
        return told

    def _document(self, chain: Chain, link: Link, closed: dict[str, list[str]]) -> dict[str, Any]:
        entry = link.entry
        content = self._content(chain, link, entry.sha256, size=entry.size)
        if content is None:
            return {}
        document = _read(content)
        if document is None or (document["kind"], document["day"], document["chain"]) != (entry.kind, entry.day, chain.name):
            self._faults.append(chain.fault("document_misplaced", link))
            return {}
        for commitment in COMMITMENT.findall(content):
            self._named.setdefault(commitment.decode(), (chain, link))
        if entry.kind == "erasure":
            self._erased.add(str(document.get("erased", "")))
        for one in document["inputs"]:
            self._content(chain, link, one["sha256"], size=one["bytes"], what=f"{one['kind']} {one['name']}")
        self._check_day(chain, link, document, closed)
        return document

    def _content(self, chain: Chain, link: Link, digest: str, *, size: int, what: str = "") -> bytes | None:
        """The bytes with that hash, or a fault at the object's own path."""
        path = object_path(digest)
        self.used.add(path)
        file = self._root / path
        fault = Fault("", path, None, chain.name, link.entry.seq, link.entry.day, what or link.entry.kind)
        if not is_hash(digest) or not file.is_file():
            self._faults.append(fault._replace(code="document_missing"))
            return None
        content = file.read_bytes()
        if len(content) != size or sha256(content) != digest:
            self._faults.append(fault._replace(code="document_edited"))
            return None
        return content

    def _check_day(self, chain: Chain, link: Link, document: dict[str, Any], closed: dict[str, list[str]]) -> None:
        """A closed day is written once; whatever changes it names the document it changes."""
        entry = link.entry
        if entry.kind == _ONCE and closed[entry.day]:
            self._faults.append(chain.fault("day_closed_twice", link))
        if entry.kind == "amendment" and document.get("amends") not in closed[entry.day]:
            self._faults.append(chain.fault("amends_nothing", link))
        if entry.kind in {_ONCE, "amendment"}:
            closed[entry.day].append(entry.sha256)

    def _check_names(self) -> None:
        known: set[str] = set()
        for line in read_lines(self._root, NAMES_FILE, NAME_KEYS, self._faults):
            said = line.said
            if said is None:
                continue
            known.add(said["commitment"])
            if not opens(said["commitment"], said["salt"], said["name"]):
                self._faults.append(Fault("name_edited", NAMES_FILE, line.number))
        for commitment, (chain, link) in self._named.items():
            if commitment not in known | self._erased:
                entry = link.entry
                self._faults.append(Fault("name_missing", NAMES_FILE, None, chain.name, entry.seq, entry.day, commitment[:16]))


def _read(content: bytes) -> dict[str, Any] | None:
    """The document, None where it has not the form of one: whoever holds the key can sign anything."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict) or not {"kind", "day", "chain", "inputs"} <= document.keys():
        return None
    heads = document.get("heads", []) if document["kind"] == "heads" else []
    sound = _rows(document["inputs"], _INPUT) and _rows(heads, _HEAD)
    return document if sound else None


def _rows(rows: object, keys: Mapping[str, type]) -> bool:
    """Whether it is a list of objects that have these keys, each of its type."""
    return isinstance(rows, list) and all(
        isinstance(row, dict) and all(type(row.get(name)) is kind for name, kind in keys.items()) for row in rows
    )


def opens(commitment: str, salt: str, name: str) -> bool:
    """Whether salt and name are what the commitment was made from."""
    try:
        key = bytes.fromhex(salt)
    except ValueError:
        return False
    return key.hex() == salt and hmac.compare_digest(hmac.new(key, name.encode(), hashlib.sha256).hexdigest(), commitment)


def check_told(chains: Mapping[str, Chain], told: Sequence[Told]) -> Iterator[Fault]:
    """Faults of entries that differ from what another chain says of them; chains that are not in the export are no fault."""
    for one in told:
        chain = chains.get(one.chain)
        if chain is None:
            continue
        link = chain.links.get(one.seq)
        if link is None:
            yield Fault(
                "truncated", chain.path, None, one.chain, one.seq, detail=f"entry {one.by_seq} of {one.by} names this entry"
            )
        elif link.line.hash != one.hash:
            yield chain.fault("other_head", link, f"entry {one.by_seq} of {one.by}")
