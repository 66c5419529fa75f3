"""A real Mosquitto."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.servers.absent import absent, program
from tests.servers.processes import Server, free_port

CONFIGURATION = """\
listener {port} 127.0.0.1
user root
allow_anonymous true
persistence true
persistence_location {data}/
autosave_interval 1
max_queued_messages 0
max_inflight_messages 1000
set_tcp_nodelay true
log_type error
log_type warning
"""


class Mosquitto(Server):
    """A broker on loopback that keeps its sessions below `data`."""

    def __init__(self, path: str, folder: Path) -> None:
        port = free_port()
        self.data = folder / "data"
        self.data.mkdir()
        configuration = folder / "mosquitto.conf"
        configuration.write_text(CONFIGURATION.format(port=port, data=self.data), "utf-8")
        super().__init__([path, "-c", str(configuration)], port, log=folder / "mosquitto.log")
        self.url = f"mqtt://127.0.0.1:{port}"

    def wipe(self) -> None:
        """Lose every session and retained message; the broker must be stopped."""
        shutil.rmtree(self.data)
        self.data.mkdir()


def _started(config: pytest.Config, folder: Path) -> Iterator[Mosquitto]:
    path = program("mosquitto", folders="usr/sbin")
    if path is None:
        absent(config, "mosquitto")
    server = Mosquitto(path, folder)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def mosquitto(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    """The run's broker; use names of your own in its topics (`unique_name`). Do not stop it."""
    yield from _started(request.config, tmp_path_factory.mktemp("mosquitto"))


@pytest.fixture
def own_mosquitto(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    """A broker of the test's own, to be killed, wiped and restarted."""
    yield from _started(request.config, tmp_path_factory.mktemp("own_mosquitto"))


@pytest.fixture
def unique_name() -> str:
    """A name no other test uses, fit for a topic's district."""
    return f"t{uuid4().hex[:12]}"
