"""Shutting a gateway out, and new certificates, on a broker that runs."""

import ssl
from contextlib import closing
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from edge.settings import GatewaySettings
from lamplighter.cli import commands
from lamplighter.contract.errors import SettingsError, Unavailable
from lamplighter.contract.topics import Gateway
from lamplighter.deployment.access import gateway_user, worker_users
from lamplighter.deployment.certificates import parse, read_certificate
from lamplighter.runtime.broker_visit import BrokerVisit
from lamplighter.runtime.mqtt import BrokerSettings, Connection
from lamplighter.runtime.settings import load_settings
from tests.servers.processes import wait_for
from tests.servers.secured import SecuredBroker

pytestmark = pytest.mark.services

A = Gateway("d1", "s1", "gw-a")
B = Gateway("d1", "s1", "gw-b")
WITHIN_S = 10.0


def settings_of(folder: Path) -> BrokerSettings:
    return load_settings(folder / "gateway.toml", GatewaySettings).broker


def served_serial(broker: SecuredBroker) -> int:
    """Serial number of the certificate that the broker shows."""
    text = ssl.get_server_certificate(("127.0.0.1", broker.port))
    return parse(text.encode(), "served").serial


def test_a_revoked_gateway_is_gone_within_ten_seconds_and_cannot_come_back(secured_broker: SecuredBroker) -> None:
    settings = settings_of(secured_broker.admit(A))
    with closing(_Running(settings, gateway_user(A))) as a:
        secured_broker.gateways.revoke(A)
        secured_broker.gateways.reload()
        wait_for(lambda: not a.connection.up, "its connection has ended", within_s=WITHIN_S)
        wait_for(lambda: a.connection.refusal is not None, "its return was refused")
        assert not a.connection.up
    with pytest.raises((SettingsError, Unavailable)), BrokerVisit(settings, gateway_user(A), timeout_s=1.0):
        pass


def test_the_others_stay_connected_while_one_is_revoked(secured_broker: SecuredBroker) -> None:
    secured_broker.admit(A)
    with closing(_Running(settings_of(secured_broker.admit(B)), gateway_user(B))) as b:
        secured_broker.gateways.revoke(A)
        secured_broker.gateways.reload()
        assert b.connection.up
        assert b.losses == 0


def test_a_revoked_certificate_does_not_even_get_to_the_login(secured_broker: SecuredBroker) -> None:
    old = settings_of(secured_broker.admit(A))
    other = settings_of(secured_broker.admit(B))
    secured_broker.gateways.revoke(A)
    secured_broker.gateways.reload()
    stolen = other.model_copy(update={"cert_file": old.cert_file, "key_file": old.key_file})  # B's user, A's certificate
    with pytest.raises(Unavailable), BrokerVisit(stolen, gateway_user(B), timeout_s=1.0):
        pass


def test_the_centre_is_told_that_a_revoked_gateway_is_off_line(secured_broker: SecuredBroker) -> None:
    secured_broker.admit(A)
    with closing(_Running(secured_broker.worker(), "ingest-1.presence", A.topic("availability"))) as presence:
        secured_broker.gateways.revoke(A)
        secured_broker.gateways.reload(gone=[A])
        wait_for(lambda: presence.heard == [A.topic("availability")], "the word has come")


def test_a_gateway_that_was_revoked_may_be_admitted_anew(secured_broker: SecuredBroker) -> None:
    secured_broker.admit(A)
    secured_broker.gateways.revoke(A)
    with BrokerVisit(settings_of(secured_broker.admit(A)), gateway_user(A)):
        pass


def test_a_renewed_gateway_is_admitted_with_its_new_certificate_and_its_old_password(secured_broker: SecuredBroker) -> None:
    folder = secured_broker.admit(A)
    before = read_certificate(folder / "gateway.crt")
    secured_broker.unpack(secured_broker.gateways.renew(A), folder)
    assert read_certificate(folder / "gateway.crt").serial != before.serial
    with BrokerVisit(settings_of(folder), gateway_user(A)):
        pass


def test_a_renewed_server_certificate_is_served_without_a_restart(secured_broker: SecuredBroker) -> None:
    pid, before = secured_broker.pid, served_serial(secured_broker)
    with closing(_Running(settings_of(secured_broker.admit(A)), gateway_user(A))) as a:
        secured_broker.gateways.renew_centre()
        secured_broker.gateways.reload()
        assert served_serial(secured_broker) != before
        assert secured_broker.pid == pid
        assert a.losses == 0


def test_ingest_is_admitted_with_its_renewed_certificates(secured_broker: SecuredBroker) -> None:
    secured_broker.gateways.renew_centre()
    secured_broker.gateways.reload()
    for user in worker_users("ingest-1"):
        with BrokerVisit(secured_broker.worker(), user):
            pass


def test_what_waits_for_one_who_is_away_survives_the_reading_of_files_anew(secured_broker: SecuredBroker) -> None:
    topic = "campus/v1/+/+/+/readings"
    with closing(_Running(secured_broker.worker(), "ingest-1.readings", topic)):
        pass  # its session stays, and queues
    with closing(_Running(settings_of(secured_broker.admit(A)), gateway_user(A))) as a:
        a.connection.publish_and_wait(A.topic("readings"), b"{}", timeout_s=10)
    secured_broker.stop()
    secured_broker.start()
    secured_broker.gateways.reload()
    with closing(_Running(secured_broker.worker(), "ingest-1.readings", topic)) as ingest:
        wait_for(lambda: ingest.heard == [A.topic("readings")], "the message has come")


def test_a_broker_that_cannot_be_told_is_an_error_that_says_what_to_do(secured_broker: SecuredBroker) -> None:
    secured_broker.admit(A)
    secured_broker.stop()
    with pytest.raises(Unavailable, match=r"the files are written, but `kill .*send SIGHUP to the broker"):
        secured_broker.gateways.reload()
    secured_broker.start()


def test_each_verb_of_the_command_line_says_that_it_is_in_force(secured_broker: SecuredBroker) -> None:
    app = typer.Typer()
    commands.register(app)
    for words in (("gateway", "add", "d1/s1/gw-a"), ("gateway", "revoke", "d1/s1/gw-a"), ("certificates", "renew")):
        result = CliRunner().invoke(app, [*words, "--dir", str(secured_broker.folder)])
        assert result.exit_code == 0, result.exception
        assert result.output.endswith("in force: the broker has read its files anew\n")


class _Running:
    """A connection that counts its losses."""

    def __init__(self, settings: BrokerSettings, client_id: str, *topics: str) -> None:
        self.losses = 0
        self.heard: list[str] = []
        self.connection = Connection(
            settings,
            client_id,
            on_state=self._changed,
            on_message=lambda message: self.heard.append(message.topic),
            subscriptions=topics,
        )
        self.connection.start()
        wait_for(lambda: self.connection.up, f"{client_id} is connected")

    def _changed(self, up: bool) -> None:  # noqa: FBT001 - the connection's callback shape
        self.losses += not up

    def close(self) -> None:
        """Leave."""
        self.connection.stop()
