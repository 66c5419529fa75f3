"""The last seconds of a camera: bounded, from key frames on, on one time line."""

import numpy as np
import pytest

from edge.cameras.protocol import Codec, Packet
from edge.evidence.footage import Look
from edge.evidence.tape import Tape

pytestmark = pytest.mark.unit
H264 = Codec("h264", b"extra")


def look(media_s: float) -> Look:
    return Look(media_s, round(media_s * 1000), True, [], 1, 1, bytes(1), bytes(1))


def stream(tape: Tape, pictures: int, *, key_every: int = 10, size: int = 100, fps: float = 10.0, begin: int = 0) -> None:
    """Pictures of so many bytes; tick and number are the same."""
    for number in range(begin, begin + pictures):
        tape.packet(Packet(bytes(size), number, number, key=number % key_every == 0))
        tape.shown(number, number / fps)
        tape.looked(look(number / fps))


def opened(length_s: float = 4.0, most_bytes: int = 10**9) -> Tape:
    tape = Tape(length_s=length_s, most_bytes=most_bytes, most_fps=15)
    tape.opened(lambda: 0.0)
    tape.begin(H264, at_s=0.0)
    return tape


def test_what_is_cut_begins_with_a_key_frame_and_holds_the_whole_span() -> None:
    tape = opened()
    stream(tape, 100)
    footage = tape.cut(5000, before_s=2.0, after_s=2.0, privacy=())
    assert footage is not None
    (reel,) = footage.reels
    assert reel.packets[0].key
    assert reel.packets[0].pts is not None
    assert reel.packets[0].pts <= 30
    assert reel.packets[-1].pts is not None
    assert reel.packets[-1].pts >= 70
    assert (footage.begin_s, footage.end_s) == (3.0, 7.0)
    assert reel.times[50] == 5.0


@pytest.mark.parametrize("key_every", [5, 30])
def test_memory_is_bounded_by_bytes_and_the_oldest_stretch_goes_first(key_every: int) -> None:
    tape = opened(length_s=60.0, most_bytes=5_000)
    held = []
    for number in range(0, 300, 10):
        stream(tape, 10, key_every=key_every, begin=number)
        held.append(tape.bytes)
    assert max(held) <= 5_000
    assert held[-1] > 0
    footage = tape.cut(29_900, before_s=60.0, after_s=1.0, privacy=())
    assert footage is not None
    assert footage.reels[0].packets[0].key
    assert footage.reels[0].packets[-1].pts == 299


def test_a_stretch_larger_than_the_bound_is_let_go_and_a_later_key_frame_begins_anew() -> None:
    tape = opened(most_bytes=500)
    stream(tape, 10)
    assert tape.bytes == 0
    stream(tape, 3, begin=10)
    assert tape.bytes == 300


def test_time_bounds_memory_too() -> None:
    tape = opened(length_s=4.0)
    stream(tape, 1000)
    assert tape.bytes <= 100 * 10 * (4 + 6 + 2)


def test_nothing_is_kept_before_the_first_key_frame() -> None:
    tape = opened()
    stream(tape, 5, begin=1)
    assert tape.bytes == 0
    assert tape.cut(300, before_s=1, after_s=1, privacy=()) is None


def test_over_a_reconnection_the_line_goes_on_and_the_streams_stay_apart() -> None:
    tape = opened(length_s=60.0)
    stream(tape, 20)
    tape.opened(lambda: 7.0)
    tape.begin(H264, at_s=0.0)
    stream(tape, 20)
    footage = tape.cut(0, before_s=0.0, after_s=60.0, privacy=())
    assert footage is not None
    first, second = footage.reels
    assert first.times[10] == 1.0
    assert second.times[10] == pytest.approx(8.0)


def test_a_source_without_packets_is_kept_as_jpegs_no_more_than_a_clip_shows() -> None:
    tape = Tape(length_s=10.0, most_bytes=10**9, most_fps=10)
    tape.opened(lambda: 0.0)
    picture = np.zeros((48, 64, 3), np.uint8)
    for number in range(60):
        tape.drawn(picture, number / 30)
    tape.looked(look(1.0))
    footage = tape.cut(1000, before_s=1.0, after_s=1.0, privacy=())
    assert footage is not None
    (reel,) = footage.reels
    assert reel.codec.name == "mjpeg"
    assert 15 <= len(reel.packets) <= 21
    assert all(packet.data[:2] == b"\xff\xd8" for packet in reel.packets)


def test_without_a_look_there_is_nothing_to_cut() -> None:
    tape = opened()
    tape.packet(Packet(b"x", 0, 0, key=True))
    assert tape.cut(0, before_s=1, after_s=1, privacy=()) is None
