"""The doctor at a real broker: what works is said to work, and each fault is named with what to do."""

import json
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from edge.settings import GatewaySettings
from lamplighter.contract.topics import Gateway
from lamplighter.deployment.access import gateway_user, worker_users
from lamplighter.deployment.authority import LIFETIME_DAYS, Pair, issue, new_authority
from lamplighter.deployment.secret_files import FILE_MODE, replace
from lamplighter.doctor.broker import gateway_caller, look_at_broker, worker_callers
from lamplighter.doctor.finding import Finding
from lamplighter.runtime.clock import SystemClock
from lamplighter.runtime.mqtt import BrokerSettings, Connection
from lamplighter.runtime.settings import load_settings
from tests.servers.processes import free_port, wait_for
from tests.servers.secured import SecuredBroker

pytestmark = pytest.mark.services

CLOCK = SystemClock()
GATEWAY = Gateway("d1", "s1", "gw-a")
ROOT = Path(__file__).parents[3]


def settings_of(folder: Path) -> BrokerSettings:
    return load_settings(folder / "gateway.toml", GatewaySettings).broker


def report(settings: BrokerSettings, gateway: Gateway = GATEWAY) -> list[Finding]:
    return list(look_at_broker(settings, [gateway_caller(gateway)], CLOCK))


def only_fault(found: list[Finding]) -> Finding:
    faults = [finding for finding in found if finding.state == "fault"]
    assert len(faults) == 1, faults
    return faults[0]


@pytest.fixture
def admitted(secured_broker: SecuredBroker) -> Path:
    """The unpacked bundle of a gateway."""
    return secured_broker.admit(GATEWAY)


def serve(broker: SecuredBroker, *, days_ago: int = 0, host: str = "127.0.0.1") -> None:
    """Have the broker show a certificate of its own authority, made `days_ago` for `host`."""
    secrets = broker.folder / "secrets"
    pair = issue(authority_of(broker), "broker", "server", now=CLOCK.now() - timedelta(days=days_ago), hosts=[host])
    replace(secrets / "broker" / "server.key", pair.key, mode=FILE_MODE)
    replace(secrets / "broker" / "server.crt", pair.certificate, mode=FILE_MODE)
    broker.stop()
    broker.start()


def authority_of(broker: SecuredBroker) -> Pair:
    return Pair(*((broker.folder / "secrets" / "ca" / name).read_text("utf-8") for name in ("ca.crt", "ca.key")))


def test_a_gateway_that_is_right_has_no_fault(admitted: Path) -> None:
    found = report(settings_of(admitted))
    assert {finding.state for finding in found} == {"ok"}
    assert [finding.check for finding in found] == ["dns", "tcp", *["certificate"] * 3, "tls", "login", "rights"]


def test_every_connection_of_a_worker_is_looked_at(secured_broker: SecuredBroker) -> None:
    found = list(look_at_broker(secured_broker.worker(), worker_callers(worker_users("ingest-1")), CLOCK))
    assert {finding.state for finding in found} == {"ok"}
    assert [finding.subject for finding in found if finding.check == "rights"] == list(worker_users("ingest-1"))


def test_a_running_gateway_comes_back_after_the_doctors_visit(admitted: Path) -> None:
    with closing(Running(settings_of(admitted), gateway_user(GATEWAY))) as running:
        wait_for(lambda: running.connection.up, "the gateway is connected")
        only_ok = {finding.state for finding in report(settings_of(admitted))}
        wait_for(lambda: running.connection.up, "it has come back")
        assert only_ok == {"ok"}


def test_an_expired_certificate_of_the_broker_is_named(secured_broker: SecuredBroker, admitted: Path) -> None:
    # As a clock that was moved forward sees it.
    serve(secured_broker, days_ago=LIFETIME_DAYS["server"] + 3)
    found = report(settings_of(admitted))
    certificate = next(finding for finding in found if finding.check == "certificate" and finding.state == "fault")
    assert certificate.detail.startswith("broker expired on ")
    assert "this machine's clock says" in certificate.detail
    assert "set the clock right" in certificate.remedy
    handshake = next(finding for finding in found if finding.check == "tls")
    assert handshake.detail.startswith("its certificate has expired, or this machine's clock is wrong")


def test_an_expired_certificate_of_ours_is_named(secured_broker: SecuredBroker, admitted: Path) -> None:
    pair = issue(authority_of(secured_broker), "x", "client", now=CLOCK.now() - timedelta(days=LIFETIME_DAYS["client"] + 3))
    replace(admitted / "gateway.key", pair.key, mode=FILE_MODE)
    replace(admitted / "gateway.crt", pair.certificate, mode=FILE_MODE)
    found = report(settings_of(admitted))
    faults = {(finding.check, finding.subject): finding for finding in found if finding.state == "fault"}
    assert faults["certificate", "cert_file"].detail.startswith("x expired on ")
    handshake = next(finding for (check, _subject), finding in faults.items() if check == "tls")
    assert handshake.detail.startswith("our certificate has expired")


