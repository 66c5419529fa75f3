"""Recorded time: joined, cut, and searched for holes."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.estate.spans import gaps, joined, kept_of, without
from edge.onvif.search import DataState, Recording, Span, Track

pytestmark = pytest.mark.unit

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTES = st.integers(0, 600)
SPANS = st.lists(st.tuples(MINUTES, MINUTES).filter(lambda pair: pair[0] < pair[1]), max_size=8)


def at(minute: float) -> datetime:
    return NOON + timedelta(minutes=minute)


def spans(pairs: list[tuple[int, int]]) -> list[Span]:
    return [Span(at(begun), at(ended)) for begun, ended in pairs]


def minutes(found: list[Span]) -> set[int]:
    """Whole minutes that the spans cover."""
    return {minute for span in found for minute in range(600) if span.begun <= at(minute) and at(minute + 1) <= span.ended}


def recording(token: str, begun: int, ended: int, source: str = "gate") -> Recording:
    return Recording(token, frozenset({token, source}), (Track("V", Span(at(begun), at(ended))),))


@given(SPANS)
def test_joining_keeps_the_time_and_leaves_no_overlap(pairs: list[tuple[int, int]]) -> None:
    found = joined(spans(pairs))
    assert minutes(found) == minutes(spans(pairs))
    assert all(one.ended < other.begun for one, other in pairwise(found))


@given(SPANS, SPANS)
def test_cutting_takes_the_holes_away_and_nothing_else(pairs: list[tuple[int, int]], holes: list[tuple[int, int]]) -> None:
    assert minutes(without(joined(spans(pairs)), spans(holes))) == minutes(spans(pairs)) - minutes(spans(holes))


@given(SPANS)
def test_a_gap_is_what_lies_within_and_is_not_kept(pairs: list[tuple[int, int]]) -> None:
    kept = joined(spans(pairs))
    found = gaps(kept, Span(at(0), at(600)), longer_than=timedelta())
    expected = set(range(600)) - minutes(kept) - set(range(min((a for a, _ in pairs), default=600)))
    assert minutes(found) == expected


def test_a_gap_as_long_as_is_allowed_or_explained_is_none() -> None:
    kept = spans([(0, 100), (101, 200), (260, 600)])
    within = Span(at(0), at(600))
    minute = timedelta(minutes=1)
    assert gaps(kept, within, longer_than=minute) == spans([(200, 260)])
    assert gaps(kept, within, longer_than=minute, explained=spans([(195, 230)])) == spans([(230, 260)])
    assert gaps(kept, within, longer_than=minute, explained=spans([(195, 259)])) == []


def test_recordings_of_one_source_add_up_and_others_do_not_count() -> None:
    found = [recording("r2", 100, 200), recording("r1", 0, 100), recording("r3", 0, 600, "yard")]
    assert kept_of(found, "gate", (), at(600)) == spans([(0, 200)])
    assert kept_of(found, "r3", (), at(600)) == spans([(0, 600)])
    assert kept_of(found, "roof", (), at(600)) == []


def test_events_make_holes_and_one_that_never_ends_lasts_until_now() -> None:
    turns = ((0, True), (100, False), (110, False), (160, True), (400, False))
    states = [DataState("r1", "V", at(minute), present) for minute, present in turns]
    states += [DataState("r1", "A", at(200), False)]
    assert kept_of([recording("r1", 0, 600)], "gate", states, at(600)) == spans([(0, 100), (160, 400)])
