"""RTSP over a real socket."""

import traceback
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from edge.cameras.kinds import CameraSettings
from edge.cameras.rtsp import RtspCamera
from edge.passwords import REFUSED_PASSWORD_RETRY_S
from lamplighter.contract.errors import SettingsError, Unavailable
from lamplighter.runtime.clock import SystemClock
from tests.rtsp.clip import square_frames, write_clip
from tests.rtsp.server import RtspServer

pytestmark = pytest.mark.services

SECRET = "p@ss:w/rd"


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clips") / "clip.mp4", square_frames(10))


def _camera(url: str, *, user: str | None = None, password_file: Path | None = None) -> RtspCamera:
    return RtspCamera(
        id="c1", space="yard", url=url, username=user, password_file=password_file, open_timeout_s=1, read_timeout_s=1
    )


def _first_frames(camera: RtspCamera, count: int) -> list[tuple[int, tuple[int, ...]]]:
    capture = camera.open(SystemClock())
    seen = [(frame.number, frame.image.shape) for frame, _turn in zip(capture.frames(), range(count), strict=False)]
    capture.close()
    return seen


def test_pictures_come_over_tcp(clip: Path) -> None:
    with RtspServer(clip) as server:
        assert _first_frames(_camera(server.url), 3) == [(number, (192, 320, 3)) for number in range(3)]


def test_a_password_with_any_character_is_understood(clip: Path, tmp_path: Path) -> None:
    (tmp_path / "password").write_text(SECRET + "\n")
    with RtspServer(clip, login=("admin", SECRET)) as server:
        assert _first_frames(_camera(server.url, user="admin", password_file=tmp_path / "password"), 1)


def test_a_refused_password_is_retried_late_and_shown_nowhere(clip: Path, tmp_path: Path) -> None:
    (tmp_path / "password").write_text(SECRET)
    with RtspServer(clip, login=("admin", "another")) as server, pytest.raises(Unavailable) as refusal:
        _camera(server.url, user="admin", password_file=tmp_path / "password").open(SystemClock())
    assert refusal.value.retry_after_s == REFUSED_PASSWORD_RETRY_S
    shown = "".join(traceback.format_exception(refusal.value))
    assert SECRET not in shown
    assert "p%40ss" not in shown


def test_a_camera_that_never_answers_is_given_up(clip: Path) -> None:
    with RtspServer(clip, mood="silent") as server, pytest.raises(Unavailable, match="no RTSP answer within 1 s"):
        _camera(server.url).open(SystemClock())


def test_a_camera_that_sends_no_picture_is_given_up(clip: Path) -> None:
    with RtspServer(clip, mood="mute") as server:
        capture = _camera(server.url).open(SystemClock())
        with pytest.raises(Unavailable, match="no answer within 1 s"):
            next(capture.frames())


def test_a_closed_port_is_named_with_the_remedy(clip: Path) -> None:
    with RtspServer(clip) as server:
        url = server.url
    with pytest.raises(Unavailable, match="connection refused; check the address and port"):
        _camera(url).open(SystemClock())


def test_an_unknown_stream_is_named_with_the_remedy(clip: Path) -> None:
    with RtspServer(clip) as server, pytest.raises(Unavailable, match="no such stream; check the path"):
        _camera(server.url.replace("yard", "roof")).open(SystemClock())


def test_an_unreadable_password_file_is_the_operators_to_mend(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot read the password of camera c1"):
        _camera("rtsp://127.0.0.1:9/yard", user="admin", password_file=tmp_path / "none").check()


@pytest.mark.parametrize("url", ["http://127.0.0.1/yard", "rtsp:///yard", "rtsp://admin:pw@127.0.0.1/yard"])
def test_an_address_that_is_no_rtsp_or_holds_a_password_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="must"):
        TypeAdapter(CameraSettings).validate_python({"kind": "rtsp", "id": "c1", "space": "yard", "url": url})