def test_another_authority_is_one_fault(admitted: Path) -> None:
    replace(admitted / "ca.crt", new_authority("Other", now=CLOCK.now()).certificate, mode=FILE_MODE)
    found = only_fault(report(settings_of(admitted)))
    assert found.check == "tls"
    assert found.detail.startswith("its certificate is not signed by the authority in ca_file")
    assert found.detail.endswith("signed by Lamplighter)")


def test_a_host_that_the_certificate_is_not_for_is_named(secured_broker: SecuredBroker, admitted: Path) -> None:
    serve(secured_broker, host="broker.example")
    found = only_fault(report(settings_of(admitted)))
    assert found.detail.startswith("its certificate is for another address than the url says (it is for broker.example")


def test_a_wrong_password_is_named(admitted: Path) -> None:
    replace(admitted / "broker.password", "wrong", mode=FILE_MODE)
    found = only_fault(report(settings_of(admitted)))
    assert found.check == "login"
    assert "refuses d1.s1.gw-a: Not authorized" in found.detail


def test_settings_of_another_gateway_than_the_user_are_named(admitted: Path) -> None:
    found = only_fault(report(settings_of(admitted), GATEWAY._replace(gateway="gw-b")))
    assert (found.check, found.detail) == ("rights", "may not publish and read campus/v1/d1/s1/gw-b/doctor")


def test_a_broker_without_rights_per_user_is_named(secured_broker: SecuredBroker, admitted: Path) -> None:
    secured_broker.stop()
    conf = secured_broker.folder / "here.conf"
    rows = conf.read_text("utf-8").splitlines()
    conf.write_text("\n".join(row for row in rows if not row.startswith("acl_file")) + "\n", "utf-8")
    secured_broker.start()
    found = only_fault(report(settings_of(admitted)))
    assert found.detail.startswith("may publish below another gateway's prefix")


def test_a_revoked_gateway_is_told_so(secured_broker: SecuredBroker, admitted: Path) -> None:
    secured_broker.gateways.revoke(GATEWAY)
    secured_broker.gateways.reload()
    found = only_fault(report(settings_of(admitted)))
    assert found.detail.startswith("our certificate is revoked")
    assert found.remedy.startswith("this gateway was shut out")


def test_what_cannot_be_looked_at_is_skipped_not_blamed(admitted: Path) -> None:
    away = settings_of(admitted).model_copy(update={"url": f"mqtts://127.0.0.1:{free_port()}"})
    found = report(away)
    assert (only_fault(found).check, only_fault(found).detail) == ("tcp", "nobody listens there")
    assert [finding.check for finding in found if finding.state == "skipped"] == ["login"]


def test_a_port_that_does_not_speak_tls_is_named(secured_broker: SecuredBroker, admitted: Path) -> None:
    plain = settings_of(admitted).model_copy(update={"url": f"mqtts://127.0.0.1:{secured_broker.plain_port}"})
    found = only_fault(report(plain))
    assert (found.check, found.remedy) == ("tls", "is this the broker's TLS port?")


def test_the_command_prints_json_and_ends_with_1_on_a_fault(admitted: Path) -> None:
    replace(admitted / "broker.password", "wrong", mode=FILE_MODE)
    done = _doctor(str(admitted / "gateway.toml"), "--json")
    assert done.returncode == 1, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    login = next(row for row in found if row["check"] == "login")
    assert login.keys() == {"check", "subject", "state", "detail", "remedy"}
    assert login["state"] == "fault"


def test_a_settings_file_that_is_wrong_is_not_examined(admitted: Path) -> None:
    text = (admitted / "gateway.toml").read_text("utf-8")
    (admitted / "gateway.toml").write_text(text.replace("mqtts://", "mqtt://").replace("127.0.0.1", "broker.example"), "utf-8")
    done = _doctor(str(admitted / "gateway.toml"))
    assert done.returncode == 2
    assert "without TLS only on 127.0.0.1" in done.stderr
    assert done.stdout == ""


def _doctor(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "lamplighter", "doctor", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


class Running:
    """A process of ours at work."""

    def __init__(self, settings: BrokerSettings, client_id: str) -> None:
        self.connection = Connection(settings, client_id)
        self.connection.start()

    def close(self) -> None:
        """End it."""
        self.connection.stop()
