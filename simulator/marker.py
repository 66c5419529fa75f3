"""How far the past has been told, on disk, so that an interrupted start goes on and a finished one is not repeated."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

import msgspec

from simulator.backlog import Backlog


class Progress(msgspec.Struct, kw_only=True):
    """Which past, and which of its messages the centre has confirmed (ranges, inclusive)."""

    boot_id: str
    until_ms: int
    days: int
    seed: int
    confirmed: list[tuple[int, int]] = []


def read_progress(path: Path | None, wanted: Backlog) -> tuple[Backlog, set[int]]:
    """The past to tell and what of it is confirmed: the one begun earlier if the file knows one, else the wanted one."""
    if path is None or not path.exists():
        return wanted, set()
    try:
        known = msgspec.json.decode(path.read_bytes(), type=Progress)
    except msgspec.DecodeError:
        return wanted, set()
    begun = wanted._replace(until_ms=known.until_ms, days=known.days, seed=known.seed)
    if begun.boot_id != known.boot_id:  # another gateway's
        return wanted, set()
    return begun, {seq for first, last in known.confirmed for seq in range(first, last + 1)}


def write_progress(path: Path | None, backlog: Backlog, confirmed: set[int]) -> None:
    """Replace the file in one step: a cut in between leaves the older progress."""
    if path is None:
        return
    progress = Progress(
        boot_id=backlog.boot_id, until_ms=backlog.until_ms, days=backlog.days, seed=backlog.seed, confirmed=list(ranges(confirmed))
    )
    partial = path.with_name(path.name + ".partial")
    partial.write_bytes(msgspec.json.encode(progress))
    partial.replace(path)


def ranges(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Consecutive numbers as (first, last), ascending."""
    for _offset, run in groupby(enumerate(sorted(numbers)), key=lambda pair: pair[1] - pair[0]):
        members = [number for _position, number in run]
        yield members[0], members[-1]
