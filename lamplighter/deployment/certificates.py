"""What a certificate says: whose it is, from when until when, for which hosts, and by whom."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from lamplighter.contract.errors import SettingsError

if TYPE_CHECKING:
    from cryptography import x509

SOON_DAYS: Final = 21
"""A certificate with fewer days left wants renewing now."""


class Certificate(NamedTuple):
    """Times are UTC; `hosts` are its subject alternative names."""

    name: str
    issuer: str
    serial: int
    begins: datetime
    ends: datetime
    hosts: tuple[str, ...]

    def days_left(self, now: datetime) -> int:
        """Whole days until it ends; below zero where it has ended."""
        return (self.ends - now).days

    def fault(self, now: datetime) -> str | None:
        """What is wrong with its time, None where nothing is."""
        if now < self.begins:
            return f"is not valid before {self.begins:%Y-%m-%d %H:%M} UTC; this machine's clock says {now:%Y-%m-%d %H:%M}"
        if now >= self.ends:
            return f"expired on {self.ends:%Y-%m-%d %H:%M} UTC; this machine's clock says {now:%Y-%m-%d %H:%M}"
        if self.days_left(now) < SOON_DAYS:
            return f"expires in {self.days_left(now)} days, on {self.ends:%Y-%m-%d}"
        return None


def read_certificate(path: Path) -> Certificate:
    """The first certificate of a PEM file; raises SettingsError."""
    try:
        return parse(path.read_bytes(), str(path))
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from error


def parse(data: bytes, where: str) -> Certificate:
    """A certificate, PEM or DER; raises SettingsError."""
    from cryptography import x509

    pem = data.lstrip().startswith(b"-----")
    try:
        found = x509.load_pem_x509_certificate(data) if pem else x509.load_der_x509_certificate(data)
        hosts = _hosts(found)
    except ValueError as error:
        raise SettingsError(f"{where}: is no certificate: {error}") from error
    name, issuer = found.subject.rfc4514_string(), found.issuer.rfc4514_string()
    begins, ends = found.not_valid_before_utc, found.not_valid_after_utc
    return Certificate(name.removeprefix("CN="), issuer.removeprefix("CN="), found.serial_number, begins, ends, hosts)


def _hosts(found: "x509.Certificate") -> tuple[str, ...]:
    from cryptography import x509

    try:
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    return tuple(str(name.value) for name in names)


def in_use(folder: Path) -> list[tuple[str, Certificate]]:
    """Every certificate of an initialised folder with what it is for, the newest of each name, the first to end first."""
    secrets = folder / "secrets"
    found = {
        "authority": read_certificate(secrets / "ca" / "ca.crt"),
        "broker": read_certificate(secrets / "broker" / "server.crt"),
    }
    for path in sorted((secrets / "issued").glob("*.crt")):  # the name ends with the time: a newer one takes the older one's place
        found[path.name.partition("@")[0]] = read_certificate(path)
    return sorted(found.items(), key=lambda row: row[1].ends)
