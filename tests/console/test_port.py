"""Taking a port, or saying which one is free."""

import re
import socket

import pytest

from console.port import claim_port
from lamplighter.contract.errors import SettingsError

pytestmark = pytest.mark.unit


def test_a_free_port_is_taken_and_answers() -> None:
    with claim_port("127.0.0.1", 0) as sock:
        address = sock.getsockname()
        with socket.create_connection(address, timeout=5) as peer:
            assert peer.getpeername() == address


def test_a_taken_port_names_one_that_is_free() -> None:
    with claim_port("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=f"port {port} is in use") as refusal:
            claim_port("127.0.0.1", port)
    named = re.search(r"--port (\d+)", str(refusal.value))
    assert named is not None
    with claim_port("127.0.0.1", int(named[1])) as free:
        assert free.getsockname()[1] != port


def test_an_address_that_is_not_ours_says_what_to_write_instead() -> None:
    with pytest.raises(SettingsError, match=r"host = '192\.0\.2\.1'.*127\.0\.0\.1"):
        claim_port("192.0.2.1", 0)


def test_the_same_port_is_free_again_once_let_go() -> None:
    with claim_port("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
    with claim_port("127.0.0.1", port) as second:
        assert second.getsockname()[1] == port
