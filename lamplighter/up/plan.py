"""What `up` starts: the settings file of each child, written from the options."""

import socket
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from compliance.history.keys import make_key
from console.settings import DEFAULT_PORT
from edge.cameras.simulated import DEMO_ZONE, GATE_LINE, GATE_ZONE
from edge.preflight import preflight
from edge.settings import GatewaySettings
from lamplighter.contract.errors import SettingsError
from lamplighter.contract.topics import Gateway
from lamplighter.processes.broker import EmbeddedBrokerSettings
from lamplighter.processes.server import ServerSettings
from lamplighter.runtime.mqtt import BrokerUrl
from lamplighter.runtime.settings import Settings, check_settings, load_settings, write_toml
from lamplighter.site.model import Site
from lamplighter.up.children import Child
from lamplighter.up.past import remember_past
from simulator.backlog import Backlog
from simulator.edge_file import edge_settings, sensor_rules
from simulator.marker import read_progress
from simulator.school import GATEWAY
from simulator.site_file import CAMERA, GATE_CAMERA, write_site

_SCHOOL_ZONE = ZoneInfo("Asia/Shanghai")
PAST_DAYS: Final = 7
DRAWN_CAMERAS: Final[tuple[dict[str, Any], ...]] = ({"kind": "simulated"}, {"kind": "simulated", "scene": "gate", "fps": 3.0})
GATE_RULES: Final[tuple[dict[str, Any], ...]] = (
    {"kind": "line_crossing", "name": "gate-line", "line": GATE_LINE},
    {"kind": "loitering", "name": "gate-loitering", "zone": GATE_ZONE, "dwell_s": 15.0},
    {"kind": "crowding", "name": "gate-crowding", "limit": 3},
    {"kind": "camera_tamper", "name": "gate-tamper"},
    {"kind": "fire_smoke", "name": "gate-fire"},
)
"""Times and limits are short, so that a round of three minutes shows each."""


AbsolutePath = Annotated[Path, AfterValidator(Path.absolute)]
"""What is written into settings files, which other commands read from other folders."""


def _whole(model: str | None) -> str | None:
    """A file's name as `AbsolutePath`; a name of the catalogue as it is."""
    return str(Path(model).absolute()) if model is not None and model.endswith(".onnx") else model


class UpOptions(Settings):
    """What the command line asked for."""

    data: AbsolutePath = Field(Path("data"), validate_default=True)
    cameras: tuple[str, ...] = ()
    site: AbsolutePath | None = None
    for_s: float | None = Field(None, gt=0)
    port: int = Field(DEFAULT_PORT, ge=0, le=65_535)
    broker: BrokerUrl | None = None
    store: str | None = None
    model: Annotated[str | None, AfterValidator(_whole)] = None


