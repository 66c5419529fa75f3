"""A real Mosquitto on what `lamplighter init` wrote: TLS, certificates on both sides, a user a connection."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from lamplighter.contract.topics import Gateway
from lamplighter.deployment.access import gateway_user
from lamplighter.deployment.centre import FILE_NAME, CentreSettings
from lamplighter.deployment.gateways import Gateways, Target
from lamplighter.deployment.layout import prepare
from lamplighter.runtime.clock import Clock, SystemClock
from lamplighter.runtime.mqtt import BrokerSettings
from lamplighter.runtime.settings import write_toml
from tests.servers.absent import absent, program
from tests.servers.processes import Server, free_port, listens


class SecuredBroker(Server):
    """A broker with `init`'s configuration; only the places that a container would mount are those of this machine."""

    def __init__(self, path: str, folder: Path, clock: Clock | None = None) -> None:
        self.folder = folder
        self.clock = clock or SystemClock()
        self.plain_port = free_port()
        port = free_port()
        self.url = f"mqtts://127.0.0.1:{port}"
        list(prepare(folder, sites={}, grafana={}, workers=2, clock=self.clock))
        (folder / "data").mkdir(exist_ok=True)
        super().__init__([path, "-c", str(folder / "here.conf")], port, log=folder / "mosquitto.log")
        self._write_configuration()

    def start(self) -> None:
        """Start, and say in centre.toml how it is told to read its files anew."""
        super().start()
        hang_up = ("kill", "-HUP", str(self.pid))
        centre = CentreSettings(hosts=("127.0.0.1",), port=self.port, check_url=self.url, reload=hang_up)
        write_toml(self.folder / FILE_NAME, centre)

    def ready(self) -> bool:
        """Whether both of its ports serve; the plain-text one comes last."""
        return super().ready() and listens(self.plain_port)

    @property
    def gateways(self) -> Gateways:
        """The verbs of `lamplighter gateway`."""
        return Gateways(self.folder, self.clock)

    def admit(self, gateway: Gateway) -> Path:
        """Add a gateway and unpack its bundle as its installer would; returns that folder."""
        at = self.folder / "unpacked" / gateway_user(gateway)
        bundle = self.gateways.add(gateway, Target(folder=str(at), data_dir=str(at / "data")))
        self.gateways.reload()
        return self.unpack(bundle, at)

    def unpack(self, bundle: Path, at: Path) -> Path:
        """Unpack over what is there."""
        at.mkdir(parents=True, exist_ok=True)
        subprocess.run(["tar", "-xzf", str(bundle), "-C", str(at)], check=True)
        return at

    def worker(self, name: str = "ingest-1") -> BrokerSettings:
        """How an ingest worker connects."""
        own = self.folder / "secrets" / name
        return BrokerSettings(
            url=self.url,
            protocol="5",
            password_dir=own,
            ca_file=own / "ca.crt",
            cert_file=own / "client.crt",
            key_file=own / "client.key",
            keepalive_s=2,
        )

    def _write_configuration(self) -> None:
        written = (self.folder / "mosquitto.conf").read_text("utf-8")
        moves = (
            ("/mosquitto/access", f"{self.folder}/secrets/broker"),
            ("/mosquitto/data/", f"{self.folder}/data/"),
            ("listener 8883", f"listener {self.port} 127.0.0.1"),
            ("listener 1883 127.0.0.1", f"listener {self.plain_port} 127.0.0.1"),
        )
        for old, new in moves:
            assert old in written, old
            written = written.replace(old, new)
        (self.folder / "here.conf").write_text(written + "user root\n", "utf-8")


@pytest.fixture
def secured_broker(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecuredBroker]:
    """A broker of the test's own."""
    path = program("mosquitto", folders="usr/sbin")
    if path is None:
        absent(request.config, "mosquitto")
    server = SecuredBroker(path, tmp_path_factory.mktemp("centre"))
    server.start()
    yield server
    server.stop()
