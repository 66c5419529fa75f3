"""The operator's Ed25519 key: made once, kept in a file, the public half given to everybody."""

import os
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from compliance.history.canonical import canonical
from compliance.verify.signatures import fingerprint, signed_bytes
from lamplighter.contract.errors import SettingsError


def make_key(path: Path) -> Path:
    """Write a new private key (only its owner may read it) and beside it the public one, whose path is returned.

    Raises SettingsError where a file is there already: a new key would orphan every head signed so far.
    """
    public = path.with_suffix(".pub")
    key = Ed25519PrivateKey.generate()
    _write(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), mode=0o600)
    _write(public, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), mode=0o644)
    return public


def read_private(path: Path) -> Ed25519PrivateKey:
    """The private key of a PEM file; raises SettingsError."""
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise SettingsError(f"{path}: cannot be read as a signing key: {error}; make one with `compliance history key`") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise SettingsError(f"{path}: is no Ed25519 key; make one with `compliance history key`")
    return key


def sign(key: Ed25519PrivateKey, purpose: bytes, record: dict[str, Any]) -> bytes:
    """The record as one canonical line with the key's fingerprint and the signature in it."""
    public: Ed25519PublicKey = key.public_key()
    named = {**record, "key": fingerprint(public)}
    return canonical({**named, "signature": key.sign(signed_bytes(purpose, named)).hex()})


def _write(path: Path, content: bytes, *, mode: int) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError as error:
        raise SettingsError(f"{path}: is there already; choose another path, old heads need the old key") from error
    except OSError as error:
        raise SettingsError(f"{path}: cannot be written: {error.strerror}; choose another path") from error
    with os.fdopen(handle, "wb") as file:
        file.write(content)
