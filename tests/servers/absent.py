"""What to do without a server: skip, or fail where `LAMPLIGHTER_REQUIRE` names it; what was skipped is listed last."""

import os
from collections.abc import Iterator
from pathlib import Path
from shutil import which
from typing import NoReturn

import pytest

REMEDIES = {
    "mosquitto": "apt install mosquitto",
    "postgres": "apt install postgresql",
    "chromium": "apt install chromium",
    "influxdb": "put influxd 2.x on PATH, or set LAMPLIGHTER_TEST_INFLUXDB_URL, _TOKEN and _ORG",
    "grafana": "put grafana on PATH and set GRAFANA_HOME, or set LAMPLIGHTER_TEST_GRAFANA_URL",
}
ABSENT = pytest.StashKey[dict[str, int]]()


def program(name: str, *, folders: str = "") -> str | None:
    """The program's path: from PATH, then from the newest folder that matches `folders`, a glob below /."""
    found = which(name)
    if found is None and folders:
        found = next((str(path) for path in sorted(Path("/").glob(f"{folders}/{name}"), reverse=True)), None)
    return found


def absent(config: pytest.Config, server: str) -> NoReturn:
    """Skip or fail the test, because this server is not here."""
    reason = f"{server} is not here: {REMEDIES[server]}"
    if server in os.environ.get("LAMPLIGHTER_REQUIRE", "").split(","):
        pytest.fail(reason, pytrace=False)
    skipped = config.stash.setdefault(ABSENT, {})
    skipped[server] = skipped.get(server, 0) + 1
    pytest.skip(reason)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> Iterator[None]:
    """Name the servers that were not here, after everything else."""
    yield
    skipped = config.stash.get(ABSENT, {})
    if skipped:
        terminalreporter.section("servers that were not here")
        for server, count in sorted(skipped.items()):
            terminalreporter.line(f"{server}: {count} skipped; {REMEDIES[server]}")
