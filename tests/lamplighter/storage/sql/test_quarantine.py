"""A refusal is kept once, with what a person needs to judge it."""

import hashlib
from typing import Any

from sqlalchemy import Engine

from lamplighter.contract.records import Rejected
from lamplighter.storage.sql import quarantine
from lamplighter.storage.sql.engine import snapshot, transaction
from lamplighter.storage.sql.quarantine import Quarantined

TOPIC = "campus/v1/haidian/yucai/g1/readings"


def rejected(payload: bytes = b"{", reason: str = "does not decode", *, topic: str = TOPIC, **more: Any) -> Rejected:
    return Rejected(topic=topic, reason=reason, payload=payload, **more)


def add(engine: Engine, *refusals: Rejected, at_ms: int = 1) -> list[Quarantined]:
    with transaction(engine) as connection:
        quarantine.add(connection, refusals, at_ms=at_ms)
    with snapshot(engine) as connection:
        return quarantine.newest(connection, 10)


def test_a_refusal_comes_back_whole(engine: Engine) -> None:
    payload = b"\x00\xff not text"
    (row,) = add(engine, rejected(payload, boot=3, seq=7, whole=False), at_ms=2**41)
    expected = (2**41, TOPIC, "does not decode", False, 3, 7, len(payload), hashlib.sha256(payload).hexdigest(), payload, 1)
    assert tuple(row)[1:] == expected


def test_the_same_refusal_again_only_counts_up(engine: Engine) -> None:
    add(engine, rejected(), rejected(), at_ms=1)
    (row,) = add(engine, rejected(), at_ms=2)
    assert (row.times, row.at_ms) == (3, 1)


def test_another_topic_payload_or_reason_is_another_refusal(engine: Engine) -> None:
    rows = add(engine, rejected(), rejected(b"["), rejected(reason="too large"), rejected(topic="elsewhere"))
    assert [row.times for row in rows] == [1, 1, 1, 1]


def test_a_large_payload_is_cut_and_known_by_its_whole_sha256(engine: Engine) -> None:
    payload = bytes(range(256)) * 1_000
    (row,) = add(engine, rejected(payload))
    assert (row.size_bytes, row.payload) == (256_000, payload[:65_536])
    assert row.sha256 == hashlib.sha256(payload).hexdigest()


def test_what_a_database_cannot_hold_is_kept_as_far_as_it_can(engine: Engine) -> None:
    (row,) = add(engine, rejected(topic="a\0b" + "c" * 400, reason="lone \ud800 and \0", seq=2**70))
    assert row.topic == "a\ufffdb" + "c" * 252
    assert (row.reason, row.seq) == ("lone ? and \ufffd", None)


def test_the_newest_come_first_and_no_more_than_asked_for(engine: Engine) -> None:
    add(engine, *(rejected(b"%d" % i) for i in range(5)))
    with snapshot(engine) as connection:
        newest = quarantine.newest(connection, 2)
        everything = quarantine.newest(connection, 10)
    assert newest == everything[:2]
    assert [row.number for row in everything] == sorted((row.number for row in everything), reverse=True)


def test_no_refusals_change_nothing(engine: Engine) -> None:
    assert add(engine) == []
