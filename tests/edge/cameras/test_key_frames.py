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


def test_what_builds_on_pieces_left_out_is_not_decoded_before_the_next_key_frame() -> None:
    key_frames = KeyFrames()
    key_frames.only = True
    _decoded(key_frames, seconds=5, every_s=1)
    assert not key_frames.decodes(5.05, key=False)
    key_frames.only = False
    assert _decoded(key_frames, seconds=2, every_s=1, from_s=5.1) == list(range(60, 71))


def test_a_stream_whose_key_frames_become_rare_is_decoded_again() -> None:
    key_frames = KeyFrames()
    key_frames.only = True
    _decoded(key_frames, seconds=5, every_s=1)
    assert _decoded(key_frames, seconds=10, every_s=5, from_s=5.0) == [50, *range(100, 150)]


def test_pieces_left_out_are_counted_and_the_times_stay_true(tmp_path: Path) -> None:
    key_frames = KeyFrames()
    key_frames.only = True
    clip = write_clip(tmp_path / "clip.mp4", square_frames(60), fps=FPS)
    with av.open(str(clip)) as container:
        seen = [(picture.number, round(picture.media_s, 2)) for picture in pictures(container, key_frames=key_frames)]
    assert seen == [(number, number / FPS) for number in [*range(31), 40, 50]]
