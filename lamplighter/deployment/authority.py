"""The deployment's own certificate authority: certificates for the broker and for its clients, and the list of revoked ones.

ECDSA on P-256, signed with SHA-256 (RFC 5280). Nobody outside needs to trust it: gateways and ingest are handed its certificate.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Final, Literal, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lamplighter.contract.errors import SettingsError

Purpose = Literal["server", "client"]

AUTHORITY_DAYS: Final = 20 * 365
LIFETIME_DAYS: Final[dict[Purpose, int]] = {"server": 397, "client": 2 * 365}
_EARLIER: Final = timedelta(days=1)
"""A certificate is good from a day before it was made: a gateway's clock may be behind when it first starts."""
_USES: Final = {"server": ExtendedKeyUsageOID.SERVER_AUTH, "client": ExtendedKeyUsageOID.CLIENT_AUTH}
_NO_USAGE: Final = dict.fromkeys(
    ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"), False
)


class Pair(NamedTuple):
    """A certificate and its private key, both PEM."""

    certificate: str
    key: str


def new_authority(name: str, *, now: datetime) -> Pair:
    """A root that may sign end certificates and revocation lists, nothing else."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _named(name)
    usage = x509.KeyUsage(digital_signature=False, key_cert_sign=True, crl_sign=True, **_NO_USAGE)
    builder = (
        _begun(subject, subject, key.public_key(), now=now, days=AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
    )
    return _pair(builder.sign(key, hashes.SHA256()), key)


def issue(authority: Pair, name: str, purpose: Purpose, *, now: datetime, hosts: Sequence[str] = ()) -> Pair:
    """A new key and its certificate; a server's holds `hosts`, names and addresses alike, as subject alternative names."""
    issuer, signer = x509.load_pem_x509_certificate(authority.certificate.encode()), _private(authority)
    key = ec.generate_private_key(ec.SECP256R1())
    usage = x509.KeyUsage(digital_signature=True, key_cert_sign=False, crl_sign=False, **_NO_USAGE)
    builder = (
        _begun(_named(name), issuer.subject, key.public_key(), now=now, days=LIFETIME_DAYS[purpose])
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([_USES[purpose]]), critical=False)
        .add_extension(_issued_by(signer.public_key()), critical=False)
    )
    if hosts:
        builder = builder.add_extension(x509.SubjectAlternativeName([_host(host) for host in hosts]), critical=False)
    return _pair(builder.sign(signer, hashes.SHA256()), key)


def revocation_list(authority: Pair, revoked: Iterable[str], *, now: datetime) -> str:
    """The signed list (PEM) of these certificates (PEM); it is good for as long as the authority is.

    A list that ends sooner would lock every gateway out on the day somebody forgot to renew it.
    """
    issuer, signer = x509.load_pem_x509_certificate(authority.certificate.encode()), _private(authority)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.subject)
        .last_update(now - _EARLIER)
        .next_update(issuer.not_valid_after_utc)
        .add_extension(_issued_by(signer.public_key()), critical=False)
        .add_extension(x509.CRLNumber(int(now.timestamp())), critical=False)
    )
    for text in revoked:
        serial = x509.load_pem_x509_certificate(text.encode()).serial_number
        row = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(now)
        builder = builder.add_revoked_certificate(row.build())
    return builder.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, *, now: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _EARLIER)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _issued_by(key: ec.EllipticCurvePublicKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key)


def _named(name: str) -> x509.Name:
    # A common name holds 64 characters at most (RFC 5280, ub-common-name); nothing here is decided by it.
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _private(authority: Pair) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(authority.key.encode(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise SettingsError("ca.key: is no key that `lamplighter init` made; put the right one back from your backup")
    return key


def _pair(certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> Pair:
    text = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return Pair(certificate.public_bytes(serialization.Encoding.PEM).decode(), text.decode())
