"""The ranges of received sequence numbers are the set of them, however they came."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine

from lamplighter.contract.topics import Gateway
from lamplighter.storage.sql import received
from lamplighter.storage.sql.engine import snapshot, transaction
from lamplighter.storage.sql.received import Range

GATEWAY = Gateway("haidian", "yucai", "g1")


def record(connection: Connection, boot_id: str, *seqs: int) -> int:
    return received.record(connection, GATEWAY, boot=1, boot_id=boot_id, lane="readings", seqs=seqs)


def ranges(engine: Engine, boot_id: str) -> list[Range]:
    with snapshot(engine) as connection:
        return received.ranges(connection, GATEWAY, boot=1, boot_id=boot_id, lane="readings")


SEQS = st.lists(st.integers(1, 30), max_size=12)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(SEQS, max_size=6))
def test_any_order_and_repetition_gives_the_ranges_of_the_set(engine: Engine, batches: list[list[int]]) -> None:
    boot_id, seen = uuid4().hex, set[int]()
    for batch in batches:
        with transaction(engine) as connection:
            duplicates = record(connection, boot_id, *batch)
        assert duplicates == len(batch) - len(set(batch) - seen)
        seen |= set(batch)
    found = ranges(engine, boot_id)
    assert {seq for first, last in found for seq in range(first, last + 1)} == seen
    assert all(last + 1 < first for (_, last), (first, _) in pairwise(found)), "ranges overlap or touch"


def test_two_writers_of_one_lane_lose_nothing(engine: Engine) -> None:
    boot_id = uuid4().hex

    def write(worker: int) -> None:
        for step in range(10):
            with transaction(engine) as connection:
                record(connection, boot_id, step * 4 + worker + 1)

    with ThreadPoolExecutor(4) as threads:
        assert [*threads.map(write, range(4))] == [None] * 4
    assert ranges(engine, boot_id) == [(1, 40)]


def test_lanes_boots_and_gateways_are_apart(engine: Engine) -> None:
    with transaction(engine) as connection:
        assert received.record(connection, GATEWAY, boot=1, boot_id="a", lane="readings", seqs=[1]) == 0
        assert received.record(connection, GATEWAY, boot=1, boot_id="a", lane="conditions", seqs=[1]) == 0
        assert received.record(connection, GATEWAY, boot=1, boot_id="b", lane="readings", seqs=[1]) == 0
        assert received.record(connection, GATEWAY, boot=2, boot_id="a", lane="readings", seqs=[1]) == 0
        assert received.record(connection, GATEWAY._replace(gateway="g2"), boot=1, boot_id="a", lane="readings", seqs=[1]) == 0
        assert received.record(connection, GATEWAY, boot=1, boot_id="a", lane="readings", seqs=[1]) == 1


def test_nothing_received_changes_nothing(engine: Engine) -> None:
    boot_id = uuid4().hex
    with transaction(engine) as connection:
        assert record(connection, boot_id) == 0
    assert ranges(engine, boot_id) == []


def test_the_largest_sequence_numbers_fit(engine: Engine) -> None:
    boot_id, largest = uuid4().hex, 2**63 - 2
    with transaction(engine) as connection:
        record(connection, boot_id, largest, largest - 1, 1)
    assert ranges(engine, boot_id) == [(1, 1), (largest - 1, largest)]
