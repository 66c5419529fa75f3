"""TLS towards the broker: our certificates, its certificate, and whether each side accepts the other."""

import socket
import ssl
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from lamplighter.contract.errors import SettingsError
from lamplighter.deployment.certificates import Certificate, parse, read_certificate
from lamplighter.doctor.finding import Finding, fault, ok
from lamplighter.doctor.network import TIMEOUT_S
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.mqtt import BrokerSettings
from lamplighter.runtime.tls import fault_in_words

_RENEW_OURS = "if it is right: `lamplighter gateway renew` (for ingest: `certificates renew`) at the centre, then unpack it here"
_RENEW_BROKERS = "if it is right: `lamplighter certificates renew --dir DIR` at the centre"
_MATCH = "use ca_file, cert_file and key_file of one bundle of this deployment"
_REMEDIES = (
    (
        "our certificate is revoked",
        "this gateway was shut out: `lamplighter gateway add` at the centre, then unpack its new bundle",
    ),
    ("our certificate has expired", f"set the clock right (NTP); {_RENEW_OURS}"),
    ("its certificate is not valid yet", "set the clock right (NTP)"),
    ("its certificate has expired", f"set the clock right (NTP); {_RENEW_BROKERS}"),
    (
        "than the url says",
        "put one of those names into the url, or add the host to centre.toml and `lamplighter certificates renew`",
    ),
)
"""What to do about a failed handshake, by what it says."""


def look_at_own_certificates(settings: BrokerSettings, clock: Clock) -> Iterator[Finding]:
    """Each certificate file of the settings: days left."""
    for key, path in (("ca_file", settings.ca_file), ("cert_file", settings.cert_file)):
        if path is not None:
            yield _look_at_file(key, path, clock.now())
    if settings.cert_file is None:
        yield fault("certificate", "cert_file", "not set: we cannot show who we are", "set cert_file and key_file of the bundle")


def look_at_tls(settings: BrokerSettings, clock: Clock) -> Iterator[Finding]:
    """The broker's certificate, then a handshake in which each side checks the other."""
    where = f"{settings.host}:{settings.port}"
    try:
        served = _served(settings)
    except OSError as error:
        yield fault("tls", where, fault_in_words(error), "is this the broker's TLS port?")
        return
    yield _look_at(f"{settings.host}", served, clock.now(), remedy=_RENEW_BROKERS)
    try:
        version = _shake_hands(settings)
    except SettingsError as error:
        yield fault("tls", where, str(error), _MATCH)
    except OSError as error:
        wrong = fault_in_words(error)
        remedy = next((text for part, text in _REMEDIES if part in wrong), _MATCH)
        yield fault("tls", where, f"{wrong} (it is for {', '.join(served.hosts)}; signed by {served.issuer})", remedy)
    else:
        yield ok("tls", where, f"{version}, each side accepts the other")


def _look_at_file(key: str, path: Path, now: datetime) -> Finding:
    try:
        return _look_at(key, read_certificate(path), now, remedy=_RENEW_OURS)
    except SettingsError as error:
        return fault("certificate", key, str(error), "unpack the gateway's bundle there, or correct the path")


def _look_at(subject: str, found: Certificate, now: datetime, *, remedy: str) -> Finding:
    wrong = found.fault(now)
    if wrong is not None:
        return fault("certificate", subject, f"{found.name} {wrong}", f"set the clock right (NTP); {remedy}")
    return ok("certificate", subject, f"{found.name}: {found.days_left(now)} days left, until {found.ends:%Y-%m-%d}")


def _served(settings: BrokerSettings) -> Certificate:
    """The broker's certificate, whoever signed it and however old it is."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # it is only looked at; nothing is sent
    with _open(settings, context) as wrapped:
        return parse(wrapped.getpeercert(binary_form=True) or b"", "the broker's certificate")


def _shake_hands(settings: BrokerSettings) -> str:
    with _open(settings, settings.tls()) as wrapped:
        # In TLS 1.3 the broker judges our certificate after our side is done: its refusal is what comes next. A broker that is
        # content waits for our login, and says nothing.
        wrapped.settimeout(0.5)
        try:
            if wrapped.recv(1) == b"":
                raise ConnectionResetError("it hangs up after the handshake; does it accept our certificate?")
        except TimeoutError:
            pass
        return wrapped.version() or "TLS"


def _open(settings: BrokerSettings, context: ssl.SSLContext) -> ssl.SSLSocket:
    raw = socket.create_connection((settings.host, settings.port), timeout=TIMEOUT_S)
    try:
        return context.wrap_socket(raw, server_hostname=settings.host)
    except OSError:
        raw.close()
        raise
