"""A real InfluxDB 2.x: `influxd` from PATH, or the server that `LAMPLIGHTER_TEST_INFLUXDB_URL`, `_TOKEN` and `_ORG` name."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from uuid import uuid4

import msgspec
import pytest
import urllib3

from lamplighter.storage.timeseries.influxdb_http import InfluxDbSettings
from tests.servers.absent import absent, program
from tests.servers.processes import Server, free_port, wait_for

ORG = "lamplighter"
TOKEN = "of-a-throw-away-server"
ENVIRONMENT = "LAMPLIGHTER_TEST_INFLUXDB_"
TUNING: Final = {"GOGC": "400", "GOMEMLIMIT": "3GiB"}
"""As in docker-compose.yml."""
CLOSES_LOGS: Final = Path(__file__).parents[2] / "deploy" / "influxdb-start.sh"


class InfluxServer:
    """Where the server is; `process` is None for one that runs elsewhere."""

    def __init__(self, url: str, *, token_file: Path, org: str = ORG, process: Server | None = None) -> None:
        self.url = url
        self.org = org
        self.token_file = token_file
        self.process = process

    def settings(self, **changes: object) -> InfluxDbSettings:
        """Settings with two buckets that no other test uses (made at the first write)."""
        name = uuid4().hex[:12]
        data = {"url": self.url, "org": self.org, "token_file": self.token_file, "raw_days": 0}
        return InfluxDbSettings.model_validate(data | {"raw_bucket": f"raw_{name}", "rollup_bucket": f"rollup_{name}"} | changes)


def start(path: str, folder: Path, *, closes_logs: bool = True) -> InfluxServer:
    """A new server with its data below `folder`, set up with a token of ours; started as in production, or bare."""
    port = free_port()
    places = [f"--{name}-path={folder / name}" for name in ("bolt", "engine", "sqlite")]
    command = [
        *(["sh", str(CLOSES_LOGS), str(folder / "engine")] if closes_logs else []),
        "env",
        *(f"{name}={value}" for name, value in TUNING.items()),
        path,
        f"--http-bind-address=127.0.0.1:{port}",
        *places,
        "--reporting-disabled",
        "--log-level=error",
    ]
    process = Server(command, port, log=folder / "log")
    process.start()
    url = f"http://127.0.0.1:{port}"
    wait_until_healthy(url)
    set_up = {"username": "tests", "password": "a long password", "org": ORG, "bucket": "first", "token": TOKEN}
    with urllib3.PoolManager() as http:
        answer = http.request("POST", f"{url}/api/v2/setup", body=msgspec.json.encode(set_up))
        assert answer.status == 201, answer.data
    token_file = folder / "token"
    token_file.write_text(TOKEN, "utf-8")
    return InfluxServer(url, token_file=token_file, process=process)


def wait_until_healthy(url: str) -> None:
    """Wait for its health page."""

    def healthy() -> bool:
        with urllib3.PoolManager() as http:
            try:
                return http.request("GET", f"{url}/health", retries=False).status == 200
            except urllib3.exceptions.HTTPError:
                return False

    wait_for(healthy, f"{url}/health", within_s=30)


@pytest.fixture(scope="session")
def influxdb_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InfluxServer]:
    """The run's server."""
    folder = tmp_path_factory.mktemp("influxdb")
    if url := os.environ.get(f"{ENVIRONMENT}URL"):
        token_file = folder / "token"
        token_file.write_text(os.environ[f"{ENVIRONMENT}TOKEN"], "utf-8")
        yield InfluxServer(url, token_file=token_file, org=os.environ[f"{ENVIRONMENT}ORG"])
        return
    path = program("influxd")
    if path is None:
        absent(request.config, "influxdb")
    server = start(path, folder)
    yield server
    assert server.process is not None
    server.process.stop()


@pytest.fixture
def influxdb(influxdb_server: InfluxServer) -> InfluxDbSettings:
    """Settings with buckets of the test's own, for `open_store`."""
    return influxdb_server.settings()
