"""`lamplighter cameras discover` against devices that answer over real sockets."""

import json
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import TypeAdapter
from typer.testing import CliRunner, Result

from edge.cameras.kinds import CameraSettings
from edge.estate.settings import Recorder
from lamplighter.cli.cameras import app
from lamplighter.runtime.clock import SystemClock
from tests.onvif.answers import Kept, Profile
from tests.onvif.device import OnvifDevice
from tests.rtsp.clip import square_frames, write_clip
from tests.rtsp.server import RtspServer

pytestmark = pytest.mark.services

SECRET = "p@ss w/rd"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
PROFILES = (Profile("sub", 640, 360, "rtsp://127.0.0.1:554/sub"), Profile("main", 2560, 1440, "rtsp://127.0.0.1:554/main"))
TWO_SOURCES = (*PROFILES, Profile("other", 1280, 720, "rtsp://127.0.0.1:554/other", "v1"))


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.write_text(SECRET + "\n")
    return path


def _discover(*arguments: str, password_file: Path) -> Result:
    login = ("--username", "admin", "--password-file", str(password_file))
    return CliRunner(env={"COLUMNS": "240"}).invoke(app, ["discover", *arguments, *login, "--no-multicast"])


@pytest.mark.parametrize(("language", "words"), [("en", "main stream"), ("zh", "主码流")])
def test_the_table_shows_streams_and_clock_and_never_the_password(language: str, words: str, password_file: Path) -> None:
    with OnvifDevice(profiles=PROFILES, login=("admin", SECRET), ahead=timedelta(minutes=2)) as camera:
        told = _discover(camera.url, "--lang", language, password_file=password_file)
    assert told.exit_code == 0
    for word in (
        words,
        "Drawn camera 1.2",
        "+120 s !",
        camera.url.split("/")[2],
        "H264 2560x1440 25 fps",
        "rtsp://127.0.0.1:554/sub",
    ):
        assert word in told.output
    assert SECRET not in told.output


def test_json_says_all_of_a_device_and_why_another_tells_nothing(password_file: Path) -> None:
    with OnvifDevice(profiles=PROFILES, login=("admin", SECRET)) as camera, OnvifDevice(login=("admin", "another")) as locked:
        told = _discover(camera.url, locked.url, "--json", password_file=password_file)
        found = {row["address"]: row for row in map(json.loads, told.output.splitlines())}
    assert [stream["profile"] for stream in found[camera.url]["streams"]] == ["main", "sub"]
    assert "refuses user or password" in found[locked.url]["problem"]


def test_the_toml_piece_is_what_a_gateway_takes(password_file: Path) -> None:
    kept = [Kept(token, "file://gate", NOON - timedelta(days=1), NOON) for token in ("r1", "r2")]
    with (
        OnvifDevice(profiles=TWO_SOURCES, login=("admin", SECRET)) as camera,
        OnvifDevice(records=kept, login=("admin", SECRET)) as recorder,
    ):
        told = _discover(camera.url, recorder.url, "--toml", password_file=password_file)
    piece = tomllib.loads(told.output)
    cameras = [TypeAdapter(CameraSettings).validate_python(row) for row in piece["cameras"]]
    assert [(row.id.rpartition("-")[2], row.model_dump()["url"]) for row in cameras] == [
        ("1", "rtsp://127.0.0.1:554/sub"),
        ("2", "rtsp://127.0.0.1:554/other"),
    ]
    assert [row.model_dump()["evidence_url"] for row in cameras] == ["rtsp://127.0.0.1:554/main", None]
    (found,) = (Recorder.model_validate(row) for row in piece["recorders"])
    assert [(row.camera, row.source) for row in found.channels] == [("channel-1", "file://gate")]
    assert SECRET not in told.output


def test_recordings_shows_each_source_and_whether_its_oldest_plays(tmp_path: Path, password_file: Path) -> None:
    now = SystemClock().now()
    clip = write_clip(tmp_path / "clip.mp4", square_frames(10))
    kept = [Kept("r1", "file://gate", now - timedelta(days=31), now), Kept("r2", "file://yard", now - timedelta(days=2), now)]
    with (
        RtspServer(clip, kept_from=now - timedelta(days=31), login=("admin", SECRET), scheme="Digest") as stream,
        OnvifDevice(records=kept, replay=stream.url, login=("admin", SECRET)) as onvif,
    ):
        file = tmp_path / "gateway.toml"
        file.write_text(
            f"""
            district = "d"
            school = "s"
            gateway = "g"
            data_dir = "{tmp_path}"
            broker = {{ url = "mqtt://127.0.0.1:1883" }}
            [[recorders]]
            id = "nvr1"
            space = "office"
            address = "{onvif.url}"
            username = "admin"
            password_file = "{password_file}"
            channels = [{{ camera = "gate-camera", source = "file://gate" }}]
            """
        )
        told = CliRunner().invoke(app, ["recordings", str(file), "--play", "--json"])
    first, second, channel = map(json.loads, told.output.splitlines())
    assert (first["source"], second["source"]) == (["file://gate"], ["file://yard"])
    assert (channel["camera"], channel["plays"], channel["days"], channel["gaps"]) == ("gate-camera", True, 31.0, 0)


def test_nobody_there_is_said_with_what_to_do(password_file: Path) -> None:
    assert "check cable, network" in _discover(password_file=password_file).output
    assert "检查网线" in _discover("--lang", "zh", password_file=password_file).output
