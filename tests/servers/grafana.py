"""A real Grafana: `grafana` from PATH with `GRAFANA_HOME`, provisioned with dashboards of ours."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import urllib3

from dashboards.build import write_files
from dashboards.settings import DashboardSettings
from tests.servers.absent import absent, program
from tests.servers.processes import Server, free_port, wait_for

PASSWORD = "of a throw-away server"
QUIET = {
    "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES": "false",
    "GF_ANALYTICS_CHECK_FOR_UPDATES": "false",
    "GF_ANALYTICS_REPORTING_ENABLED": "false",
    "GF_LOG_MODE": "console",
    "GF_NEWS_NEWS_FEED_ENABLED": "false",
    "GF_PLUGINS_PLUGIN_ADMIN_ENABLED": "false",
    "GF_PLUGINS_PREINSTALL_DISABLED": "true",
    "GF_PLUGINS_PUBLIC_KEY_RETRIEVAL_DISABLED": "true",
    "GF_SECURITY_ADMIN_PASSWORD": PASSWORD,
    "GF_SECURITY_DISABLE_GRAVATAR": "true",
}


class Grafana(Server):
    """A server on loopback with its data below `folder`; its user is `admin`."""

    def __init__(self, path: str, home: str, folder: Path) -> None:
        port = free_port()
        places = {f"GF_PATHS_{name.upper()}": str(folder / name) for name in ("data", "logs", "plugins", "provisioning")}
        address = {"GF_SERVER_HTTP_ADDR": "127.0.0.1", "GF_SERVER_HTTP_PORT": str(port)}
        settings = [f"{key}={value}" for key, value in (QUIET | places | address).items()]
        super().__init__(["env", *settings, path, "server", "--homepath", home], port, log=folder / "log")
        self.url = f"http://127.0.0.1:{port}"

    def wait_until_healthy(self) -> None:
        """Wait for its health page."""
        wait_for(lambda: self._answers("/api/health"), f"{self.url}/api/health", within_s=60)

    def ask(self, path: str, body: object = None, *, status: int = 200) -> Any:
        """The decoded answer of its API: POST where there is a body. An AssertionError shows another status."""
        data = None if body is None else msgspec.json.encode(body)
        with urllib3.PoolManager(headers=self._headers()) as http:
            answer = http.request("GET" if body is None else "POST", self.url + path, body=data, timeout=60)
            assert answer.status == status, f"{path}: {answer.status} {answer.data[:500]!r}"
            return msgspec.json.decode(answer.data)

    def _answers(self, path: str) -> bool:
        with urllib3.PoolManager() as http:
            try:
                return http.request("GET", self.url + path, retries=False).status == 200
            except urllib3.exceptions.HTTPError:
                return False

    @staticmethod
    def _headers() -> dict[str, str]:
        return {**urllib3.make_headers(basic_auth=f"admin:{PASSWORD}"), "Content-Type": "application/json"}


StartGrafana = Callable[..., Grafana]


@pytest.fixture(scope="session")
def start_grafana(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartGrafana]:
    """Starts a Grafana, provisioned for the settings given, or bare."""
    path, home = program("grafana"), os.environ.get("GRAFANA_HOME", "/opt/grafana")
    if path is None or not Path(home).is_dir():
        absent(request.config, "grafana")
    running: list[Grafana] = []

    def start(settings: DashboardSettings | None = None) -> Grafana:
        folder = tmp_path_factory.mktemp("grafana")
        if settings is not None:
            write_files(folder, settings.model_copy(update={"dashboards_path": folder / "dashboards"}))
        server = Grafana(path, home, folder)
        server.start()
        running.append(server)
        server.wait_until_healthy()
        return server

    yield start
    for server in running:
        server.stop()
