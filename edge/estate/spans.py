"""Arithmetic of recorded time: what a channel has kept, and where it has holes. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby, pairwise

from edge.onvif.search import DataState, Recording, Span


def kept_of(recordings: Iterable[Recording], source: str, states: Sequence[DataState], until: datetime) -> list[Span]:
    """Time of which any video track of the source has data, in order and without overlaps."""
    spans = [
        part
        for recording in recordings
        if source in recording.names
        for track in recording.tracks
        for part in without([track.span], _holes(states, (recording.token, track.token), until))
    ]
    return joined(spans)


def joined(spans: Iterable[Span]) -> list[Span]:
    """The same time, in order and without overlaps."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.begun <= found[-1].ended:
            found[-1] = Span(found[-1].begun, max(found[-1].ended, span.ended))
        else:
            found.append(span)
    return found


def without(spans: Iterable[Span], holes: Iterable[Span]) -> list[Span]:
    """The spans less the holes."""
    left = list(spans)
    for hole in holes:
        left = [part for span in left for part in _cut(span, hole)]
    return left


def gaps(kept: Sequence[Span], within: Span, *, longer_than: timedelta, explained: Iterable[Span] = ()) -> list[Span]:
    """Time within a span of which nothing is kept although something older is, where nobody has explained it."""
    if not kept:
        return []
    looked = Span(max(within.begun, kept[0].begun), within.ended)
    missing = without([looked] if looked.begun < looked.ended else [], kept)
    return [gap for gap in without(missing, explained) if gap.ended - gap.begun > longer_than]


def _cut(span: Span, hole: Span) -> list[Span]:
    parts = (Span(span.begun, min(span.ended, hole.begun)), Span(max(span.begun, hole.ended), span.ended))
    return [part for part in parts if part.begun < part.ended]


def _holes(states: Sequence[DataState], track: tuple[str, str], until: datetime) -> list[Span]:
    """From where data ceased to where it began again, or to the end of what was asked."""
    own = [state for state in states if (state.recording, state.track) == track]
    turns = [next(group) for _present, group in groupby(own, key=lambda state: state.present)]
    ends = [*pairwise(turns), *([(turns[-1], None)] if turns else [])]
    return [Span(state.at, following.at if following else max(until, state.at)) for state, following in ends if not state.present]
