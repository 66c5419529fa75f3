"""The doctor at databases, cameras and networks, and which of them a settings file asks for."""

from datetime import timedelta
from pathlib import Path

import pytest

from edge.cameras.file import FileCamera
from edge.cameras.rtsp import RtspCamera
from edge.cameras.simulated import SimulatedCamera
from edge.detectors.load import DetectorSettings
from edge.estate.settings import Channel, Recorder
from lamplighter.contract.errors import SettingsError
from lamplighter.doctor import examination
from lamplighter.doctor.examination import examine
from lamplighter.doctor.eyes import look_at_cameras, look_at_model, look_at_recorders
from lamplighter.doctor.finding import Finding, ok
from lamplighter.doctor.stores import look_at_sql, look_at_store
from lamplighter.runtime.clock import SystemClock
from lamplighter.storage.sql.engine import SqlSettings
from lamplighter.storage.timeseries.duckdb import DuckDbSettings, DuckDbStore
from lamplighter.storage.timeseries.influxdb_http import InfluxDbSettings
from tests.onvif.answers import Kept
from tests.onvif.device import OnvifDevice
from tests.rtsp.clip import square_frames, write_clip
from tests.rtsp.server import RtspServer
from tests.servers.processes import free_port

pytestmark = pytest.mark.unit

CLOCK = SystemClock()


@pytest.fixture
def kept_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine whose clock is kept, whatever this one's is."""
    monkeypatch.setattr(examination, "look_at_clock", lambda _clock, _host: ok("clock", "system", "kept"))


def test_a_database_is_written_and_read_back(tmp_path: Path) -> None:
    assert look_at_sql(SqlSettings(url=f"sqlite:///{tmp_path / 'x.sqlite'}")).detail == "a row was written and read back"
    assert look_at_store(DuckDbSettings(path=tmp_path / "x.duckdb"), CLOCK).detail == "a row was written and read back"


def test_a_database_that_cannot_be_opened_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("no database", "utf-8")
    assert look_at_sql(SqlSettings(url=f"sqlite:///{tmp_path / 'x'}")).state == "fault"
    assert look_at_store(DuckDbSettings(path=tmp_path / "x"), CLOCK).state == "fault"


def test_a_database_that_is_away_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("t", "utf-8")
    away = f"127.0.0.1:{free_port()}"
    store = InfluxDbSettings(url=f"http://{away}", org="o", token_file=tmp_path / "token")
    assert look_at_store(store, CLOCK).state == "fault"
    assert look_at_sql(SqlSettings(url=f"postgresql://u@{away}/d", connect_timeout_s=2)).state == "fault"


def test_the_doctors_row_is_no_schools(tmp_path: Path) -> None:
    from lamplighter.contract.measurements import GATEWAY

    look_at_store(DuckDbSettings(path=tmp_path / "x.duckdb"), CLOCK)
    store = DuckDbStore(DuckDbSettings(path=tmp_path / "x.duckdb"))
    rows = store.select(GATEWAY, where={}, start_ms=0, end_ms=2**53)
    store.close()
    assert {row["school"] for row in rows} == {"doctor"}


def test_a_camera_that_gives_a_picture_is_well() -> None:
    (found,) = look_at_cameras([SimulatedCamera(id="c1", space="s1")], CLOCK)
    assert found.state == "ok", found
    assert found.detail.endswith(" px")


def test_a_cameras_large_stream_is_looked_at_too(tmp_path: Path) -> None:
    small = write_clip(tmp_path / "small.mp4", square_frames(10))
    large = write_clip(tmp_path / "large.mp4", square_frames(10, size_px=(640, 384)))
    with RtspServer(small) as one, RtspServer(large) as other:
        well = RtspCamera(id="well", space="s1", url=one.url, evidence_url=other.url)
        half = RtspCamera(id="half", space="s1", url=one.url, evidence_url=other.url.replace("yard", "roof"))
        found = list(look_at_cameras([well, half], CLOCK))
    assert [(row.subject, row.state) for row in found] == [("well", "ok"), ("half", "fault")]
    assert found[0].detail == "opens; 320 x 192 px; for clips 640 x 384 px"
    assert "no such stream" in found[1].detail


def test_each_camera_is_looked_at_whatever_the_others_do(tmp_path: Path) -> None:
    gone, well = FileCamera(id="gone", space="s1", path=tmp_path / "gone.mp4"), SimulatedCamera(id="well", space="s1")
    found = look_at_cameras([gone, well], CLOCK)
    assert [(finding.subject, finding.state) for finding in found] == [("gone", "fault"), ("well", "ok")]


