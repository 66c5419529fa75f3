"""Reading films and pictures, and drawing them back."""

from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from edge.cameras.protocol import Frame
from edge.detectors.draw import drawing_to
from edge.detectors.footage import footage, shown
from edge.detectors.protocol import Detections, nothing
from lamplighter.contract.errors import SettingsError, Unavailable
from lamplighter.runtime.clock import FakeClock

pytestmark = pytest.mark.unit

GREYS = (0, 40, 80, 120, 160, 200)


def film(path: Path, *, fps: int = 5) -> Path:
    """Six frames, each of one grey."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=fps)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for grey in GREYS:
            picture = av.VideoFrame.from_ndarray(np.full((48, 64, 3), grey, np.uint8), format="bgr24")
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    return path


def found() -> Detections:
    return Detections(np.array([[10, 12, 30, 40]], np.float32), np.array([0.9], np.float32), ("person",))


def test_frames_come_in_order_with_their_number_and_time(tmp_path: Path) -> None:
    frames = list(footage(str(film(tmp_path / "a.mp4")), clock=FakeClock(5)))
    assert [frame.number for frame in frames] == [0, 1, 2, 3, 4, 5]
    assert [frame.media_s for frame in frames] == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1.0])
    assert [int(frame.image.mean()) for frame in frames] == pytest.approx(GREYS, abs=4)
    assert frames[0].at_ms == 5


def test_every_third_frame_keeps_its_number_in_the_source(tmp_path: Path) -> None:
    assert [frame.number for frame in footage(str(film(tmp_path / "a.mp4")), every=3)] == [0, 3]


def test_a_picture_is_a_film_of_one_frame(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.png"), np.full((20, 30, 3), (1, 2, 3), np.uint8))
    (frame,) = footage(str(tmp_path / "a.png"))
    assert (frame.number, frame.media_s, frame.image.shape, frame.image[0, 0].tolist()) == (0, 0.0, (20, 30, 3), [1, 2, 3])


@pytest.mark.parametrize("name", ["absent.mp4", "absent.jpg", "text.mp4", "text.jpg", "empty.mp4", "empty.png", "."])
def test_a_source_that_does_not_open_is_refused_before_the_first_frame(tmp_path: Path, name: str) -> None:
    if name.startswith(("text", "empty")):
        (tmp_path / name).write_text("text" if name.startswith("text") else "", "utf-8")
    with pytest.raises(SettingsError, match=r"give a film, a picture or an rtsp:// address"):
        footage(str(tmp_path / name))


def test_a_sound_only_file_is_refused(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "a.wav"), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000)
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), format="s16", layout="mono")
        sound.sample_rate = 8000
        container.mux(stream.encode(sound))
    with pytest.raises(SettingsError, match="has no pictures in it"):
        footage(str(tmp_path / "a.wav"))


def test_a_stream_that_breaks_off_is_unavailable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frames = footage(str(film(tmp_path / "a.mp4")))

    def breaks(*_given: object) -> None:
        raise av.error.ConnectionResetError(104, "connection reset by peer")

    next(frames)
    monkeypatch.setattr(np, "asarray", breaks)
    with pytest.raises(Unavailable, match=r"a.mp4: broke off: connection reset"):
        next(frames)


def test_an_addresss_name_and_password_are_never_shown() -> None:
    assert shown("rtsp://admin:se@cret@10.0.0.5:554/main?x=1") == "rtsp://10.0.0.5:554/main?x=1"
    with pytest.raises(SettingsError) as refusal:
        footage("rtsp://admin:secret@127.0.0.1:1/main")
    assert "secret" not in str(refusal.value)


def test_a_drawn_film_keeps_the_frames_times_and_shows_the_box(tmp_path: Path) -> None:
    source, target = film(tmp_path / "a.mp4"), tmp_path / "drawn" / "b.mp4"
    with drawing_to(target) as drawing:
        for frame in footage(str(source), every=2):
            drawing.add(frame, found())
    frames = list(footage(str(target)))
    assert [frame.media_s for frame in frames] == pytest.approx([0, 0.4, 0.8])
    assert frames[0].image[26, 10].mean() > frames[0].image[26, 5].mean() + 60


def test_a_film_of_odd_size_is_drawn_one_pixel_smaller(tmp_path: Path) -> None:
    with drawing_to(tmp_path / "b.mp4") as drawing:
        drawing.add(Frame(np.zeros((49, 65, 3), np.uint8), 0, 0.0, 0), nothing())
    (frame,) = footage(str(tmp_path / "b.mp4"))
    assert frame.image.shape == (48, 64, 3)


def test_stills_are_named_after_their_frame_and_the_source_picture_stays_clean(tmp_path: Path) -> None:
    image = np.zeros((48, 64, 3), np.uint8)
    with drawing_to(tmp_path / "stills") as drawing:
        drawing.add(Frame(image, 12, 0.0, 0), found())
    still = cv2.imread(str(tmp_path / "stills" / "frame_000012.jpg"))
    assert still is not None
    assert still[26, 10].max() > 150
    assert image.max() == 0


def test_a_target_that_cannot_be_written_is_refused_before_the_first_frame(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", "utf-8")
    for target in (tmp_path / "file" / "b.mp4", tmp_path / "file" / "stills", tmp_path / "b.txt"):
        with pytest.raises(SettingsError, match="--draw"):
            drawing_to(target)
