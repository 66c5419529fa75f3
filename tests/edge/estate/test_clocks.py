"""Cameras' clocks, asked by ONVIF beside the pictures."""

from datetime import timedelta
from pathlib import Path

import pytest

from edge.cameras.rtsp import RtspCamera
from edge.drivers.protocol import Sample
from edge.estate.clocks import EVERY_S, CameraClocks
from edge.watch import CameraWatch
from lamplighter.runtime.clock import SystemClock
from tests.edge.watching import OrderedDetector, Recorder
from tests.onvif.device import OnvifDevice
from tests.servers.processes import free_port

pytestmark = pytest.mark.services


def _watch(name: str, onvif: str | None, recorder: Recorder) -> CameraWatch:
    camera = RtspCamera(id=name, space="yard", url="rtsp://127.0.0.1:9/yard", onvif=onvif, open_timeout_s=1)
    return CameraWatch(camera, detector=OrderedDetector(), rules=[], publish=recorder, clock=SystemClock())


def test_each_camera_that_tells_its_time_is_judged_and_stored() -> None:
    wrong, right, mute, away = Recorder(), Recorder(), Recorder(), Recorder()
    samples: list[Sample] = []
    with OnvifDevice(ahead=timedelta(seconds=-30)) as slow, OnvifDevice() as exact:
        watches = [
            _watch("wrong", f"127.0.0.1:{slow.port}", wrong),
            _watch("right", exact.url, right),
            _watch("mute", None, mute),
            _watch("away", f"127.0.0.1:{free_port()}", away),
        ]
        clocks = CameraClocks(watches, clock=SystemClock(), take=samples.extend)
        assert clocks.step() == EVERY_S
        slow.ahead = timedelta()
        clocks.step()
    assert [recorder.of("clock_offset") for recorder in (wrong, right, mute, away)] == [[True, False], [False], [], []]
    assert wrong.raised[0].evidence == {"offset_s": pytest.approx(-30, abs=1.5), "by": "onvif"}
    told = [(row.device, row.point, row.value) for row in samples]
    assert [row[:2] for row in told] == [("wrong", "clock_error_s"), ("right", "clock_error_s")] * 2
    assert [row[2] for row in told] == pytest.approx([30, 0, 0, 0], abs=1.5)


def test_a_password_in_an_onvif_address_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="must not hold a user or password"):
        _watch("c1", f"http://admin:{tmp_path.name}@127.0.0.1/onvif", Recorder())
