"""Cameras that misbehave in the ways real ones do, all at once."""

from pathlib import Path

import pytest

from edge.cameras.rtsp import RtspCamera
from edge.rules.protocol import Publish
from edge.watch import CameraWatch
from lamplighter.runtime.backoff import Backoff
from lamplighter.runtime.clock import SystemClock
from tests.edge.watching import OrderedDetector, Recorder, wait_until
from tests.rtsp.clip import square_frames, write_clip
from tests.rtsp.server import RtspServer

pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clips") / "clip.mp4", square_frames(20))


def _watch(name: str, server: RtspServer, publish: Publish, *, password_file: Path | None = None) -> CameraWatch:
    camera = RtspCamera(
        id=name,
        space="yard",
        url=server.url,
        open_timeout_s=2,
        read_timeout_s=2,
        username=None if password_file is None else "admin",
        password_file=password_file,
    )
    return CameraWatch(
        camera, detector=OrderedDetector(), rules=[], publish=publish, clock=SystemClock(), backoff=Backoff(0.1, 0.1)
    )


def test_three_cameras_in_trouble_never_cost_the_fourth_a_frame_and_each_is_one_condition(clip: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "password"
    wrong.write_text("wrong")
    with (
        RtspServer(clip, mood="silent") as silent,
        RtspServer(clip, resets_after=15) as resetting,
        RtspServer(clip, login=("admin", "right")) as locked,
        RtspServer(clip) as well,
    ):
        recorders = {name: Recorder() for name in ("silent", "resetting", "locked", "well")}
        watches = {
            "silent": _watch("silent", silent, recorders["silent"]),
            "resetting": _watch("resetting", resetting, recorders["resetting"]),
            "locked": _watch("locked", locked, recorders["locked"], password_file=wrong),
            "well": _watch("well", well, recorders["well"]),
        }
        for watch in watches.values():
            watch.start()
        recorders["silent"].wait_for("camera_offline", [True])
        recorders["locked"].wait_for("camera_offline", [True])
        wait_until(lambda: resetting.requests.count("PLAY") >= 4)
        seen = watches["well"].health().analysed
        wait_until(lambda: watches["well"].health().analysed >= seen + 10)
        for watch in watches.values():
            watch.stop()
    assert watches["well"].health().skipped == 0
    assert recorders["well"].of("camera_offline") == [False]
    assert recorders["resetting"].of("camera_offline") == [False, True], "three resets are one condition"
    assert recorders["silent"].of("camera_offline") == [True]
    assert recorders["locked"].of("camera_offline") == [True]


def test_a_camera_that_hangs_in_mid_stream_is_offline(clip: Path) -> None:
    recorder = Recorder()
    with RtspServer(clip, mood="stalls") as server:
        watch = _watch("c1", server, recorder)
        watch.start()
        recorder.wait_for("camera_offline", [False, True])
        watch.stop()
    assert "no answer within 2 s" in str(recorder.raised[0].evidence["reason"])


def test_a_camera_whose_clock_is_wrong_is_told_from_its_sender_reports(clip: Path) -> None:
    recorder = Recorder()
    with RtspServer(clip, clock_ahead_s=3600) as server:
        watch = _watch("c1", server, recorder)
        watch.start()
        recorder.wait_for("clock_offset", [True])
        watch.stop()
    assert recorder.raised[0].evidence["offset_s"] == pytest.approx(3600, abs=3)


def test_a_camera_with_the_right_time_is_said_to_have_it(clip: Path) -> None:
    recorder = Recorder()
    with RtspServer(clip, clock_ahead_s=0) as server:
        watch = _watch("c1", server, recorder)
        watch.start()
        wait_until(lambda: watch.health().analysed >= 35)
        watch.stop()
    assert recorder.of("clock_offset") == [False]
