"""A store that is away: its messages go to disk, the gateway is told that they are held, and all of them are stored in the end."""

import threading
from pathlib import Path

import pytest

from ingest.answers import Confirmation
from ingest.holding import Holding, StoreState
from ingest.intake import Intake
from ingest.roster import Roster
from lamplighter.contract.errors import Unavailable
from lamplighter.contract.records import ENCODER, Envelope, Reading, Readings
from lamplighter.contract.topics import Gateway
from lamplighter.runtime.clock import FakeClock
from lamplighter.runtime.mqtt import Message

pytestmark = pytest.mark.unit
GATEWAY = Gateway("d1", "s1", "gw1")


def message(seq: int) -> Message:
    body = Readings([Reading("lux1", "illuminance_lx", 1_780_000_000_000 + seq, 1.0)])
    payload = ENCODER.encode(Envelope(boot=7, boot_id="u", seq=seq, low=1, high=99, body=body))
    return Message(GATEWAY.topic("readings"), payload, lambda: None)


def holding(folder: Path) -> Holding:
    return Holding(folder, Roster([]), most_bytes=10**6, most_messages=2)


def drained(held: Holding) -> list[list[bytes]]:
    parts = []
    while part := held.next_part():
        parts.append([one.payload for one in part])
        held.stored()
    return parts


def test_what_is_kept_is_answered_as_held(tmp_path: Path) -> None:
    answers = holding(tmp_path).keep([message(1), message(2), message(5)])
    assert answers == [Confirmation(GATEWAY, 7, "u", [], [], held=[(1, 2), (5, 5)])]


def test_what_is_held_comes_out_in_batches_and_leaves_the_disk(tmp_path: Path) -> None:
    held = holding(tmp_path)
    held.keep([message(1), message(2), message(3)])
    assert [len(part) for part in drained(held)] == [2, 1]
    assert held.size_bytes == 0


def test_what_comes_again_while_it_is_held_is_answered_and_not_kept_twice(tmp_path: Path) -> None:
    held = holding(tmp_path)
    held.keep([message(1)])
    answers = held.keep([message(1), message(2)])
    assert answers[0].held == [(1, 2)]
    assert [payload for part in drained(held) for payload in part] == [message(1).payload, message(2).payload]


def test_a_part_that_could_not_be_stored_is_handed_out_again(tmp_path: Path) -> None:
    held = holding(tmp_path)
    held.keep([message(1)])
    first = held.next_part()
    held.failed()
    assert held.next_part() == first


def test_while_the_store_is_away_one_thread_tries_at_a_time() -> None:
    clock = FakeClock()
    state = StoreState(clock)
    assert state.may_try()
    assert state.failed(Unavailable("away"))
    assert not state.may_try()
    clock.advance(1)
    assert [state.may_try(), state.may_try()] == [True, False]
    assert state.succeeded()
    assert state.away_s() == 0


def test_an_intake_that_is_full_says_so_and_has_room_again_when_it_was_emptied() -> None:
    intake = Intake(FakeClock(), most_messages=3, most_bytes=10**6)
    for seq in (1, 2, 3):
        intake.put(message(seq))
    assert not intake.has_room()
    assert len(intake.take(most_messages=9, most_bytes=10**6, first_within_s=0, all_within_s=0)) == 3
    assert intake.has_room()


def test_a_closed_intake_leaves_what_comes_to_the_broker_and_gives_out_what_it_has() -> None:
    intake = Intake(FakeClock(), most_messages=3, most_bytes=10**6)
    intake.put(message(1))
    intake.close()
    intake.put(message(2))
    assert [one.payload for one in intake.take(most_messages=9, most_bytes=10**6, first_within_s=0, all_within_s=9)] == [
        message(1).payload
    ]


def test_a_waiting_thread_is_woken_by_the_first_message() -> None:
    intake = Intake(FakeClock(), most_messages=3, most_bytes=10**6)
    found: list[Message] = []
    taker = threading.Thread(
        target=lambda: found.extend(intake.take(most_messages=1, most_bytes=10**6, first_within_s=20, all_within_s=0))
    )
    taker.start()
    intake.put(message(1))
    taker.join(20)
    assert [one.payload for one in found] == [message(1).payload]
