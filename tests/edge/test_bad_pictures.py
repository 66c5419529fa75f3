"""Files, streams and rules that are wrong: each is named with what to do, or is a condition, and nothing falls over."""

from fractions import Fraction
from pathlib import Path

import av
import pytest

from edge.cameras.rtsp import RtspCamera
from edge.recording import Recording, rules_of
from edge.rules.kinds import default_rules
from edge.settings import GatewaySettings
from edge.watch import CameraWatch
from lamplighter.contract.errors import SettingsError
from lamplighter.runtime.backoff import Backoff
from lamplighter.runtime.clock import SystemClock
from lamplighter.runtime.settings import check_settings, read_toml
from tests.edge.watching import EVERY_FRAME, OrderedDetector, Recorder, wait_until
from tests.rtsp.clip import Picture, square_frames, write_clip
from tests.rtsp.server import RtspServer

Film = list[Picture]
SMALL, LARGE, TOO_LARGE = (320, 192), (480, 288), (8224, 64)


def _watched(path: Path) -> tuple[list[dict[str, object]], Recording]:
    recording = Recording(path, OrderedDetector(), rules=default_rules("recording"), fps=5)
    return list(recording.lines()), recording


def _refusal(path: Path) -> str:
    with pytest.raises(SettingsError) as refusal:
        _watched(path)
    assert str(path) in str(refusal.value)
    return str(refusal.value)


def _joined(path: Path, *films: Film) -> Path:
    """A transport stream, which may change its picture's size on the way."""
    parts = [write_clip(path.with_name(f"part{number}.ts"), film).read_bytes() for number, film in enumerate(films)]
    path.write_bytes(b"".join(parts))
    return path


@pytest.mark.unit
def test_a_film_cut_off_is_watched_as_far_as_it_goes_and_says_what_is_missing(tmp_path: Path) -> None:
    whole = write_clip(tmp_path / "whole.mkv", square_frames(60))
    torn = tmp_path / "torn.mkv"
    torn.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    lines, recording = _watched(torn)
    summary = lines[-1]["summary"]
    assert isinstance(summary, dict)
    assert recording.missing_s == pytest.approx(6.0 - summary["frames"] / 10, abs=0.2)
    assert summary["coverage"] == pytest.approx(summary["frames"] / 60, abs=0.05)
    assert _watched(whole)[1].missing_s == 0


def _torn(path: Path, *packets: int) -> Path:
    """The film with these of its packets overwritten."""
    with av.open(str(path)) as container:
        places = [(packet.pos, packet.size) for packet in container.demux(video=0) if packet.pos is not None]
    content = bytearray(path.read_bytes())
    for place, size in (places[number] for number in packets):
        content[place : place + size] = b"\xff" * size
    path.write_bytes(content)
    return path


@pytest.mark.unit
def test_packets_that_do_not_decode_are_counted_and_their_time_was_not_watched(tmp_path: Path) -> None:
    last_before_key_frames = (19, 29)
    torn = _torn(write_clip(tmp_path / "torn.mp4", square_frames(40)), *last_before_key_frames)
    summary = _watched(torn)[0][-1]["summary"]
    assert isinstance(summary, dict)
    assert (summary["frames"], summary["undecoded"]) == (38, 2)
    assert summary["coverage"] == pytest.approx(1 - 0.4 / 3.8, abs=0.01)


@pytest.mark.unit
def test_a_film_without_a_picture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "none.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = *SMALL, "yuv420p"
        container.start_encoding()
    assert "give a video file that plays" in _refusal(path)


@pytest.mark.unit
def test_a_film_in_an_unknown_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "odd.mp4"
    known = write_clip(tmp_path / "known.mp4", square_frames(5)).read_bytes()
    path.write_bytes(known.replace(b"avc1", b"zzz1").replace(b"avcC", b"zzzC"))
    assert "format that cannot be decoded here" in _refusal(path)


@pytest.mark.unit
def test_a_film_of_uneven_pace_is_watched_on_its_own_time(tmp_path: Path) -> None:
    path = tmp_path / "uneven.mp4"
    shown_ms = [0, 100, 150, 900, 940, 2000, 2100, 3300, 3350, 4000]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=1000, options={"bf": "0"})
        stream.width, stream.height, stream.pix_fmt = *SMALL, "yuv420p"
        for at_ms, picture in zip(shown_ms, square_frames(len(shown_ms)), strict=True):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = at_ms, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    lines, _recording = _watched(path)
    assert [line["at_s"] for line in lines if "count" in line] == [0.0, 1.0, 2.0, 3.0, 4.0]


