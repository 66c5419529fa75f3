"""Ed25519 signatures of heads and of the manifest; the key comes from outside the export."""

from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from compliance.verify.records import canonical, sha256

HEAD: Final = b"lamplighter head 1\n"
SEAL: Final = b"lamplighter manifest 1\n"
"""What is signed begins with its purpose, so that no signature can be passed off as another."""


class KeyRefused(ValueError):
    """The key file is no Ed25519 public key."""


def read_key(path: Path) -> Ed25519PublicKey:
    """The public key of a PEM file; raises KeyRefused."""
    try:
        key = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError) as error:
        raise KeyRefused(f"{path}: cannot be read as a public key (PEM): {error}") from error
    if not isinstance(key, Ed25519PublicKey):
        raise KeyRefused(f"{path}: is no Ed25519 key; give the one that was published with the heads")
    return key


def fingerprint(key: Ed25519PublicKey) -> str:
    """SHA-256 of the raw public key."""
    return sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw))


def signed_bytes(purpose: bytes, record: dict[str, Any]) -> bytes:
    """What the signature of a record covers: everything but itself."""
    return purpose + canonical({name: value for name, value in record.items() if name != "signature"})


def fault_of(key: Ed25519PublicKey, purpose: bytes, record: dict[str, Any]) -> str | None:
    """`another_key`, `bad_signature`, or None where the signature holds."""
    if record["key"] != fingerprint(key):
        return "another_key"
    try:
        signature = bytes.fromhex(record["signature"])
        if signature.hex() != record["signature"]:
            return "bad_signature"
        key.verify(signature, signed_bytes(purpose, record))
    except (ValueError, InvalidSignature):
        return "bad_signature"
    return None
