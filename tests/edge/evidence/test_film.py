"""Films made from footage: what a browser plays, with nobody to be known in them."""

import io
from pathlib import Path

import av
import cv2
import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from edge.cameras.file import FileCamera
from edge.cameras.simulated import DrawnScene
from edge.detectors.protocol import nothing
from edge.evidence.cover import Cover
from edge.evidence.film import render, thinned
from edge.evidence.footage import Footage, Look, Reel
from edge.evidence.still import Stills
from edge.evidence.tape import Tape
from edge.luma import luma_in_rows, shrink
from lamplighter.runtime.clock import FakeClock
from tests.edge.evidence.filming import cut, see, yard_on_tape
from tests.rtsp.clip import square_frames, write_clip

pytestmark = pytest.mark.unit


def decoded(film: bytes) -> list[NDArray[np.uint8]]:
    with av.open(io.BytesIO(film), "r") as container:
        return [np.asarray(frame.to_ndarray(format="bgr24"), np.uint8) for frame in container.decode(video=0)]


@pytest.fixture(scope="module")
def yard() -> Footage:
    tape, _stills = yard_on_tape(13.0)
    return cut(tape, 10.0, before_s=2.0, after_s=2.0)


def on_tape(path: Path, *, learned: bool = False) -> Footage:
    """A film's own packets, with looks of a grey background that was learned or not."""
    tape = Tape(length_s=60.0, most_bytes=10**8, most_fps=30)
    tape.opened(lambda: 0.0)
    for frame in FileCamera(id="c1", space="yard", path=path).open(FakeClock()).frames(tap=tape):
        rows = round(frame.image.shape[0] * 160 / frame.image.shape[1])
        mean = np.full((rows, 160), 40, np.uint8)
        known = np.packbits(np.ones(rows * 160, np.bool_)).tobytes()
        tape.looked(Look(frame.media_s, round(frame.media_s * 1000), learned, [], rows, 160, mean.tobytes(), known))
    footage = tape.cut(0, before_s=0.0, after_s=60.0, privacy=())
    assert footage is not None
    return footage


def test_a_clip_is_h264_in_mp4_of_the_asked_length(yard: Footage) -> None:
    clip = render(yard, most_fps=15)
    with av.open(io.BytesIO(clip.film), "r") as container:
        stream = container.streams.video[0]
        assert container.format.name.startswith("mov,mp4")
        assert stream.codec_context.name == "h264"
        assert stream.codec_context.pix_fmt == "yuv420p"
        assert stream.duration is not None
        assert stream.time_base is not None
        assert float(stream.duration * stream.time_base) == pytest.approx(4.0, abs=0.25)
    assert clip.frames == len(decoded(clip.film)) >= 39
    assert (clip.begin_s, clip.end_s) == pytest.approx((8.0, 12.0), abs=0.15)


def test_no_more_frames_a_second_than_asked(yard: Footage) -> None:
    assert render(yard, most_fps=5).frames <= 21


def test_a_person_shows_in_blocks_of_one_colour_only(yard: Footage) -> None:
    clip = render(yard, most_fps=15, original=True)
    safe, plain = decoded(clip.film)[20], decoded(clip.original)[20]
    at_s = clip.begin_s + 2.0
    ((left, top, right, bottom),) = DrawnScene(seed=1).truth(at_s)
    step = Cover(yard.looks).hidden(shrink(plain), at_s, (640, 360)).block
    corners = [(y, x) for y in range(0, 360, step) for x in range(0, 640, step)]
    inner = [
        (slice(y + 3, y + step - 3), slice(x + 3, x + step - 3)) for y, x in corners if top < y < bottom - step and left < x < right
    ]
    spread = {
        name: max(float(np.ptp(film[cell], axis=(0, 1)).max()) for cell in inner)
        for name, film in (("safe", safe), ("plain", plain))
    }
    assert spread["safe"] < 30  # what the coder leaves
    assert spread["plain"] > 60
    assert np.abs(safe[:40, 300:400].astype(int) - plain[:40, 300:400].astype(int)).mean() < 6


def test_before_the_background_is_learned_every_frame_is_hidden_as_a_whole(tmp_path: Path) -> None:
    clip = render(on_tape(write_clip(tmp_path / "x.mp4", square_frames(20))), most_fps=30)
    assert clip.whole == clip.frames == 20


