"""One command runs a whole school: as its user starts it, in processes of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bench.soak import faults_of
from lamplighter.runtime.clock import SystemClock
from tests.servers.processes import free_port, wait_for

pytestmark = [pytest.mark.services, pytest.mark.slow, pytest.mark.timeout(240)]


def command(folder: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "lamplighter", "up", "--data", str(folder), *arguments]


def started(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    with (folder.parent / "up.log").open("w") as log:
        return subprocess.Popen(command(folder, *arguments), stdout=subprocess.DEVNULL, stderr=log)


def verified(folder: Path) -> str:
    """What an auditor is told of the demo's history, who kept the city's head."""

    def compliance(*arguments: str) -> str:
        told = [sys.executable, "-m", "lamplighter", "compliance", *arguments]
        return subprocess.run(told, capture_output=True, text=True, timeout=60, check=True).stdout

    data, out = folder / "data", str(folder / "export")
    database = f"sqlite:///{data / 'server' / 'lamplighter.sqlite'}"
    heads = dict(line.split(" ", 1) for line in compliance("history", "heads", "--database", database).splitlines())
    compliance("history", "export", out, "--database", database, "--key", str(data / "history.pem"))
    told = compliance("verify", out, "--key", str(data / "history.pub"), "--head", heads["city"].split(" ")[1])
    return told.splitlines()[0]


@pytest.mark.parametrize("broker", ["mosquitto", "amqtt"])
def test_a_short_run_loses_nothing_and_shows_an_incident_a_fault_and_every_verdict(
    tmp_path: Path, broker: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    if broker == "mosquitto":
        request.getfixturevalue("mosquitto")  # skips, or fails where it is required
        monkeypatch.setenv("PATH", "/usr/sbin", prepend=os.pathsep)
    else:
        monkeypatch.setenv("PATH", str(tmp_path))
    done = subprocess.run(
        command(tmp_path / "data", "--for", "28", "--json", "--port", "0"), capture_output=True, text=True, timeout=200, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert f'"program": "{broker}"' in done.stderr
    assert faults_of(json.loads(done.stdout.splitlines()[-1]), 28) == []
    assert verified(tmp_path) == "sound: nothing was changed"


def test_ctrl_c_ends_everything_and_the_next_start_goes_on(tmp_path: Path) -> None:
    port = free_port()
    folder = tmp_path / "data"
    for _start in range(2):
        process = started(folder, "--port", str(port))
        wait_for(lambda: "lamplighter_up" in (tmp_path / "up.log").read_text(), "the school is up", within_s=60)
        refused = subprocess.run(command(folder, "--port", "0"), capture_output=True, text=True, timeout=60, check=False)
        assert refused.returncode == 2
        assert f"already runs there as pid {process.pid}" in refused.stderr
        clock = SystemClock()
        asked_s = clock.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        assert clock.monotonic() - asked_s < 15, "it ends by itself, none of the children is left"
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_taken_port_names_a_free_one(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = subprocess.run(
            command(tmp_path / "data", "--port", str(port)), capture_output=True, text=True, timeout=60, check=False
        )
    assert refused.returncode == 2
    assert f"port {port} is in use" in refused.stderr
    assert "is free: --port" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--camera", "none.mp4"), "none.mp4"),
        (("--model", "none.onnx"), "none.onnx"),
        (("--site", "none.toml"), "none.toml"),
        (("--store", "influxdb://x"), "must look like influxdb://HOST:PORT/ORG?token_file=PATH"),
        (("--broker", "http://x"), "must look like mqtt://HOST:PORT"),
    ],
)
def test_what_the_operator_got_wrong_is_one_clear_line_before_anything_starts(
    tmp_path: Path, arguments: tuple[str, str], said: str
) -> None:
    refused = subprocess.run(
        command(tmp_path / "data", "--port", "0", *arguments), capture_output=True, text=True, timeout=60, check=False
    )
    assert refused.returncode == 2, refused.stderr[-2000:]
    assert said in refused.stderr
    assert "Traceback" not in refused.stderr
    assert "broker_started" not in refused.stderr


def test_a_site_without_the_simulated_devices_says_where_to_begin(tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    site.write_text(
        """district = "d"
school = "s"
label = { zh = "校", en = "school" }
spaces = [{ id = "yard", building = "grounds", kind = "yard", label = { zh = "操场", en = "yard" } }]
cameras = [{ id = "cam9", gateway = "gw1", space = "yard", label = { zh = "机", en = "cam" } }]
""",
        "utf-8",
    )
    refused = subprocess.run(
        command(tmp_path / "data", "--port", "0", "--site", str(site)), capture_output=True, text=True, timeout=60, check=False
    )
    assert refused.returncode == 2
    assert "has none of the simulated school's devices" in refused.stderr
    assert "Traceback" not in refused.stderr
