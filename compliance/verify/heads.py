"""Heads: those the operator signed, which travel with the export, and those somebody outside kept."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from compliance.verify.chains import Chain
from compliance.verify.faults import Fault
from compliance.verify.records import HEAD_KEYS, read_lines
from compliance.verify.signatures import HEAD, fault_of

HEADS_FILE: Final = "heads.jsonl"
_KEPT: Final = re.compile(r"([0-9a-f]{64})@(\d{4}-\d\d-\d\d)")

Signed = Mapping[str, Mapping[int, str]]
"""Chain -> seq -> the hash that was signed."""


class Kept(NamedTuple):
    """A head as somebody outside kept it: the entry's hash and the day on which they got it."""

    hash: str
    on: str


class HeadRefused(ValueError):
    """A head that is not written as HASH@DATE."""


def parse_head(text: str) -> Kept:
    """HASH@YYYY-MM-DD; raises HeadRefused."""
    match = _KEPT.fullmatch(text.strip())
    if match is None:
        raise HeadRefused(f"--head {text}: write it as HASH@YYYY-MM-DD, the hash with 64 digits 0-9 a-f")
    return Kept(match[1], match[2])


def read_signed(root: Path, key: Ed25519PublicKey, faults: list[Fault]) -> Signed:
    """The heads whose signature holds; every other is a fault."""
    signed: dict[str, dict[int, str]] = defaultdict(dict)
    for line in read_lines(root, HEADS_FILE, HEAD_KEYS, faults):
        if line.said is None:
            continue
        said = line.said
        code = fault_of(key, HEAD, said)
        if code is None:
            signed[said["chain"]][said["seq"]] = said["hash"]
        else:
            faults.append(Fault(code, HEADS_FILE, line.number, said["chain"], said["seq"], said["day"]))
    return signed


def check_tails(chains: Mapping[str, Chain], signed: Signed, faults: list[Fault]) -> None:
    """A chain ends where its newest signed head says: no earlier, no later."""
    for name, heads in signed.items():
        if name not in chains:
            faults.append(Fault("absent", f"chains/{name}.jsonl", chain=name, detail=f"{len(heads)} signed heads name it"))
    for name, chain in chains.items():
        last = chain.last
        newest = max(signed.get(name, {}), default=0)
        if last is not None and last.entry.seq > newest:
            faults.append(chain.fault("unsigned_tail", last))
        elif newest > (last.entry.seq if last else 0):
            end = f"ends at #{last.entry.seq} of {last.entry.day}" if last else "is empty"
            faults.append(Fault("truncated", chain.path, None, name, newest, detail=f"{end}; #{newest} was signed"))


def check_kept(chains: Mapping[str, Chain], kept: Sequence[Kept], faults: list[Fault]) -> dict[str, int]:
    """Find each kept head in a chain; chain -> the newest entry that one vouches for."""
    found: dict[str, int] = {}
    held = ""
    lost: list[Kept] = []
    for head in sorted(kept, key=lambda one: one.on):
        places = [(chain, seq) for chain in chains.values() if (seq := chain.hashes.get(head.hash))]
        if not places:
            lost.append(head)
            continue
        if not lost:
            held = head.on
        for chain, seq in places:
            found[chain.name] = max(seq, found.get(chain.name, 0))
            faults += _untimely(chain, seq, head)
    faults += [_lost(chains, head, held) for head in lost]
    return found


def _untimely(chain: Chain, seq: int, head: Kept) -> list[Fault]:
    """A head kept before its entry was made; entries after it that claim to be older than that day."""
    early = [chain.fault("head_too_early", chain.links[seq], head.on)] if chain.links[seq].entry.at[:10] > head.on else []
    later = (link for number, link in chain.links.items() if number > seq)
    return early + [chain.fault("back_dated", link, f"head of {head.on}") for link in later if link.entry.at[:10] < head.on]


def _lost(chains: Mapping[str, Chain], head: Kept, held: str) -> Fault:
    """No chain holds the entry: those that end before the head's day were cut, otherwise they were written anew."""
    ends = {name: chain.last.entry.at[:10] if chain.last else "" for name, chain in chains.items()}
    short = [name for name, end in ends.items() if end < head.on]
    span = f"between {held} and {head.on}" if held else f"on or before {head.on}"
    if short and len(short) == len(ends):
        ended = ", ".join(f"{name} ends {ends[name] or 'before it begins'}" for name in short[:5])
        return Fault(
            "truncated", "chains", day=head.on, detail=f"{ended}; head {head.hash[:16]} is in none of them, changed {span}"
        )
    return Fault("rewritten", "chains", day=head.on, detail=f"head {head.hash[:16]} is in no chain; changed {span}")