def test_what_nobody_may_see_is_black_in_the_original_too(yard: Footage) -> None:
    masked = Footage(yard.reels, yard.looks, yard.begin_s, yard.end_s, [[(0.0, 0.0), (0.4, 0.0), (0.4, 1.0), (0.0, 1.0)]])
    clip = render(masked, most_fps=5, original=True)
    for film in (clip.film, clip.original):
        assert all(picture[40:320, 20:230].max() < 40 for picture in decoded(film))


def test_the_cameras_own_packets_are_decoded_again_frame_for_frame(tmp_path: Path) -> None:
    clip = render(on_tape(write_clip(tmp_path / "x.mp4", square_frames(40)), learned=True), most_fps=30)
    assert clip.frames == 40
    assert clip.end_s - clip.begin_s == pytest.approx(3.9)


def test_damaged_packets_cost_their_own_pictures(tmp_path: Path) -> None:
    footage = on_tape(write_clip(tmp_path / "x.mp4", square_frames(40)), learned=True)
    (reel,) = footage.reels
    broken = [packet._replace(data=b"\x00\x01rubbish") if number == 12 else packet for number, packet in enumerate(reel.packets)]
    clip = render(Footage([Reel(reel.codec, broken, reel.times)], footage.looks, 0.0, 60.0, []), most_fps=30)
    assert 20 <= clip.frames < 40


def test_a_picture_whose_time_is_not_known_is_left_out(tmp_path: Path) -> None:
    footage = on_tape(write_clip(tmp_path / "x.mp4", square_frames(20)), learned=True)
    (reel,) = footage.reels
    undated = dict(list(reel.times.items())[:5])
    assert render(Footage([Reel(reel.codec, reel.packets, undated)], footage.looks, 0.0, 60.0, []), most_fps=30).frames == 5


def test_a_stream_whose_size_changes_is_one_film(tmp_path: Path) -> None:
    one, two = (
        on_tape(write_clip(tmp_path / f"{size[0]}.mp4", square_frames(10, size_px=size)), learned=True)
        for size in ((320, 192), (160, 128))
    )
    (later,) = two.reels
    moved = Reel(later.codec, later.packets, {tick: at_s + 1.0 for tick, at_s in later.times.items()})
    clip = render(Footage([*one.reels, moved], one.looks, 0.0, 60.0, []), most_fps=30)
    assert {picture.shape for picture in decoded(clip.film)} == {(192, 320, 3)}
    assert clip.frames == 20


@pytest.mark.parametrize(("size_px", "film_px"), [((1920, 1080), (1280, 720)), ((322, 194), (322, 194))])
def test_a_film_is_of_1280_px_at_most_and_of_even_sides(tmp_path: Path, size_px: tuple[int, int], film_px: tuple[int, int]) -> None:
    clip = render(on_tape(write_clip(tmp_path / "x.mp4", square_frames(3, size_px=size_px)), learned=True), most_fps=30)
    assert {picture.shape[1::-1] for picture in decoded(clip.film)} == {film_px}


def test_without_a_picture_there_is_no_film() -> None:
    assert render(Footage([], [], 0.0, 1.0, []), most_fps=15).film == b""


def test_a_large_picture_of_another_shape_is_compared_with_the_small_ones_background(tmp_path: Path) -> None:
    """The looks were at a squeezed picture of 4:3, as many cameras send it beside one of 16:9."""
    scene, stills = DrawnScene(seed=1), Stills()
    for number in range(15):
        see(stills, np.asarray(cv2.resize(scene.draw(number, 2.0), (640, 480)), np.uint8), nothing())
    enlarged = (np.asarray(cv2.resize(scene.draw(number, 2.0), (1280, 720)), np.uint8) for number in range(4))
    film = on_tape(write_clip(tmp_path / "large.mp4", enlarged))
    seen = msgspec.structs.replace(film, looks=[stills.look(media_s=number / 10, at_ms=0) for number in range(4)])
    assert render(seen, most_fps=30).whole == 4, "the background of another shape says nothing by itself"
    assert render(msgspec.structs.replace(seen, large=True), most_fps=30).whole == 0
    cover = Cover(seen.looks)
    masks = [cover.hidden(luma_in_rows(one, 120), one.media_s, (1280, 720)).mask for one in thinned(seen, 30)]
    assert max(mask.mean() for mask in masks) < 0.05
