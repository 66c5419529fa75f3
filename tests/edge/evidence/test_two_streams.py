"""A small stream is looked at, clips are made from the large one: two live streams of one drawn yard, over real sockets."""

import io
from collections.abc import Iterator
from typing import NamedTuple

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edge.cameras.decoding import DecodedPicture
from edge.cameras.protocol import Frame, Image
from edge.cameras.rtsp import RtspCamera
from edge.cameras.simulated import DrawnScene
from edge.detectors.protocol import Detections
from edge.evidence.cover import Cover
from edge.evidence.film import render, thinned
from edge.evidence.footage import Footage
from edge.evidence.large import LargeTape
from edge.evidence.pixelate import box_mask
from edge.evidence.stream import DETAIL, EvidenceStream
from edge.evidence.tape import Tape
from edge.link import Link
from edge.luma import luma_in_rows
from edge.view import View
from edge.watch import CameraWatch
from lamplighter.runtime.clock import SystemClock
from tests.edge.watching import EVERY_FRAME, OrderedDetector, Recorder, boxes, wait_until
from tests.rtsp.clip import write_clip
from tests.rtsp.server import RtspServer

pytestmark = [pytest.mark.services, pytest.mark.slow]

FPS = 10
FIRST, LAST = 40, 140
"""The yard is empty for two seconds, then somebody walks through it."""
SMALL_PX, LARGE_PX, FILM_PX = (640, 360), (1920, 1080), (1280, 720)
CELL = 16
BITS = 8
RAISED_S = 7.0
SCENE = DrawnScene(seed=1)


def picture_of(number: int) -> Image:
    """The yard, with the picture's number as a row of black and white cells."""
    picture = SCENE.draw(number, number / FPS)
    for bit in range(BITS):
        picture[:CELL, CELL * bit : CELL * (bit + 1)] = 235 if number >> bit & 1 else 20
    return picture


def number_in(grey: NDArray[np.uint8]) -> int:
    """The number read back, from the brightness of a picture of any size."""
    cell = CELL * grey.shape[1] / SMALL_PX[0]
    return sum(1 << bit for bit in range(BITS) if grey[int(cell / 2), int(cell * (bit + 0.5))] > 128)


def number_of(frame: Frame) -> int:
    """The same of a decoded picture, of which nothing is converted."""
    assert isinstance(frame.pixels, DecodedPicture)
    brightness = frame.pixels.brightness()
    assert brightness is not None
    return number_in(brightness.plane)


def see_all(image: Image) -> Detections:
    """Whoever is in the picture, exactly."""
    return boxes(*SCENE.truth(number_in(image[:, :, 0]) / FPS))


class Filmed(NamedTuple):
    """What was cut from both tapes, and the levels that were said."""

    small: Footage
    large: Footage
    said: Recorder


@pytest.fixture(scope="module")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filmed]:
    """Some seconds of a camera; the times of each stream count from when it was opened, and the large one reorders its pictures."""
    folder, clock = tmp_path_factory.mktemp("streams"), SystemClock()
    small_file = write_clip(folder / "small.mp4", (picture_of(number) for number in range(FIRST, LAST)))
    enlarged = (cv2.resize(picture_of(number), LARGE_PX, interpolation=cv2.INTER_LINEAR) for number in range(FIRST, LAST))
    large_file = write_clip(folder / "large.mp4", (np.asarray(one, np.uint8) for one in enlarged), key_every=25, b_frames=2)
    since_s, since_ms = clock.monotonic(), clock.now_ms()
    with (
        RtspServer(small_file, live_since_s=since_s) as small_server,
        RtspServer(large_file, live_since_s=since_s) as large_server,
    ):
        camera = RtspCamera(id="c1", space="yard", url=small_server.url, evidence_url=large_server.url)
        yield film(camera, round(since_ms + 1000 * RAISED_S), clock)


def film(camera: RtspCamera, raised_ms: int, clock: SystemClock) -> Filmed:
    """Watch it until what follows the raise is on both tapes."""
    tape, large = Tape(length_s=30.0, most_bytes=10**8, most_fps=30), LargeTape(length_s=30.0, most_bytes=10**8)
    said, detector = Recorder(), OrderedDetector(see_all)
    watch = CameraWatch(camera, detector=detector, rules=[], publish=said, clock=clock, view=View(EVERY_FRAME.attention, tape=tape))
    connect = camera.evidence()
    assert connect is not None
    link = Link(camera.id, said, clock, steady_s=0.0, detail=DETAIL)
    stream = EvidenceStream("evidence c1", connect, tape=large, watch=watch, link=link, clock=clock)
    watch.start()
    stream.start()
    try:
        wait_until(lambda: clock.now_ms() > raised_ms + 4_000)
    finally:
        stream.stop()
        watch.stop()
    footage = tape.cut(raised_ms, before_s=3.0, after_s=2.5, privacy=())
    assert footage is not None
    return Filmed(footage, large.instead_of(footage), said)


def test_the_large_streams_pictures_stand_where_the_small_ones_do_on_the_cameras_line(filmed: Filmed) -> None:
    shown_s = {number_of(frame): frame.media_s for frame in thinned(filmed.small, 30)}
    apart_s = [frame.media_s - shown_s[number_of(frame)] for frame in thinned(filmed.large, 30) if number_of(frame) in shown_s]
    assert len(apart_s) >= 45
    assert max(np.abs(apart_s)) < 0.3


def test_everybody_in_the_large_pictures_is_covered_and_most_of_the_rest_is_not(filmed: Filmed) -> None:
    cover, seen, untouched = Cover(filmed.large.looks), 0, []
    for frame in thinned(filmed.large, 30):
        assert frame.size_px == LARGE_PX
        people = np.array(SCENE.truth(number_of(frame) / FPS), np.float32).reshape(-1, 4)
        person = box_mask(FILM_PX[::-1], people * (FILM_PX[0] / SMALL_PX[0]))
        hidden = cover.hidden(luma_in_rows(frame, filmed.large.looks[0].rows), frame.media_s, FILM_PX)
        assert hidden.mask[person].all()
        seen += len(people)
        if not hidden.whole:  # a machine that is busy looks too seldom at some moments
            untouched.append((~hidden.mask)[~person].mean())
    assert seen >= 30
    assert len(untouched) >= 20
    assert np.mean(untouched) > 0.6


def test_the_clip_has_the_large_streams_size(filmed: Filmed) -> None:
    sizes = []
    for footage in (filmed.small, filmed.large):
        with av.open(io.BytesIO(render(footage, most_fps=5).film), "r") as container:
            sizes.append((container.streams.video[0].width, container.streams.video[0].height))
    assert sizes == [SMALL_PX, FILM_PX]


def test_both_streams_are_there(filmed: Filmed) -> None:
    assert filmed.said.of("camera_offline") == [False]
