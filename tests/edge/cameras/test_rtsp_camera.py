"""RTSP over a real socket."""

import traceback
from pathlib import Path

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from edge.cameras.kinds import CameraSettings
from edge.cameras.protocol import CodedStream
from edge.cameras.rtsp import RtspCamera
from edge.passwords import REFUSED_PASSWORD_RETRY_S
from lamplighter.contract.errors import SettingsError, Unavailable
from lamplighter.runtime.clock import SystemClock
from tests.rtsp.clip import square_frames, write_clip
from tests.rtsp.server import Mood, RtspServer

pytestmark = pytest.mark.services

SECRET = "p@ss:w/rd"


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clips") / "clip.mp4", square_frames(10))


def _camera(url: str, *, user: str | None = None, password_file: Path | None = None, evidence_url: str | None = None) -> RtspCamera:
    return RtspCamera(
        id="c1",
        space="yard",
        url=url,
        evidence_url=evidence_url,
        username=user,
        password_file=password_file,
        open_timeout_s=1,
        read_timeout_s=1,
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
    with pytest.raises(ValidationError, match=r"evidence_url\n.*must"):
        _camera("rtsp://127.0.0.1/yard", evidence_url=url)


def test_a_large_stream_that_is_the_small_one_is_refused() -> None:
    with pytest.raises(ValidationError, match="evidence_url is the same stream as url"):
        _camera("rtsp://127.0.0.1/yard", evidence_url="rtsp://127.0.0.1/yard")


def test_without_a_large_stream_there_is_nothing_to_open() -> None:
    assert _camera("rtsp://127.0.0.1/yard").evidence() is None


def _large(url: str, *, user: str | None = None, password_file: Path | None = None) -> CodedStream:
    camera = _camera("rtsp://127.0.0.1:9/yard", user=user, password_file=password_file, evidence_url=url)
    connect = camera.evidence()
    assert connect is not None
    return connect()


def test_a_large_streams_packets_come_undecoded_with_their_pictures_times(tmp_path: Path) -> None:
    (tmp_path / "password").write_text(SECRET)
    film = write_clip(tmp_path / "b.mp4", square_frames(12), b_frames=2)
    with RtspServer(film, login=("admin", SECRET)) as server:
        stream = _large(server.url, user="admin", password_file=tmp_path / "password")
        found = [row for row, _turn in zip(stream.pieces(), range(24), strict=False)]
        stream.close()
    assert (stream.codec.name, stream.size_px) == ("h264", (320, 192))
    assert found[0][0].key, "what came while it was opened is not lost"
    times = [own_s for _packet, own_s in found if own_s is not None]
    assert times != sorted(times)
    assert np.diff(sorted(times[-12:])) == pytest.approx([0.1] * 11, abs=1e-3)


@pytest.mark.parametrize(
    ("mood", "resets_after", "why"),
    [("silent", None, "no RTSP answer within 1 s"), ("mute", None, "no answer within 1 s"), ("well", 3, "ended the stream")],
)
def test_a_large_stream_that_fails_says_so_as_a_camera_does(clip: Path, mood: Mood, resets_after: int | None, why: str) -> None:
    with RtspServer(clip, mood=mood, resets_after=resets_after) as server, pytest.raises(Unavailable, match=why):
        list(_large(server.url).pieces())


def test_a_large_stream_that_refuses_the_password_is_retried_late_and_shows_it_nowhere(clip: Path, tmp_path: Path) -> None:
    (tmp_path / "password").write_text(SECRET)
    with RtspServer(clip, login=("admin", "another")) as server, pytest.raises(Unavailable) as refusal:
        _large(server.url, user="admin", password_file=tmp_path / "password")
    assert refusal.value.retry_after_s == REFUSED_PASSWORD_RETRY_S
    assert "p%40ss" not in "".join(traceback.format_exception(refusal.value))
