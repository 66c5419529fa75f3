"""Decoding less while nothing happens."""

from pathlib import Path

import av
import pytest

from edge.cameras.decoding import pictures
from edge.cameras.key_frames import KeyFrames
from tests.rtsp.clip import square_frames, write_clip

pytestmark = pytest.mark.unit

FPS = 10


def _decoded(key_frames: KeyFrames, *, seconds: int, every_s: float, from_s: float = 0.0) -> list[int]:
    """Numbers of the pieces decoded, of a stream of ten a second with a key frame every `every_s`."""
    numbers = range(round(from_s * FPS), round((from_s + seconds) * FPS))
    return [number for number in numbers if key_frames.decodes(number / FPS, key=number % round(every_s * FPS) == 0)]


def test_everything_is_decoded_until_told_otherwise() -> None:
    assert _decoded(KeyFrames(), seconds=5, every_s=1) == list(range(50))


def test_key_frames_suffice_once_three_intervals_were_short() -> None:
    key_frames = KeyFrames()
    key_frames.only = True
    assert _decoded(key_frames, seconds=6, every_s=1) == [*range(31), 40, 50]


def test_rare_key_frames_never_suffice() -> None:
    key_frames = KeyFrames()
    key_frames.only = True
    assert _decoded(key_frames, seconds=10, every_s=2) == list(range(100))


def test_once_more_is_wanted_everything_is_decoded_at_once() -> None:
    key_frames = KeyFrames()
    key_frames.only = True
    _decoded(key_frames, seconds=5, every_s=1)
    assert not key_frames.decodes(5.05, key=False)
    key_frames.only = False
    assert _decoded(key_frames, seconds=1, every_s=1, from_s=5.1) == list(range(51, 61))


def test_a_stream_whose_key_frames_become_rare_is_decoded_again() -> None:
    key_frames = KeyFrames()
    key_frames.only = True
    _decoded(key_frames, seconds=5, every_s=1)
    assert _decoded(key_frames, seconds=10, every_s=5, from_s=5.0) == [50, *range(61, 150)]


def test_pieces_left_out_are_counted_and_the_times_stay_true(tmp_path: Path) -> None:
    key_frames = KeyFrames()
    key_frames.only = True
    clip = write_clip(tmp_path / "clip.mp4", square_frames(60), fps=FPS)
    with av.open(str(clip)) as container:
        seen = [(picture.number, round(picture.media_s, 2)) for picture in pictures(container, key_frames=key_frames)]
    assert seen == [(number, number / FPS) for number in [*range(31), 40, 50]]


class _Waking(KeyFrames):
    """Only key frames, until the piece of 4.4 s."""

    def decodes(self, at_s: float | None, *, key: bool) -> bool:
        """As a camera's at which something moves then."""
        self.only = at_s is None or at_s < 4.4
        return super().decodes(at_s, key=key)


def test_pictures_that_build_on_pieces_left_out_are_what_they_were(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", square_frames(60), fps=FPS)
    told = []
    for key_frames in (None, _Waking()):
        with av.open(str(clip)) as container:
            told.append({picture.number: picture.image.image() for picture in pictures(container, key_frames=key_frames)})
    whole, seen = told
    assert list(seen) == [*range(31), 40, *range(44, 60)]
    assert all((seen[number] == whole[number]).all() for number in seen)
