"""ONVIF requests over a real socket."""

import traceback
from datetime import timedelta

import pytest

from edge.onvif.device import Device, device_url
from edge.onvif.login import Login
from edge.onvif.media import streams
from edge.onvif.search import recordings
from edge.onvif.soap import Unsupported, parsed
from edge.passwords import REFUSED_PASSWORD_RETRY_S
from lamplighter.contract.errors import Unavailable
from lamplighter.runtime.clock import SystemClock
from tests.onvif.answers import Profile
from tests.onvif.device import Asks, OnvifDevice
from tests.servers.processes import free_port

pytestmark = pytest.mark.services

SECRET = "p@ss <&> w/rd"
PROFILES = (Profile("sub", 640, 360, "rtsp://127.0.0.1:554/sub"), Profile("main", 2560, 1440, "rtsp://127.0.0.1:554/main"))


def _device(onvif: OnvifDevice, password: str = SECRET, *, timeout_s: float = 2.0) -> Device:
    return Device(onvif.url, clock=SystemClock(), login=Login("admin", password), timeout_s=timeout_s)


@pytest.mark.parametrize("asks", ["WS-Security", "HTTP Digest"])
def test_a_password_is_proved_in_either_way_that_devices_ask_for(asks: Asks) -> None:
    with OnvifDevice(login=("admin", SECRET), asks=asks) as onvif:
        assert _device(onvif).facts().model == "camera"


def test_a_device_whose_clock_is_a_day_off_is_asked_by_its_own_time() -> None:
    with OnvifDevice(login=("admin", SECRET), ahead=timedelta(days=-1)) as onvif:
        device = _device(onvif)
        assert device.facts().serial == "0042"
        assert device.ahead_s() == pytest.approx(-86_400, abs=2)


def test_the_clock_is_told_without_a_password() -> None:
    with OnvifDevice(login=("admin", SECRET), ahead=timedelta(seconds=90)) as onvif:
        assert Device(onvif.url, clock=SystemClock()).ahead_s() == pytest.approx(90, abs=2)
        assert onvif.asked == ["GetSystemDateAndTime"]


@pytest.mark.parametrize("asks", ["WS-Security", "HTTP Digest"])
def test_a_refused_password_is_retried_late_and_shown_nowhere(asks: Asks) -> None:
    with OnvifDevice(login=("admin", "another"), asks=asks) as onvif, pytest.raises(Unavailable) as refusal:
        _device(onvif).facts()
    assert refusal.value.retry_after_s == REFUSED_PASSWORD_RETRY_S
    assert "check username and password_file" in str(refusal.value)
    assert SECRET not in "".join(traceback.format_exception(refusal.value))
    assert SECRET not in repr(Login("admin", SECRET))


def test_streams_come_main_first_with_the_host_by_which_the_camera_is_reached() -> None:
    inner = tuple(row._replace(url=row.url.replace("127.0.0.1", "192.0.2.9")) for row in PROFILES)
    with OnvifDevice(profiles=inner, known_as="192.0.2.9") as onvif:
        found = streams(_device(onvif))
    assert [(row.profile, row.codec, row.width_px, row.height_px, row.fps, row.url) for row in found] == [
        ("main", "H264", 2560, 1440, 25.0, "rtsp://127.0.0.1:554/main"),
        ("sub", "H264", 640, 360, 25.0, "rtsp://127.0.0.1:554/sub"),
    ]


def test_what_a_device_has_not_got_is_told_apart_from_silence() -> None:
    with OnvifDevice() as onvif, pytest.raises(Unsupported, match="no service http://www"):
        recordings(_device(onvif))


def test_a_closed_port_is_named_with_the_remedy() -> None:
    with pytest.raises(Unavailable, match="check the address and port, and that ONVIF is switched on"):
        Device(f"http://127.0.0.1:{free_port()}/onvif/device_service", clock=SystemClock(), timeout_s=1).ahead_s()


def test_an_address_may_be_a_host_or_a_whole_url() -> None:
    assert device_url("192.0.2.5:8080") == "http://192.0.2.5:8080/onvif/device_service"
    assert device_url("https://192.0.2.5/x") == "https://192.0.2.5/x"


@pytest.mark.parametrize(
    "document", [b"", b"<html>", b"\xff\xfe<", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>']
)
def test_what_is_no_plain_xml_is_no_answer(document: bytes) -> None:
    assert parsed(document) is None
