"""Certificates as a machine sees them whose clock was moved."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lamplighter.deployment.authority import LIFETIME_DAYS, issue, new_authority
from lamplighter.doctor.certificates import look_at_own_certificates
from lamplighter.doctor.finding import Finding
from lamplighter.runtime.clock import FakeClock
from lamplighter.runtime.mqtt import BrokerSettings

pytestmark = pytest.mark.unit

MADE = datetime(2026, 9, 1, 12, tzinfo=UTC)
DAYS = LIFETIME_DAYS["client"]


@pytest.fixture
def settings(tmp_path: Path) -> BrokerSettings:
    """A gateway's files, made at MADE."""
    ca = new_authority("Lamplighter", now=MADE)
    own = issue(ca, "d1.s1.gw-a", "client", now=MADE)
    for name, text in (("ca.crt", ca.certificate), ("gateway.crt", own.certificate), ("gateway.key", own.key)):
        (tmp_path / name).write_text(text, "utf-8")
    files = {"ca_file": tmp_path / "ca.crt", "cert_file": tmp_path / "gateway.crt", "key_file": tmp_path / "gateway.key"}
    return BrokerSettings(url="mqtts://broker.example", **files)


def seen(settings: BrokerSettings, now: datetime) -> Finding:
    """What is said of our own certificate at that time."""
    clock = FakeClock(start_ms=int(now.timestamp() * 1000))
    return next(finding for finding in look_at_own_certificates(settings, clock) if finding.subject == "cert_file")


def test_the_days_left_are_shown(settings: BrokerSettings) -> None:
    found = seen(settings, MADE + timedelta(days=30))
    assert (found.state, found.detail) == ("ok", "d1.s1.gw-a: 700 days left, until 2028-08-31")


def test_a_clock_moved_beyond_the_end_is_named_with_the_date_it_believes(settings: BrokerSettings) -> None:
    found = seen(settings, MADE + timedelta(days=DAYS + 1))
    assert found.state == "fault"
    assert found.detail == "d1.s1.gw-a expired on 2028-08-31 12:00 UTC; this machine's clock says 2028-09-01 12:00"


def test_a_clock_moved_before_the_beginning_is_named_with_the_date_it_believes(settings: BrokerSettings) -> None:
    found = seen(settings, datetime(1970, 1, 1, tzinfo=UTC))
    assert found.detail == "d1.s1.gw-a is not valid before 2026-08-31 12:00 UTC; this machine's clock says 1970-01-01 00:00"
    assert found.remedy.startswith("set the clock right (NTP)")


@pytest.mark.parametrize(("days_left", "state"), [(22, "ok"), (21, "ok"), (20, "fault"), (1, "fault")])
def test_a_certificate_that_ends_soon_is_a_fault_in_time(settings: BrokerSettings, days_left: int, state: str) -> None:
    assert seen(settings, MADE + timedelta(days=DAYS - days_left)).state == state


def test_a_file_that_is_no_certificate_is_named(settings: BrokerSettings) -> None:
    assert settings.cert_file is not None
    settings.cert_file.write_text("-----BEGIN CERTIFICATE-----\nnonsense\n", "utf-8")
    found = seen(settings, MADE)
    assert found.state == "fault"
    assert "gateway.crt: is no certificate" in found.detail


def test_without_a_certificate_we_cannot_show_who_we_are() -> None:
    (found,) = look_at_own_certificates(BrokerSettings(url="mqtts://broker.example"), FakeClock())
    assert (found.state, found.subject) == ("fault", "cert_file")
