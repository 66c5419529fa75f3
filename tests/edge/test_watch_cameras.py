"""Each kind of camera is lost and comes back, over a real socket where it has one."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from edge.cameras.file import FileCamera
from edge.cameras.protocol import Camera
from edge.cameras.rtsp import RtspCamera
from edge.cameras.simulated import SimulatedCamera
from edge.cameras.webcam import WebcamCamera
from edge.passwords import REFUSED_PASSWORD_RETRY_S
from edge.watch import CameraWatch
from lamplighter.runtime.backoff import Backoff
from lamplighter.runtime.clock import FakeClock, SystemClock
from tests.edge.watching import OrderedDetector, Recorder, wait_until
from tests.rtsp.clip import square_frames, write_clip
from tests.rtsp.server import RtspServer

pytestmark = pytest.mark.services


class Bench(NamedTuple):
    """A camera, and how to break and mend it."""

    camera: Camera
    lose: Callable[[], object]
    mend: Callable[[], object]
    comes_back: bool = False
    """By itself, however soon: on a busy machine before anybody has looked."""


class FakeDevice:
    """Stands for a webcam: what `cv2.VideoCapture` gives, with a cable that can be pulled."""

    plugged = threading.Event()

    def __init__(self, *_arguments: int) -> None:
        self._pace = threading.Event()

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        """Whether the cable is in."""
        return self.plugged.is_set()

    def set(self, *_arguments: int) -> bool:
        """Takes any property."""
        return True

    def read(self) -> tuple[bool, np.ndarray[tuple[int, ...], np.dtype[np.uint8]] | None]:
        """A picture about 50 times a second."""
        self._pace.wait(0.02)
        return (True, np.zeros((48, 64, 3), np.uint8)) if self.plugged.is_set() else (False, None)

    def release(self) -> None:
        """Nothing to let go of."""


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return write_clip(tmp_path / "clip.mp4", square_frames(10))


@pytest.fixture
def bench(request: pytest.FixtureRequest, clip: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    with ExitStack() as stack:
        if request.param == "rtsp":
            server = RtspServer(clip).start()
            stack.callback(server.stop)
            camera = RtspCamera(id="c1", space="yard", url=server.url, open_timeout_s=2, read_timeout_s=2, steady_s=0.1)
            yield Bench(camera, server.stop, server.start)
        elif request.param == "webcam":
            monkeypatch.setattr("cv2.VideoCapture", FakeDevice)
            FakeDevice.plugged.set()
            yield Bench(WebcamCamera(id="c1", space="yard", steady_s=0.1), FakeDevice.plugged.clear, FakeDevice.plugged.set)
        elif request.param == "file":
            away = clip.with_name("away.mp4")
            mended = FileCamera(id="c1", space="yard", path=clip, loop=True, steady_s=0.1)
            yield Bench(mended, lambda: clip.rename(away), lambda: away.rename(clip))
        else:
            camera_that_breaks = SimulatedCamera(id="c1", space="yard", fails_after_s=0.5, steady_s=0.1)
            yield Bench(camera_that_breaks, lambda: None, lambda: None, comes_back=True)


@pytest.mark.parametrize("bench", ["rtsp", "webcam", "file", "simulated"], indirect=True)
def test_a_camera_is_lost_once_and_found_once(bench: Bench) -> None:
    recorder = Recorder()
    watch = CameraWatch(
        bench.camera,
        detector=OrderedDetector(),
        rules=[],
        publish=recorder,
        clock=SystemClock(),
        backoff=Backoff(1.0, 1.0),
    )
    watch.start()
    try:
        recorder.wait_for("camera_offline", [False])
        bench.lose()
        recorder.wait_for("camera_offline", [False, True])
        if not bench.comes_back:
            assert watch.health().state == "offline"
            assert watch.health().reason
        bench.mend()
        recorder.wait_for("camera_offline", [False, True, False])
    finally:
        watch.stop()


def test_a_silent_camera_never_delays_another(clip: Path) -> None:
    with RtspServer(clip, mood="silent") as dead, RtspServer(clip) as well:
        recorders = Recorder(), Recorder()
        watches = [
            CameraWatch(
                RtspCamera(id=name, space="yard", url=server.url, open_timeout_s=30, read_timeout_s=30),
                detector=OrderedDetector(),
                rules=[],
                publish=recorder,
                clock=SystemClock(),
            )
            for name, server, recorder in zip(("dead", "well"), (dead, well), recorders, strict=True)
        ]
        for watch in watches:
            watch.start()
        wait_until(lambda: watches[1].health().frames >= 16)
        assert watches[0].health().state == "connecting"
        assert watches[1].health().skipped == 0
        for watch in watches:
            watch.stop()


def test_a_refused_password_is_not_tried_again_soon(clip: Path, tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("wrong")
    with RtspServer(clip, login=("admin", "right")) as server:
        camera = RtspCamera(id="c1", space="yard", url=server.url, username="admin", password_file=secret)
        recorder, clock = Recorder(), FakeClock()
        watch = CameraWatch(
            camera, detector=OrderedDetector(), rules=[], publish=recorder, clock=clock, backoff=Backoff(0.01, 0.02)
        )
        watch.start()
        recorder.wait_for("camera_offline", [True])
        asked = server.requests.count("DESCRIBE")
        wait_until(lambda: server.requests.count("DESCRIBE") > asked)
        watch.stop()
        assert clock.monotonic() >= REFUSED_PASSWORD_RETRY_S
        assert "username and password_file" in str(recorder.raised[0].evidence["reason"])
