"""Probes: TCP against a real port, ICMP echo in a network namespace of its own where the machine allows one."""

import asyncio
import shutil
import socket
import subprocess
import sys
from typing import Any

import pytest
from pydantic import ValidationError

from edge.drivers import echo, network_probe
from edge.drivers.network_probe import NetworkProbe
from edge.drivers.protocol import Sample
from lamplighter.contract.errors import SettingsError, Unavailable
from lamplighter.runtime.clock import SystemClock
from tests.servers.processes import free_port

pytestmark = pytest.mark.unit

ECHO = """
import asyncio
from edge.drivers.echo import echo_ms, may_echo
from lamplighter.runtime.clock import SystemClock

async def main():
    may_echo()
    answers = [await echo_ms(host, timeout_s=0.3, clock=SystemClock()) for host in ("127.0.0.1", "::1", "192.0.2.1")]
    assert answers[0] is not None and answers[1] is not None and answers[2] is None, answers
    print("echoed")

asyncio.run(main())
"""


def bus_of(target: str, kind: str = "network_link", **settings: Any) -> NetworkProbe:
    device = {"id": "net", "kind": kind, "space": "office", "target": target}
    return NetworkProbe.model_validate({"id": "links", "devices": [device], **settings})


def probe(bus: NetworkProbe) -> list[Sample]:
    return asyncio.run(bus.open(SystemClock()).read("net", []))


@pytest.mark.parametrize(("kind", "point"), [("network_link", "link_up"), ("equipment", "equipment_online")])
def test_a_port_that_answers_is_up_with_its_round_trip_and_one_that_does_not_is_down(kind: str, point: str) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        up, trip = probe(bus_of(f"tcp://127.0.0.1:{listener.getsockname()[1]}", kind))
    (down,) = probe(bus_of(f"tcp://127.0.0.1:{free_port()}", kind))
    assert (up.point, up.value, down.point, down.value) == (point, 1.0, point, 0.0)
    assert trip.point == "round_trip_ms"
    assert trip.value is not None
    assert 0 <= trip.value < 1000


def test_a_name_without_an_address_is_down() -> None:
    assert [row.value for row in probe(bus_of("tcp://no-such-host.invalid:80"))] == [0.0]


@pytest.mark.parametrize("target", ["127.0.0.1", "tcp://host", "icmp://host:7", "udp://host:7", "tcp://host:x", "tcp://h:1/path"])
def test_a_target_that_is_none_is_refused(target: str) -> None:
    with pytest.raises(ValidationError, match="must look like tcp://HOST:PORT or icmp://HOST"):
        bus_of(target)


def test_without_the_right_to_echo_the_remedy_is_said_before_anything_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_arguments: Any) -> socket.socket:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket, "socket", refused)
    with pytest.raises(SettingsError, match=r"ping_group_range = '0 2147483647', or probe a TCP port"):
        bus_of("icmp://127.0.0.1").check()


def test_without_the_right_to_echo_a_probe_says_nothing_of_the_link(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refused(*_arguments: Any, **_settings: Any) -> float:
        raise Unavailable(echo.NOT_ALLOWED)

    monkeypatch.setattr(network_probe, "echo_ms", refused)
    with pytest.raises(Unavailable, match="may send no ICMP echo"):
        probe(bus_of("icmp://127.0.0.1"))


def test_the_checksum_is_the_internets() -> None:
    # RFC 1071, section 3: the sum of these eight octets is ddf2.
    assert echo._checksum(bytes.fromhex("0001f203f4f5f6f7")) == 0xFFFF ^ 0xDDF2


def test_an_echo_comes_back_over_both_protocols_and_silence_is_none() -> None:
    shell = 'echo 0 0 > /proc/sys/net/ipv4/ping_group_range && ip link set lo up && exec "$0" -c "$1"'
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        pytest.skip("unshare and ip make a network of one's own; they are not here")
    if subprocess.run(["unshare", "-rn", "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine allows no network namespace")
    done = subprocess.run(
        ["unshare", "-rn", "sh", "-c", shell, sys.executable, ECHO], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout == "echoed\n", done.stderr
