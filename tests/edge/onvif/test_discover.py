"""Devices are found and told apart."""

import pytest

from edge.onvif.discover import look_at_all
from edge.onvif.login import Login
from edge.onvif.probe import Listening, probe
from lamplighter.runtime.clock import SystemClock
from tests.onvif.answers import Profile
from tests.onvif.device import OnvifDevice, ProbeResponder

pytestmark = pytest.mark.services

PROFILES = (Profile("sub", 640, 360, "rtsp://127.0.0.1:554/sub"), Profile("main", 2560, 1440, "rtsp://127.0.0.1:554/main"))


@pytest.mark.parametrize("kind", ["NetworkVideoTransmitter", "NetworkVideoStorage"])
def test_cameras_and_recorders_answer_a_probe_with_their_first_address(kind: str) -> None:
    with ProbeResponder("http://192.0.2.7/onvif/device_service", kind) as responder:
        found = probe(Listening(to=responder.address, wait_s=0.5), SystemClock())
    assert found == ("http://192.0.2.7/onvif/device_service",)


def test_nobody_answers_a_probe_into_the_void() -> None:
    with ProbeResponder("http://192.0.2.7/onvif/device_service", "Kettle") as responder:
        assert probe(Listening(to=responder.address, wait_s=0.2), SystemClock()) == ()


def test_each_device_tells_what_it_can_and_why_not_the_rest() -> None:
    with (
        OnvifDevice(profiles=PROFILES, login=("admin", "right")) as camera,
        OnvifDevice(records=(), login=("admin", "right")) as recorder,
        OnvifDevice(profiles=PROFILES, login=("admin", "another")) as locked,
    ):
        addresses = [camera.url, recorder.url, locked.url, camera.url]
        rows = look_at_all(addresses, clock=SystemClock(), login=Login("admin", "right"), timeout_s=2)
        found = {row.address: row for row in rows}
    assert len(rows) == 3
    assert [row.profile for row in found[camera.url].streams] == ["main", "sub"]
    facts = found[recorder.url].facts
    assert facts is not None
    assert (facts.model, found[recorder.url].problem) == ("recorder", "")
    assert "refuses user or password" in found[locked.url].problem
    assert found[locked.url].ahead_s == pytest.approx(0, abs=2)
