"""What a recorder says it has kept."""

from datetime import UTC, datetime, timedelta

import pytest

from edge.onvif.device import Device
from edge.onvif.search import Span, data_states, recordings, replay_address
from edge.onvif.soap import Unsupported
from lamplighter.runtime.clock import SystemClock
from tests.onvif.answers import Kept
from tests.onvif.device import OnvifDevice

pytestmark = pytest.mark.services

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
WITHIN = timedelta(seconds=2)


def _kept(number: int) -> Kept:
    return Kept(f"r{number}", f"gate-{number}", NOON - 31 * DAY, NOON, ((NOON - 5 * HOUR, False), (NOON - 4 * HOUR, True)))


def _device(onvif: OnvifDevice) -> Device:
    return Device(onvif.url, clock=SystemClock(), timeout_s=2)


def test_recordings_come_over_as_many_pages_as_there_are() -> None:
    with OnvifDevice(records=[_kept(number) for number in range(7)], page=3) as onvif:
        found = recordings(_device(onvif))
    assert [row.token for row in found] == [f"r{number}" for number in range(7)]
    assert found[2].names == {"r2", "gate-2"}
    assert [track.token for track in found[2].tracks] == ["VIDEO"]


def test_times_are_told_by_our_clock_whatever_the_recorders_says() -> None:
    with OnvifDevice(records=[_kept(1)], ahead=timedelta(hours=3)) as onvif:
        device = _device(onvif)
        (found,) = recordings(device)
        states = data_states(device, Span(NOON - DAY, NOON))
    assert abs(found.tracks[0].span.begun - (NOON - 31 * DAY)) < WITHIN
    assert [state.present for state in states] == [True, False, True]
    assert abs(states[1].at - (NOON - 5 * HOUR)) < WITHIN


def test_a_recorder_without_events_says_so() -> None:
    with OnvifDevice(records=[_kept(1)], events=False) as onvif, pytest.raises(Unsupported):
        data_states(_device(onvif), Span(NOON - DAY, NOON))


def test_a_recording_has_an_address_at_which_it_plays() -> None:
    with OnvifDevice(records=[_kept(1)], replay="rtsp://127.0.0.1:554/replay") as onvif:
        assert replay_address(_device(onvif), "r1") == "rtsp://127.0.0.1:554/replay?recording=r1"
