"""What files and streams share: which pictures are converted, and when each is shown."""

from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from edge.cameras.decoding import DecodedPicture
from edge.cameras.file import FileCamera
from edge.cameras.protocol import Brightness, Frame
from edge.detectors.footage import footage
from edge.luma import luma_in_rows, luma_of, shrink
from edge.newest import Rate
from lamplighter.runtime.clock import FakeClock
from tests.rtsp.clip import square_frames, write_clip

pytestmark = pytest.mark.unit


def _avi_with_b_frames(path: Path, count: int) -> Path:
    """As many cheap recorders write them: pictures are coded out of order and the file keeps no times of its own."""
    with av.open(str(path), "w", format="avi") as container:
        stream = container.add_stream("mpeg4", rate=10, options={"bf": "2", "g": "12"})
        stream.width, stream.height, stream.pix_fmt = 320, 192, "yuv420p"
        for number, picture in enumerate(square_frames(count)):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, 10)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def test_the_times_of_an_avi_go_on_evenly(tmp_path: Path) -> None:
    film = _avi_with_b_frames(tmp_path / "recorder.avi", 24)
    camera = FileCamera(id="c1", space="yard", path=film)
    for times in (
        [frame.media_s for frame in camera.open(FakeClock()).frames()],
        [frame.media_s for frame in footage(str(film))],
    ):
        assert np.diff(times).tolist() == pytest.approx([0.1] * 23, abs=1e-6)


def test_only_pictures_that_are_due_are_given_and_all_are_counted(tmp_path: Path) -> None:
    camera = FileCamera(id="c1", space="yard", path=write_clip(tmp_path / "clip.mp4", square_frames(10)))
    assert [frame.number for frame in camera.open(FakeClock()).frames(Rate(5).due)] == [0, 2, 4, 6, 8]


def test_a_looped_file_goes_on_counting(tmp_path: Path) -> None:
    camera = FileCamera(id="c1", space="yard", loop=True, path=write_clip(tmp_path / "clip.mp4", square_frames(10)))
    frames = camera.open(FakeClock()).frames(Rate(5).due)
    seen = [(frame.number, round(frame.media_s, 3)) for frame, _turn in zip(frames, range(12), strict=False)]
    assert seen == [(number, number / 10) for number in range(0, 24, 2)]


def _coded(value: int, *, pix_fmt: str = "yuv420p") -> av.VideoFrame:
    """A grey picture of 160x96 whose every luma sample is `value`."""
    picture = av.VideoFrame(160, 96, pix_fmt)
    for plane, sample in zip(picture.planes, (value, 128, 128), strict=False):
        plane.update(bytes([sample]) * plane.buffer_size)
    return picture


@pytest.mark.parametrize(
    ("pix_fmt", "value", "grey"),
    [("yuv420p", 16, 0), ("yuv420p", 235, 255), ("yuv420p", 126, 128), ("yuvj420p", 128, 128), ("yuvj420p", 255, 255)],
)
def test_luma_as_coded_is_as_bright_as_the_converted_picture(pix_fmt: str, value: int, grey: int) -> None:
    frame = Frame(DecodedPicture(_coded(value, pix_fmt=pix_fmt)), 0, 0.0, 0)
    assert luma_of(frame).mean() == pytest.approx(grey, abs=1)
    assert luma_of(frame).mean() == pytest.approx(frame.image.mean(), abs=2)


def test_luma_of_a_scene_agrees_with_its_converted_picture(tmp_path: Path) -> None:
    film = write_clip(tmp_path / "clip.mp4", square_frames(3))
    for frame in FileCamera(id="c1", space="yard", path=film).open(FakeClock()).frames():
        assert frame.size_px == (320, 192)
        np.testing.assert_allclose(luma_of(frame), shrink(frame.image), atol=12)


def test_a_large_picture_in_the_small_ones_cells_is_the_small_picture(tmp_path: Path) -> None:
    """Also where the small one has another shape, as many cameras squeeze it."""
    noise = np.random.default_rng(1).normal(0, 25, (720, 1280, 1))
    textured = [np.clip(picture + noise, 0, 255).astype(np.uint8) for picture in square_frames(2, size_px=(1280, 720))]
    for size_px in ((640, 360), (640, 480)):
        squeezed = [np.asarray(cv2.resize(picture, size_px, interpolation=cv2.INTER_AREA), np.uint8) for picture in textured]
        large, small = (
            next(FileCamera(id="c1", space="yard", path=write_clip(tmp_path / "x.mp4", film)).open(FakeClock()).frames())
            for film in (textured, squeezed)
        )
        wanted = luma_of(small)
        assert np.abs(luma_in_rows(large, wanted.shape[0]) - wanted).mean() < 4
        assert np.abs(luma_in_rows(large._replace(pixels=large.image), wanted.shape[0]) - wanted).mean() < 5


def test_a_format_without_luma_of_eight_bits_is_converted_first() -> None:
    frame = Frame(DecodedPicture(_coded(90).reformat(format="rgb24")), 0, 0.0, 0)
    assert isinstance(frame.pixels, DecodedPicture)
    assert frame.pixels.brightness() is None
    np.testing.assert_array_equal(luma_of(frame), shrink(frame.image))


def test_padding_beside_the_rows_is_no_part_of_the_picture() -> None:
    picture = av.VideoFrame(100, 50, "yuv420p")
    picture.planes[0].update(bytes([77]) * picture.planes[0].buffer_size)
    brightness = DecodedPicture(picture).brightness()
    assert isinstance(brightness, Brightness)
    assert brightness.plane.shape == (50, 100)
    assert (brightness.plane == 77).all()