@pytest.mark.unit
def test_a_film_whose_pictures_change_their_size_is_watched_through(tmp_path: Path) -> None:
    film = _joined(tmp_path / "both.ts", square_frames(20), square_frames(20, size_px=LARGE), square_frames(20))
    summary = _watched(film)[0][-1]["summary"]
    assert isinstance(summary, dict)
    assert summary["frames"] == 60


@pytest.mark.unit
def test_8192_px_are_looked_at_and_more_are_refused(tmp_path: Path) -> None:
    summary = _watched(write_clip(tmp_path / "wide.mp4", square_frames(2, size_px=(8192, 128))))[0][-1]["summary"]
    assert isinstance(summary, dict)
    assert summary["analysed"] == 1
    wider = write_clip(tmp_path / "wider.mp4", square_frames(2, size_px=(8224, 128)))
    assert "is 8224x128, larger than 8192 px on a side; set the camera to a smaller picture" in _refusal(wider)


RULES = """
[[rules]]
name = "a"
kind = "intrusion"
zone = [[0, 0], [1, 1], [1, 0], [0, 1]]
[[rules]]
name = "b"
kind = "burglary"
[[rules]]
name = "c"
kind = "loitering"
zone = [[10, 10], [200, 10], [200, 100]]
[[rules]]
name = "d"
kind = "fall"
armed = []
"""
SAID = (
    (0, "the outline crosses or touches itself; list the corners in order"),
    (1, "'burglary' found using 'kind' does not match any of the expected tags: 'intrusion'"),
    (2, "lies outside the picture; give shares of width and height from 0 to 1, not pixels"),
    (3, "is empty, so the rule would never be armed; remove the key to arm it always"),
)


@pytest.mark.unit
def test_every_wrong_rule_of_a_recording_is_named_at_once_with_its_remedy(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(RULES, "utf-8")
    with pytest.raises(SettingsError) as refusal:
        rules_of(path)
    for problem, (place, text) in zip(refusal.value.problems, SAID, strict=True):
        assert f"{path}: rules.{place}" in problem
        assert text in problem


@pytest.mark.unit
def test_a_file_without_rules_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text("rules = []\n", "utf-8")
    with pytest.raises(SettingsError, match="there is nothing to watch for; add a table"):
        rules_of(path)


@pytest.mark.unit
def test_every_wrong_rule_of_a_gateway_is_named_at_once_with_its_remedy(tmp_path: Path) -> None:
    path = tmp_path / "gateway.toml"
    path.write_text(RULES.replace('"a"', '"a"\ncamera = "c1"'), "utf-8")
    with pytest.raises(SettingsError) as refusal:
        check_settings(read_toml(path), GatewaySettings, where=str(path))
    said = "\n".join(refusal.value.problems)
    for place, text in SAID:
        assert f"{path}: rules.{place}" in said
        assert text in said


@pytest.mark.services
@pytest.mark.parametrize(("then", "states"), [(LARGE, [False]), (TOO_LARGE, [False, True])], ids=["larger", "too large"])
def test_a_stream_that_changes_its_size_goes_on_or_is_one_condition(
    then: tuple[int, int], states: list[bool], tmp_path: Path
) -> None:
    film = _joined(tmp_path / "film.ts", square_frames(20), square_frames(20, size_px=then))
    said = Recorder()
    with RtspServer(film, fps=20) as server:
        watch = CameraWatch(
            RtspCamera(id="c1", space="yard", url=server.url, fps=20),
            detector=OrderedDetector(),
            rules=[rule.watch() for rule in default_rules("c1")],
            publish=said,
            clock=SystemClock(),
            backoff=Backoff(60, 60),
            view=EVERY_FRAME,
        )
        watch.start()
        wait_until(lambda: watch.health().frames > 50 or watch.health().state == "offline")
        health = watch.health()
        watch.stop()
    assert said.of("camera_offline") == states
    assert (then == LARGE) == (health.state == "online")
    assert then == LARGE or "is 8224x64, larger than 8192 px" in health.reason
