"""One chain walked from its newest entry to its oldest: every edited, deleted, doubled or moved entry by its place."""

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from compliance.verify.faults import Fault
from compliance.verify.records import ENTRY_KEYS, FIRST_PREV, Entry, Line, read_entry, read_lines


class Link(NamedTuple):
    """An entry and the line it stands on."""

    entry: Entry
    line: Line


class Chain(NamedTuple):
    """A chain in order of `seq`; `hashes` is entry hash -> seq."""

    name: str
    path: str
    links: Mapping[int, Link]

    @property
    def hashes(self) -> dict[str, int]:
        """Entry hash -> seq."""
        return {link.line.hash: seq for seq, link in self.links.items()}

    @property
    def last(self) -> Link | None:
        """The newest entry."""
        return self.links[max(self.links)] if self.links else None

    def fault(self, code: str, link: Link, detail: str = "") -> Fault:
        """A fault of this entry."""
        return Fault(code, self.path, link.line.number, self.name, link.entry.seq, link.entry.day, detail)


def read_chain(root: Path, name: str, faults: list[Fault]) -> Chain:
    """The chain's entries, with faults for lines that cannot be read, stand twice, are missing or out of order."""
    path = f"chains/{name}.jsonl"
    links: dict[int, Link] = {}
    chain = Chain(name, path, links)
    lost = 0
    highest = 0
    for line in read_lines(root, path, ENTRY_KEYS, faults):
        entry = read_entry(line, name)
        if entry is None:
            lost += 1
            if line.said is not None:
                faults.append(Fault("unreadable", path, line.number, name))
            continue
        link = Link(entry, line)
        if entry.seq in links:
            faults.append(chain.fault("doubled", link))
            continue
        if entry.seq < highest:
            faults.append(chain.fault("reordered", link, f"after #{highest}"))
        highest = max(highest, entry.seq)
        links[entry.seq] = link
    faults += _missing(chain, lost)
    return chain


def _missing(chain: Chain, lost: int) -> list[Fault]:
    """Numbers that no line carries, less as many as there are lines nobody can read."""
    there = sorted(chain.links)
    gaps = [(before, after) for before, after in pairwise([0, *there]) if after - before > 1]
    if sum(after - before - 1 for before, after in gaps) <= lost:
        return []
    return [
        Fault(
            "deleted",
            chain.path,
            chain.links[after].line.number,
            chain.name,
            before + 1,
            detail=f"#{before + 1} to #{after - 1}, before {chain.links[after].entry.day}",
        )
        for before, after in gaps
    ]


def walk(chain: Chain, vouched: Mapping[int, str], faults: list[Fault]) -> None:
    """Compare every entry with what the next one, or a head (`vouched`: seq -> hash), says its hash is.

    An entry that differs is edited, and its own word on the one before no longer counts: a head may speak for that one.
    """
    following: Link | None = None
    trusted = False
    for seq in sorted(chain.links, reverse=True):
        link = chain.links[seq]
        next_says = following.entry.prev if trusted and following is not None and following.entry.seq == seq + 1 else None
        expected = vouched.get(seq) or next_says
        trusted = expected is None or expected == link.line.hash
        if not trusted:
            faults.append(chain.fault("edited", link))
        following = link
    first = chain.links.get(1)
    if first is not None and first.entry.prev != FIRST_PREV and trusted:
        faults.append(chain.fault("edited", first, "the first entry names one before it"))