def test_the_bundled_network_is_what_the_catalogue_says() -> None:
    assert look_at_model(DetectorSettings()).state == "ok"


def test_a_network_that_is_not_there_is_a_fault() -> None:
    found = look_at_model(DetectorSettings(model="gone.onnx"))
    assert (found.state, found.subject) == ("fault", "gone.onnx")


@pytest.mark.usefixtures("kept_clock")
def test_a_gateways_file_is_told_by_its_keys(tmp_path: Path) -> None:
    checks = _examined(
        tmp_path,
        f"""
        district = "d"
        school = "s"
        gateway = "g"
        data_dir = "{tmp_path}"
        [broker]
        url = "mqtt://127.0.0.1:{free_port()}"
        [[cameras]]
        kind = "simulated"
        id = "c1"
        space = "s1"
        """,
    )
    assert checks == ["clock", "disk", "dns", "tcp", "login", "model", "camera"]


@pytest.mark.usefixtures("kept_clock")
@pytest.mark.parametrize("console", ["", "[console]\nport = 8321\n"], ids=["ingest", "server"])
def test_a_file_with_a_broker_but_no_gateway_is_the_centres(tmp_path: Path, console: str) -> None:
    broker = f'data_dir = "{tmp_path}"\n[broker]\nurl = "mqtt://127.0.0.1:{free_port()}"\n'
    checks = _examined(tmp_path, broker + _stores(tmp_path) + console)
    assert checks == ["clock", "disk", "sites", "dns", "tcp", "login", "login", "login", "login", "store", "sql"]


@pytest.mark.usefixtures("kept_clock")
def test_a_file_without_a_broker_is_the_consoles(tmp_path: Path) -> None:
    head = f'data_dir = "{tmp_path}"\nsite_files = ["{tmp_path / "gone.toml"}"]\n'
    path = tmp_path / "x.toml"
    path.write_text(head + _stores(tmp_path), "utf-8")
    found = {finding.check: finding for finding in examine(path, CLOCK)}
    assert list(found) == ["clock", "sites", "store", "sql"]
    assert "gone.toml: no such file" in found["sites"].detail


def test_a_wrong_file_is_refused_with_every_mistake(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text('gateway = "g"\ncolour = "red"\n', "utf-8")
    with pytest.raises(SettingsError, match=r"(?s)district: missing.*colour: unknown key"):
        list(examine(path, CLOCK))


def _stores(folder: Path) -> str:
    return f"""
[store]
kind = "duckdb"
path = "{folder / "x.duckdb"}"
[sql]
url = "sqlite:///{folder / "x.sqlite"}"
"""


def _examined(folder: Path, text: str) -> list[str]:
    path = folder / "x.toml"
    path.write_text(text, "utf-8")
    found: list[Finding] = list(examine(path, CLOCK))
    return [finding.check for finding in found]


def test_a_recorder_is_looked_through_and_a_channel_it_does_not_have_is_named() -> None:
    now = CLOCK.now()
    with OnvifDevice(records=[Kept("r1", "gate", now - timedelta(days=1), now)]) as onvif:
        found = [finding for source in ("gate", "roof") for finding in look_at_recorders([_recorder(onvif.url, source)], CLOCK)]
    assert [(row.state, row.detail) for row in found] == [
        ("ok", "answers; 1 channels keep recordings"),
        ("fault", "nothing kept of gate-camera"),
    ]
    assert found[1].remedy == "compare `source` with `lamplighter cameras recordings`"


def _recorder(address: str, source: str) -> Recorder:
    return Recorder(id="nvr1", space="s1", address=address, channels=(Channel(camera="gate-camera", source=source),))


@pytest.mark.usefixtures("kept_clock")
@pytest.mark.parametrize(
    "broker", ["", '[gateway_broker]\nurl = "mqtt://127.0.0.1:1"\n'], ids=["that only shows", "that asks gateways"]
)
def test_a_console_alone_is_asked_what_a_console_needs(tmp_path: Path, broker: str) -> None:
    path = tmp_path / "console.toml"
    text = f'data_dir = "{tmp_path}"\nsite_files = ["none.toml"]\n{broker}[console]\nport = 0\n'
    path.write_text(text + f'[store]\nkind = "duckdb"\npath = "{tmp_path}/x"\n[sql]\nurl = "sqlite:///{tmp_path}/y"\n', "utf-8")
    checks = {finding.check for finding in examine(path, CLOCK)}
    assert ("tcp" in checks) == bool(broker), sorted(checks)
    assert "disk" not in checks, "a console keeps nothing of its own"
