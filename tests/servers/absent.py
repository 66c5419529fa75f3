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
    "soffice": "apt install libreoffice-calc",
    "grafana": "put grafana on PATH and set GRAFANA_HOME, or set LAMPLIGHTER_TEST_GRAFANA_URL",
}
NOT_HERE = " is not here: "
ABSENT = pytest.StashKey[set[str]]()


def program(name: str, *, folders: str = "") -> str | None:
    """The program's path: from PATH, then from the newest folder that matches `folders`, a glob below /."""
    found = which(name)
    if found is None and folders:
        found = next((str(path) for path in sorted(Path("/").glob(f"{folders}/{name}"), reverse=True)), None)
    return found


def absent(config: pytest.Config, server: str) -> NoReturn:
    """Skip or fail the test, because this server is not here."""
    reason = f"{server}{NOT_HERE}{REMEDIES[server]}"
    if server in os.environ.get("LAMPLIGHTER_REQUIRE", "").split(","):
        pytest.fail(reason, pytrace=False)
    config.stash.setdefault(ABSENT, set()).add(server)
    pytest.skip(reason)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> Iterator[None]:
    """Name the servers that were not here, after everything else."""
    yield
    names = config.stash.get(ABSENT, set())
    servers = sorted(names)
    if servers:
        terminalreporter.section("servers that were not here")
    reasons = [str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])]
    for server in servers:
        count = sum(f"{server}{NOT_HERE}" in reason for reason in reasons)
        terminalreporter.line(f"{server}: {count} tests skipped; {REMEDIES[server]}")
