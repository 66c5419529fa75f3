"""Messages as on the wire, one file each, and the small school they come from."""

from pathlib import Path

import pytest

from edge.settings import GatewaySettings
from ingest.roster import Roster
from lamplighter.contract.topics import Gateway
from lamplighter.runtime.settings import load_settings
from lamplighter.site.model import Site

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[1] / "docs" / "examples"


class Golden:
    """The committed messages. A change here is a change of the contract: other people's gateways speak it."""

    gateway = Gateway("district-1", "school-7", "gw1")
    at_ms = 1_780_021_800_000
    boot = 1_780_021_800
    boot_id = "5f8e1c9a3b7d4e2f9a0b6c1d2e3f4a5b"

    def bytes_of(self, name: str) -> bytes:
        """The message, exactly as published."""
        return (HERE / f"{name}.json").read_bytes()

    def topic_of(self, name: str) -> str:
        """The topic it is published on: a file's name begins with its lane."""
        return self.gateway.topic(name.partition("-")[0])


@pytest.fixture(scope="session")
def golden() -> Golden:
    """The committed messages."""
    return Golden()


@pytest.fixture(scope="session")
def roster() -> Roster:
    """Who may say what in the school of the documents' examples."""
    return Roster([load_settings(EXAMPLES / "site.toml", Site)])


@pytest.fixture
def gateway_settings(tmp_path: Path) -> GatewaySettings:
    """The same school's gateway, without cameras and certificates; its broker is never reached."""
    found = load_settings(EXAMPLES / "gateway.toml", GatewaySettings)
    broker = {"url": "mqtt://127.0.0.1:1"}
    lamp_rules = [rule for rule in found.rules if rule.kind == "lamp_failure"]
    data = found.model_dump() | {"data_dir": tmp_path, "broker": broker, "cameras": (), "rules": lamp_rules}
    return GatewaySettings.model_validate(data)
