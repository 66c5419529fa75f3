"""Looking through a recorder: what each channel has kept, and whether the oldest of it plays."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from edge.estate.settings import Channel, Recorder
from edge.estate.spans import gaps, kept_of
from edge.onvif.device import Device, device_url
from edge.onvif.login import Login
from edge.onvif.replay import Wanted, play
from edge.onvif.search import DataState, Recording, Span, data_states, recordings, replay_address
from edge.onvif.soap import Unsupported
from lamplighter.contract.errors import Unavailable
from lamplighter.runtime.clock import Clock

LOOK_BACK: Final = timedelta(days=2)
"""So far back gaps are looked for: yesterday's and today's."""
_DAY: Final = timedelta(days=1)
_ALL_BUT_S: Final = 1.0
_SLOWEST: Final = 1.5
"""A recorder that cannot play faster than time itself gets half as long again."""


class Kept(NamedTuple):
    """What a channel has kept, by our clock; `oldest` None where it has nothing."""

    channel: Channel
    oldest: Span | None
    recording: str
    newest: datetime | None
    gaps: tuple[Span, ...]
    events: bool


class Proof(NamedTuple):
    """The oldest moment that really plays, or why none does."""

    at: datetime
    oldest: datetime | None
    why: str = ""

    @property
    def days(self) -> float:
        """Age of that moment in days when it was played; 0 where nothing plays."""
        return 0.0 if self.oldest is None else max(0.0, (self.at - self.oldest) / _DAY)


def device_of(recorder: Recorder, clock: Clock) -> Device:
    """The recorder as a device to ask; raises SettingsError when its password file cannot be read."""
    login = Login(recorder.username, recorder.password()) if recorder.username is not None else None
    return Device(device_url(recorder.address), clock=clock, login=login, timeout_s=recorder.timeout_s)


def look_through(device: Device, recorder: Recorder, now: datetime) -> list[Kept]:
    """What each channel has kept; raises Unavailable, Unsupported where the recorder has no Profile G."""
    device.ahead_s()
    found = recordings(device)
    until = now - timedelta(seconds=recorder.settle_s)
    states = _states(device, Span(until - LOOK_BACK, until))
    return [_kept(recorder, channel, (found, states), until) for channel in recorder.channels]


def _states(device: Device, within: Span) -> Sequence[DataState] | None:
    try:
        return data_states(device, within)
    except Unsupported:
        return None


def _kept(
    recorder: Recorder, channel: Channel, known: tuple[Sequence[Recording], Sequence[DataState] | None], until: datetime
) -> Kept:
    found, states = known
    spans = kept_of(found, channel.source, states or (), until)
    if not spans:
        return Kept(channel, None, "", None, (), states is not None)
    explained = [Span(one.first, one.last) for one in channel.explained]
    missing = gaps(spans, Span(until - LOOK_BACK, until), longer_than=timedelta(seconds=recorder.most_gap_s), explained=explained)
    begins = ((track.span.begun, row.token) for row in found if channel.source in row.names for track in row.tracks)
    return Kept(channel, spans[0], min(begins)[1], spans[-1].ended, tuple(missing), states is not None)


def prove(device: Device, recorder: Recorder, kept: Kept, clock: Clock) -> Proof:
    """Play the oldest recording of a channel; what plays from a later moment is only as old as that moment.

    Raises Unavailable where user or password are refused, as every further try would count.
    """
    if kept.oldest is None:
        return Proof(clock.now(), None, "nothing is recorded")
    seconds = max(1.0, min(recorder.replay_s, (kept.oldest.ended - kept.oldest.begun).total_seconds() - _ALL_BUT_S))
    wanted = Wanted(device.theirs(kept.oldest.begun), seconds, seconds * _SLOWEST + recorder.timeout_s)
    try:
        address = replay_address(device, kept.recording)
        played = play(address, wanted, clock=clock, login=device.login, timeout_s=recorder.timeout_s)
    except Unavailable as error:
        if error.retry_after_s is not None:
            raise
        return Proof(clock.now(), None, str(error))
    if played.seconds < seconds - _ALL_BUT_S or not played.pictures:
        return Proof(clock.now(), None, f"{played.seconds:.0f} of {seconds:.0f} s played, {played.pictures} pictures")
    first = kept.oldest.begun if played.first is None else device.ours(played.first)
    return Proof(clock.now(), max(first, kept.oldest.begun))
