"""The spool: what it took is there after a crash, oldest first, and a torn end costs only what was never acknowledged."""

from pathlib import Path

import pytest

from ingest.spool import Spool, Spooled
from lamplighter.contract.errors import Unavailable

pytestmark = pytest.mark.unit


def messages(*numbers: int) -> list[Spooled]:
    return [Spooled("campus/v1/d/s/g/readings", b"%d" % number) for number in numbers]


def test_what_was_appended_is_there_in_another_process(tmp_path: Path) -> None:
    Spool(tmp_path, 10**6).append(messages(1, 2, 3))
    found = Spool(tmp_path, 10**6).oldest()
    assert found is not None
    assert found[1] == messages(1, 2, 3)


def test_a_torn_end_costs_only_itself(tmp_path: Path) -> None:
    Spool(tmp_path, 10**6).append(messages(1, 2, 3))
    (segment,) = tmp_path.iterdir()
    segment.write_bytes(segment.read_bytes()[:-1])
    found = Spool(tmp_path, 10**6).oldest()
    assert found is not None
    assert found[1] == messages(1, 2)


def test_nothing_is_appended_behind_a_segment_that_is_read(tmp_path: Path) -> None:
    spool = Spool(tmp_path, 10**6)
    spool.append(messages(1))
    first = spool.oldest()
    spool.append(messages(2))
    assert first is not None
    spool.drop(first[0])
    second = spool.oldest()
    assert second is not None
    assert second[1] == messages(2)
    spool.drop(second[0])
    assert spool.oldest() is None
    assert spool.size_bytes == 0


def test_a_full_spool_takes_nothing_and_keeps_what_it_has(tmp_path: Path) -> None:
    spool = Spool(tmp_path, 100)
    spool.append(messages(1))
    with pytest.raises(Unavailable, match="full"):
        spool.append(messages(2, 3))
    found = spool.oldest()
    assert found is not None
    assert found[1] == messages(1)
