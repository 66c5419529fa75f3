"""Pictures as a coder keeps them: sizes, ranges, and what is hidden in brightness and colour alike."""

import av
import numpy as np
import pytest

from edge.cameras.decoding import DecodedPicture
from edge.cameras.protocol import Frame, Image
from edge.evidence.planes import Planes, hide, planes_of, write_planes

pytestmark = pytest.mark.unit


def picture(width: int, height: int) -> Image:
    return np.random.default_rng(1).integers(0, 255, (height, width, 3)).astype(np.uint8)


def coded(image: Image, pixel_format: str) -> Frame:
    """As a decoder gives it."""
    frame = av.VideoFrame.from_ndarray(image, format="bgr24").reformat(format=pixel_format)
    return Frame(DecodedPicture(frame), 0, 0.0, 0)


def shapes(planes: Planes) -> list[tuple[int, ...]]:
    return [plane.shape for plane in planes]


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuvj420p", "yuv422p", "nv12"])
def test_any_format_becomes_three_planes_of_even_sides(pixel_format: str) -> None:
    planes = planes_of(coded(picture(65, 49), pixel_format), (64, 48))
    assert shapes(planes) == [(48, 64), (24, 32), (24, 32)]
    assert planes.size_px == (64, 48)


def test_a_picture_a_pixel_larger_is_cut_and_any_other_fitted() -> None:
    cut = planes_of(coded(picture(65, 49), "yuv420p"), (64, 48))
    fitted = planes_of(coded(picture(130, 98), "yuv420p"), (64, 48))
    whole = planes_of(coded(picture(65, 49), "yuv420p"), (65, 49))
    assert (cut.luma == whole.luma[:48, :64]).all()
    assert shapes(fitted) == shapes(cut)


@pytest.mark.parametrize(("grey", "luma"), [(0, 16), (255, 235)])
@pytest.mark.parametrize("pixel_format", ["bgr24", "yuv420p", "yuvj420p"])
def test_black_and_white_are_those_of_video_whatever_the_source(grey: int, luma: int, pixel_format: str) -> None:
    image = np.full((48, 64, 3), grey, np.uint8)
    frame = Frame(image, 0, 0.0, 0) if pixel_format == "bgr24" else coded(image, pixel_format)
    assert planes_of(frame, (64, 48)).luma == pytest.approx(luma, abs=1)


def test_a_hidden_pixel_hides_its_block_in_every_plane_and_nothing_else() -> None:
    planes = planes_of(coded(picture(64, 48), "yuv420p"), (64, 48))
    mask = np.zeros((48, 64), np.bool_)
    mask[13, 25] = True
    safe = hide(planes, mask, 10)
    for before, after, side in zip(planes, safe, (10, 5, 5), strict=True):
        block = (slice(side, 2 * side), slice(2 * side, 3 * side))
        assert np.ptp(after[block]) == 0
        assert float(after[block][0, 0]) == pytest.approx(float(before[block].mean()), abs=1)
        outside = np.ones(before.shape, np.bool_)
        outside[block] = False
        assert (after[outside] == before[outside]).all()


def test_what_is_written_for_an_encoder_is_the_same_planes() -> None:
    planes = planes_of(coded(picture(66, 50), "yuv420p"), (66, 50))
    again = planes_of(Frame(DecodedPicture(write_planes(planes)), 0, 0.0, 0), (66, 50))
    assert all((one == two).all() for one, two in zip(planes, again, strict=True))
