"""Recorded video as a camera."""

from itertools import pairwise
from pathlib import Path

import pytest

from edge.cameras.file import FileCamera
from lamplighter.contract.errors import SettingsError
from lamplighter.runtime.clock import FakeClock
from lamplighter.runtime.settings import check_settings
from tests.rtsp.clip import square_frames, write_clip

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clips") / "clip.mp4", square_frames(20), fps=10)


def _camera(path: Path, *, loop: bool = False) -> FileCamera:
    return FileCamera(id="c1", space="yard", path=path, loop=loop)


def test_a_file_plays_once_at_its_own_rate(clip: Path) -> None:
    clock = FakeClock()
    frames = [(frame.number, round(frame.media_s, 3), round(clock.monotonic(), 3)) for frame in _camera(clip).open(clock).frames()]
    assert frames == [(number, number / 10, number / 10) for number in range(20)]


def test_the_capture_time_of_a_frame_is_when_it_was_shown(clip: Path) -> None:
    clock = FakeClock(start_ms=1_000)
    assert [frame.at_ms for frame in _camera(clip).open(clock).frames()][:3] == [1_000, 1_100, 1_200]


def test_a_looped_file_goes_on_and_its_time_only_grows(clip: Path) -> None:
    capture = _camera(clip, loop=True).open(FakeClock())
    times = [frame.media_s for frame, _turn in zip(capture.frames(), range(50), strict=False)]
    capture.close()
    assert len(times) == 50
    assert [round(later - earlier, 3) for earlier, later in pairwise(times)] == [0.1] * 49


def test_a_closed_file_gives_no_more_frames(clip: Path) -> None:
    capture = _camera(clip, loop=True).open(FakeClock())
    frames = capture.frames()
    next(frames)
    capture.close()
    capture.close()
    assert list(frames) == []


def test_a_file_that_breaks_off_plays_as_far_as_it_goes(tmp_path: Path) -> None:
    whole = write_clip(tmp_path / "whole.mkv", square_frames(40), fps=10)
    torn = tmp_path / "torn.mkv"
    torn.write_bytes(whole.read_bytes()[: whole.stat().st_size * 2 // 3])
    assert 5 < len(list(_camera(torn).open(FakeClock()).frames())) < 40


BAD = {
    "empty.mp4": b"",
    "text.mp4": b"This is no video at all.\n" * 40,
    "zeros.mp4": bytes(4096),
}


@pytest.mark.parametrize("name", sorted(BAD))
def test_a_file_that_is_no_video_is_refused_with_what_to_do(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(BAD[name])
    with pytest.raises(SettingsError) as refusal:
        _camera(path).open(FakeClock())
    assert len(refusal.value.problems) == 1
    assert str(path) in str(refusal.value)
    assert "give a video file" in str(refusal.value)


def test_a_file_cut_off_before_its_index_is_refused(clip: Path, tmp_path: Path) -> None:
    torn = tmp_path / "torn.mp4"
    torn.write_bytes(clip.read_bytes()[: clip.stat().st_size // 2])
    with pytest.raises(SettingsError, match="cut off before its index"):
        _camera(torn).open(FakeClock())


def test_sound_alone_is_refused(tmp_path: Path) -> None:
    import wave

    path = tmp_path / "sound.wav"
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(16_000))
    with pytest.raises(SettingsError, match="holds no video stream"):
        _camera(path).open(FakeClock())


def test_a_missing_file_is_refused_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no such file"):
        _camera(tmp_path / "none.mp4").check()


def test_a_camera_looked_at_so_seldom_that_nobody_can_be_followed_is_refused(tmp_path: Path) -> None:
    given = {"id": "c1", "space": "r1", "path": str(tmp_path / "film.mp4"), "fps": 1}
    with pytest.raises(SettingsError, match=r"gateway\.toml: fps = 1: .*2"):
        check_settings(given, FileCamera, where="gateway.toml")