class Plan:
    """Folders, ports and settings of one run."""

    def __init__(self, options: UpOptions, *, now: datetime) -> None:
        self._options = options
        self._now = now
        self.folder = options.data
        self.run_folder = options.data / "run"
        self.run_folder.mkdir(parents=True, exist_ok=True)
        self.site = self._site()
        self._cameras = self._settings_of_cameras()
        self.modbus_port = free_port()
        self.broker_port = free_port()
        self.broker_url = options.broker or f"mqtt://127.0.0.1:{self.broker_port}"
        self.store = store_settings(options.store, options.data)
        self.edge = self._edge()
        self.server = self._server()
        preflight(self.edge)

    def children(self) -> dict[str, Child]:
        """Write the settings files and name the commands, in the order they are to start."""
        broker = EmbeddedBrokerSettings(port=self.broker_port, data_dir=self.folder / "broker")
        for name, settings in (("broker", broker), ("server", self.server), ("edge", self.edge)):
            write_toml(self._file(name), settings)
        past, marker = self._past()
        remember_past(self.edge.data_dir / "outbox.sqlite", past)
        history = (
            "--broker",
            self.broker_url,
            "--until-ms",
            str(past.until_ms),
            "--days",
            str(past.days),
            "--marker",
            str(marker),
            *(("--site", str(self._options.site)) if self._options.site is not None else ()),
        )
        names = ("--district", self.site.district, "--school", self.site.school, "--gateway", self.edge.gateway)
        limit = () if self._options.for_s is None else ("--for", str(self._options.for_s))
        found = {
            "broker": Child("broker", ("broker", "run", str(self._file("broker")))),
            "server": Child("server", ("server", "run", str(self._file("server")))),
            "school": Child("school", ("simulator", "modbus", "--port", str(self.modbus_port))),
            "edge": Child("edge", ("edge", "run", str(self._file("edge")), *limit), once=bool(limit)),
            "history": Child("history", ("simulator", "history", *history, *names), once=True),
        }
        if self._options.broker is not None:
            del found["broker"]
        return found

    def _past(self) -> tuple[Backlog, Path]:
        """The past to tell, or the one that an earlier run began to tell, and the file that remembers how far it came."""
        names = Gateway(self.site.district, self.site.school, self.edge.gateway)
        marker = self.folder / "history.done"
        return read_progress(marker, Backlog(names, round(self._now.timestamp() * 1000), PAST_DAYS))[0], marker

    def _file(self, name: str) -> Path:
        return self.run_folder / f"{name}.toml"

    def _site(self) -> Site:
        if self._options.site is not None:
            return load_settings(self._options.site, Site)
        path = self.folder / "site.toml"
        cameras = [f"camera{number}" for number in range(1, len(self._options.cameras) + 1)] or [CAMERA, GATE_CAMERA]
        if not path.exists() or [camera.id for camera in load_settings(path, Site).cameras] != cameras:
            write_site(path, on=self._now.astimezone(_SCHOOL_ZONE).date(), cameras=cameras)
        return load_settings(path, Site)

    def _settings_of_cameras(self) -> list[dict[str, Any]]:
        """The given sources, or the drawn ones as far as the site has cameras, as the first cameras of the site."""
        sources = self._options.cameras
        if not sources:
            places = zip(DRAWN_CAMERAS, self.site.cameras, strict=False)
            return [{"id": place.id, "space": place.space, **drawn} for drawn, place in places]
        if len(sources) > len(self.site.cameras):
            raise SettingsError(
                f"--site {self._options.site}: has {len(self.site.cameras)} cameras, {len(sources)} are needed; add [[cameras]]"
            )
        given = zip(sources, self.site.cameras, strict=False)
        return [_camera(source, {"id": place.id, "space": place.space}) for source, place in given]

    def _buses(self) -> list[dict[str, Any]]:
        """The simulated bus, as far as the site file has its devices."""
        known = {device.id for device in self.site.devices}
        buses = [
            {**bus, "devices": [device for device in bus["devices"] if device["id"] in known]}
            for bus in edge_settings(self.modbus_port)["buses"]
        ]
        buses = [bus for bus in buses if bus["devices"]]
        if not buses:
            raise SettingsError(
                f"--site {self._options.site}: has none of the simulated school's devices;"
                " begin with `lamplighter simulator site site.toml` and change that"
            )
        return buses

    def _edge(self) -> GatewaySettings:
        gateway = self.site.devices[0].gateway if self.site.devices else GATEWAY
        data = {
            "district": self.site.district,
            "school": self.site.school,
            "gateway": gateway,
            "data_dir": self.folder / "gateway",
            "broker": {"url": self.broker_url},
            "detector": self._detector(),
            "cameras": self._cameras,
            "trust": {"stuck_after_s": 60},
            "rules": [
                *sensor_rules({device["space"] for bus in self._buses() for device in bus["devices"]}),
                *(rule for camera in self._cameras for rule in self._video_rules(camera)),
            ],
            "buses": self._buses(),
        }
        return check_settings(data, GatewaySettings, where="up")

    def _video_rules(self, camera: dict[str, Any]) -> list[dict[str, Any]]:
        """Always armed: the whole picture of a given camera, the painted zone of the drawn yard, much at the drawn gate."""
        name = camera["id"]
        if camera.get("scene") == "gate":
            return [{**rule, "camera": name} for rule in GATE_RULES]
        rule = {"kind": "intrusion", "name": "demo-zone", "camera": name}
        return [rule if self._options.cameras else {**rule, "zone": DEMO_ZONE}]

    def _detector(self) -> dict[str, Any]:
        """The drawn scene's people are a third of its height and more, which spares enlarging the picture."""
        drawn = {"smallest_person_share": 0.3} if not self._options.cameras else {}
        return drawn if self._options.model is None else {**drawn, "model": self._options.model}

    def _server(self) -> ServerSettings:
        data = {
            "worker": "server",
            "data_dir": self.folder / "server",
            "site_files": (self._options.site or self.folder / "site.toml",),
            "broker": {"url": self.broker_url},
            "store": self.store,
            "sql": {"url": f"sqlite:///{self.folder / 'server' / 'lamplighter.sqlite'}"},
            "console": {"port": self._options.port or free_port()},
            "history": {"key_file": self._history_key()},
        }
        return check_settings(data, ServerSettings, where="up")

    def _history_key(self) -> Path:
        """The key that signs the history; made once, with its public half beside it."""
        path = self.folder / "history.pem"
        if not path.exists():
            make_key(path)
        return path


def _camera(source: str, base: dict[str, Any]) -> dict[str, Any]:
    """A camera's settings from what was given: rtsp://..., a webcam's number, or a file that plays once."""
    if source.startswith(("rtsp://", "rtsps://")):
        return {**base, "kind": "rtsp", "url": source}
    if source.isdecimal():
        return {**base, "kind": "webcam", "index": int(source)}
    return {**base, "kind": "file", "path": Path(source).absolute(), "loop": False}


def store_settings(url: str | None, folder: Path) -> dict[str, Any]:
    """The store's settings: DuckDB in the data folder, or `influxdb://HOST:PORT/ORG?token_file=PATH`."""
    if url is None:
        return {"kind": "duckdb", "path": folder / "server" / "readings.duckdb"}
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    if parts.scheme != "influxdb" or not parts.hostname or not parts.path.strip("/") or "token_file" not in query:
        raise SettingsError(f"--store {url}: must look like influxdb://HOST:PORT/ORG?token_file=PATH")
    return {
        "kind": "influxdb",
        "url": f"http://{parts.hostname}:{parts.port or 8086}",
        "org": parts.path.strip("/"),
        "token_file": Path(query["token_file"][0]).absolute(),
    }


def free_port() -> int:
    """A loopback port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
