"""The whole check of an export: chains, heads, documents, names, manifest."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from compliance.verify.chains import Chain, read_chain, walk
from compliance.verify.documents import Documents, Told, check_told
from compliance.verify.faults import Fault
from compliance.verify.heads import Kept, check_kept, check_tails, read_signed
from compliance.verify.manifest import check_manifest
from compliance.verify.signatures import read_key
from compliance.verify.stamps import kept_by_stamp


class Witnessed(NamedTuple):
    """A chain and how far heads from outside vouch for it: entry and day; the rest is vouched for by the signature alone."""

    chain: str
    entries: int
    seq: int
    day: str


class Report(NamedTuple):
    """What was found; sound where there is no fault."""

    faults: tuple[Fault, ...]
    witnessed: tuple[Witnessed, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


class Stamp(NamedTuple):
    """A time stamp from outside the export, and the root certificates of the authority that gave it."""

    response: Path
    authority: Path


def check(export: Path, key: Path, kept: Sequence[Kept], stamps: Sequence[Stamp] = ()) -> Report:
    """Check an exported history; `key`, `kept` and `stamps` must come from outside it.

    Raises KeyRefused, and HeadRefused for a stamp that is none; never changes a file.
    """
    public = read_key(key)
    faults: list[Fault] = []
    if not (export / "chains").is_dir():
        return Report((Fault("absent", "chains", detail="this folder holds no history"),), ())
    names = sorted(path.stem for path in (export / "chains").glob("*.jsonl"))
    chains = {name: read_chain(export, name, faults) for name in names}
    signed = read_signed(export, public, faults)
    for chain in chains.values():
        walk(chain, signed.get(chain.name, {}), faults)
    check_tails(chains, signed, faults)
    hashes = [digest for chain in chains.values() for digest in chain.hashes]
    stamped = [kept_by_stamp(stamp.response, stamp.authority, hashes) for stamp in stamps]
    vouched = check_kept(chains, [*kept, *stamped], faults)
    told = Documents(export, faults).check(chains)
    faults += check_told(chains, told)
    witnessed = tuple(_witnessed(chain, vouched, told) for chain in chains.values())
    faults += [
        Fault("unwitnessed", f"chains/{one.chain}.jsonl", chain=one.chain) for one in witnessed if one.entries and not one.seq
    ]
    check_manifest(export, public, faults)
    return Report(tuple(dict.fromkeys(faults)), witnessed)


def _witnessed(chain: Chain, vouched: Mapping[str, int], told: Sequence[Told]) -> Witnessed:
    # What another chain says counts as far as that chain itself is vouched for; beyond that it is only signed.
    hashes = chain.hashes
    through = [
        one.seq
        for one in told
        if one.chain == chain.name and one.by_seq <= vouched.get(one.by, 0) and hashes.get(one.hash) == one.seq
    ]
    seq = max([vouched.get(chain.name, 0), *through])
    return Witnessed(chain.name, len(chain.links), seq, chain.links[seq].entry.day if seq in chain.links else "")
