"""Every message of every start is accounted for: nothing is called complete that may not be."""

from uuid import uuid4

import pytest
from sqlalchemy import Connection, Engine, insert

from lamplighter.contract.records import Start as EndedStart
from lamplighter.contract.topics import Gateway
from lamplighter.storage.sql.completeness import Account, accounts, note_ended, note_gaps
from lamplighter.storage.sql.engine import transaction
from lamplighter.storage.sql.received import Start, record_all, without
from lamplighter.storage.sql.tables import GATEWAYS, GIVEN_UP, LANES

NOW_MS = 1_780_000_000_000


@pytest.fixture
def gateway() -> Gateway:
    return Gateway("d1", "s" + uuid4().hex[:12], "gw1")


def lane(connection: Connection, start: Start, *, low: int, high: int, rejected: int = 0) -> None:
    numbers = {"stored": 0, "rejected": rejected, "duplicates": 0, "last_at_ms": NOW_MS}
    connection.execute(insert(LANES).values(**start.key("readings"), low=low, high=high, **numbers))


def given_up(connection: Connection, start: Start, why: str, span_of: tuple[int, int]) -> None:
    span = {"why": why, "first": span_of[0], "last": span_of[1], "items": 10, "from_ms": 1, "to_ms": 2}
    connection.execute(insert(GIVEN_UP).values(**start.key("readings"), **span))


def runs_now(connection: Connection, start: Start) -> None:
    row = {"state": "online", "state_at_ms": 0, "boot": start.boot, "boot_id": start.boot_id}
    connection.execute(insert(GATEWAYS).values(**start.gateway._asdict(), **row))


def account(connection: Connection, start: Start) -> Account:
    (found,) = [one for one in accounts(connection) if one.start == start]
    return found


def test_every_message_has_exactly_one_fate(engine: Engine, gateway: Gateway) -> None:
    start = Start(gateway, 7, "b7")
    with transaction(engine) as connection:
        runs_now(connection, start)
        lane(connection, start, low=17, high=20, rejected=1)
        record_all(connection, "readings", {start: [1, 2, 3, 4, 10, 11, 12, 17]})
        given_up(connection, start, "shed", (4, 7))
        given_up(connection, start, "dead", (15, 15))
        found = account(connection, start)
    assert (found.produced, found.stored, found.rejected, found.shed, found.dead) == (20, 7, 1, 3, 1)
    assert (found.waiting, found.missing) == (3, 5)
    assert found.produced == found.stored + found.rejected + found.shed + found.dead + found.waiting + found.missing
    assert [(gap.first, gap.last) for gap in found.gaps] == [(8, 9), (13, 14), (16, 16)]


def test_a_replaced_outbox_leaves_its_tail_unknown_and_is_never_complete(engine: Engine, gateway: Gateway) -> None:
    old, new = Start(gateway, 7, "old"), Start(gateway, 8, "new")
    with transaction(engine) as connection:
        runs_now(connection, new)
        lane(connection, old, low=1, high=3)
        record_all(connection, "readings", {old: [1, 2, 3]})
        found = account(connection, old)
    assert found.tail == "unknown"
    assert not found.complete


def test_a_start_that_a_later_one_of_its_outbox_speaks_for_has_ended(engine: Engine, gateway: Gateway) -> None:
    old, new = Start(gateway, 7, "old"), Start(gateway, 8, "new")
    with transaction(engine) as connection:
        runs_now(connection, new)
        lane(connection, old, low=1, high=3)
        record_all(connection, "readings", {old: [1, 2, 3]})
        note_ended(connection, gateway, [EndedStart(boot=7, boot_id="old", high={"readings": 3})])
        found = account(connection, old)
    assert (found.tail, found.complete) == ("ended", True)


def test_a_tail_that_was_never_sent_is_known_from_a_later_start(engine: Engine, gateway: Gateway) -> None:
    old, new = Start(gateway, 7, "old"), Start(gateway, 8, "new")
    with transaction(engine) as connection:
        runs_now(connection, new)
        note_ended(connection, gateway, [EndedStart(boot=7, boot_id="old", high={"readings": 5})])
        found = account(connection, old)
    assert (found.produced, found.waiting) == (5, 5)


def test_the_age_of_a_gap_counts_from_when_it_was_first_seen(engine: Engine, gateway: Gateway) -> None:
    start = Start(gateway, 7, "b7")
    with transaction(engine) as connection:
        lane(connection, start, low=4, high=4)
        record_all(connection, "readings", {start: [1, 4]})
        note_gaps(connection, accounts(connection), at_ms=1_000)
        note_gaps(connection, accounts(connection), at_ms=9_000)
        assert account(connection, start).gaps == [(2, 3, 1_000)]
        record_all(connection, "readings", {start: [2, 3]})
        note_gaps(connection, accounts(connection), at_ms=10_000)
        assert account(connection, start).gaps == []


def test_a_short_look_sees_who_was_heard_lately_and_who_lacks_something(engine: Engine, gateway: Gateway) -> None:
    whole, gappy = Start(gateway, 6, "b6"), Start(gateway, 7, "b7")
    with transaction(engine) as connection:
        runs_now(connection, gappy)
        for start, seqs in ((whole, [1, 2, 3]), (gappy, [1, 3])):
            lane(connection, start, low=4, high=3)
            record_all(connection, "readings", {start: seqs})
        school = gateway.school
        note_gaps(connection, accounts(connection, school=school), at_ms=NOW_MS)
        assert accounts(connection, since_ms=NOW_MS + 1, school=school) == []
        (found,) = accounts(connection, since_ms=NOW_MS + 1, school=school, or_gaps=True)
        assert (found.start, [tuple(gap) for gap in found.gaps]) == (gappy, [(2, 2, NOW_MS)])
        note_gaps(connection, [], at_ms=NOW_MS + 9)
        assert accounts(connection, school=school)[1].gaps == found.gaps


def test_what_lies_in_no_taken_range_is_left() -> None:
    assert without([(1, 10), (20, 22)], [(2, 3), (5, 5), (9, 21)]) == [(1, 1), (4, 4), (6, 8), (22, 22)]
    assert without([(1, 3)], [(1, 3)]) == []
    assert without([], [(1, 3)]) == []
