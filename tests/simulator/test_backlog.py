"""The past as messages: complete, repeatable, within the contract; and told until each has its answer."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lamplighter.contract.points import fault_of_value
from lamplighter.contract.records import DECODERS, RejectedNotice, Stored
from lamplighter.contract.topics import MAX_BYTES, Gateway
from simulator.backlog import DAY_MS, STEP_MS, Backlog
from simulator.history import RESEND_S, WINDOW, Telling
from simulator.marker import ranges, read_progress, write_progress

pytestmark = pytest.mark.unit

GATEWAY = Gateway("d", "s", "g")
PAST = Backlog(GATEWAY, until_ms=1_795_295_000_000, days=2)


def stored(past: Backlog, *spans: tuple[int, int], boot_id: str | None = None) -> Stored:
    return Stored(at_ms=0, boot=1, boot_id=boot_id or past.boot_id, lane="readings", ranges=list(spans))


def test_the_past_holds_every_point_every_two_minutes_exactly_once() -> None:
    seen = [
        (reading.device, reading.point, reading.at_ms)
        for seq in range(1, PAST.messages + 1)
        for reading in DECODERS["readings"].decode(PAST.message(seq, low=1)).body.readings
    ]
    times = range(PAST.until_ms - 2 * DAY_MS, PAST.until_ms, STEP_MS)
    points = {(device, point) for device, point, _at_ms in seen}
    assert len(points) == 48 + 3 * 12 + 17
    assert len(seen) == len(set(seen)) == len(points) * len(times)
    assert {at_ms for _device, _point, at_ms in seen} == set(times)


def test_every_message_fits_its_lane_and_holds_only_possible_values() -> None:
    for seq in (1, 60, PAST.messages):
        payload = PAST.message(seq, low=1)
        message = DECODERS["readings"].decode(payload)
        assert len(payload) < MAX_BYTES["readings"]
        assert (message.seq, message.low, message.high, message.boot_id) == (seq, 1, PAST.messages, PAST.boot_id)
        assert not [row for row in message.body.readings if fault_of_value(row.point, row.value)]


def test_a_message_said_again_is_the_same_message() -> None:
    again = Backlog(GATEWAY, until_ms=PAST.until_ms, days=2)
    assert again.message(7, low=1) == PAST.message(7, low=1)
    assert again.boot_id == PAST.boot_id
    assert Backlog(GATEWAY, until_ms=PAST.until_ms + 1, days=2).boot_id != PAST.boot_id


@given(st.randoms(use_true_random=False), st.sets(st.integers(1, PAST.messages)))
def test_every_message_is_sent_until_it_has_its_answer_whatever_is_lost(random: object, confirmed: set[int]) -> None:
    telling = Telling(PAST, set(confirmed))
    now_s = 0.0
    arrived: list[int] = []
    while not telling.finished:
        sent = telling.due(now_s)
        arrived += sent
        assert not set(sent) & telling.confirmed
        for seq in sent:
            if random.random() < 0.6:  # type: ignore[attr-defined] # hypothesis gives a Random
                telling.answer(stored(PAST, (seq, seq)))
        now_s += RESEND_S
    assert set(arrived) == set(range(1, PAST.messages + 1)) - confirmed


def test_no_more_than_the_window_is_unanswered() -> None:
    telling = Telling(PAST, set())
    assert telling.due(0) == list(range(1, WINDOW + 1))
    assert telling.due(1) == []
    telling.answer(stored(PAST, (1, 10)))
    assert telling.due(1) == list(range(WINDOW + 1, WINDOW + 11))
    assert telling.low == 11


def test_an_answer_to_another_start_or_lane_is_not_ours() -> None:
    telling = Telling(PAST, set())
    telling.answer(stored(PAST, (1, PAST.messages), boot_id="another"))
    telling.answer(Stored(at_ms=0, boot=1, boot_id=PAST.boot_id, lane="conditions", ranges=[(1, PAST.messages)]))
    assert telling.confirmed == set()


def test_a_refused_message_is_final_and_remembered() -> None:
    telling = Telling(PAST, set(range(2, PAST.messages + 1)))
    telling.answer(RejectedNotice(at_ms=0, boot=1, boot_id=PAST.boot_id, lane="readings", seq=1, reason="why"))
    assert telling.finished
    assert telling.refused == {1: "why"}


@given(st.sets(st.integers(1, 60)))
def test_ranges_hold_exactly_the_numbers(numbers: set[int]) -> None:
    spans = list(ranges(numbers))
    assert {number for first, last in spans for number in range(first, last + 1)} == numbers
    assert all(later[0] > earlier[1] + 1 for earlier, later in pairwise(spans))


def test_an_interrupted_past_goes_on_where_it_was_whatever_the_time_is_now(tmp_path: Path) -> None:
    marker = tmp_path / "marker.json"
    write_progress(marker, PAST, {1, 2, 3, 9})
    later = PAST._replace(until_ms=PAST.until_ms + 86_400_000)
    assert read_progress(marker, later) == (PAST, {1, 2, 3, 9})


@pytest.mark.parametrize("content", ["", "{", '{"boot_id":"x","until_ms":1,"days":2,"seed":1,"confirmed":[[1,5]]}'])
def test_a_marker_of_something_else_is_not_believed(tmp_path: Path, content: str) -> None:
    marker = tmp_path / "marker.json"
    marker.write_text(content)
    assert read_progress(marker, PAST) == (PAST, set())


def test_without_a_marker_the_past_begins_at_its_beginning() -> None:
    assert read_progress(None, PAST) == (PAST, set())
