"""Originals that only the holder of a private key can open: X25519 and ChaCha20-Poly1305, in chunks.

A file is MAGIC, the 32 bytes of a key made for it alone, then chunks of 64 KiB, each with its tag. The file's key follows from
both keys by HKDF-SHA256 (RFC 5869); a chunk's nonce is its number and whether it is the last, so that chunks can be neither
exchanged nor left out (the STREAM construction: Hoang, Reyhanitabar, Rogaway and Vizar, 2015).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from lamplighter.contract.errors import SettingsError

MAGIC: Final = b"lamplighter-sealed-1\n"
SUFFIX: Final = ".sealed"
_KEY_BYTES: Final = 32
_CHUNK: Final = 65_536
_TAG: Final = 16


def seal(data: bytes, to: X25519PublicKey) -> bytes:
    """The sealed file of `data`."""
    once = X25519PrivateKey.generate()
    own = once.public_key().public_bytes_raw()
    cipher = _cipher(once.exchange(to), own, to.public_bytes_raw())
    chunks = [data[start : start + _CHUNK] for start in range(0, len(data), _CHUNK)] or [b""]
    sealed = (cipher.encrypt(_nonce(number, last=number == len(chunks) - 1), chunk, None) for number, chunk in enumerate(chunks))
    return b"".join([MAGIC, own, *sealed])


def opened(file: BinaryIO, key: X25519PrivateKey, *, name: str) -> Iterator[bytes]:
    """The content of a sealed file, chunk by chunk; raises SettingsError where it is none, is damaged or was sealed to another key.

    What came before the error must not be used.
    """
    if file.read(len(MAGIC)) != MAGIC:
        raise SettingsError(f"{name}: is no sealed original; give a file that ends in {SUFFIX}")
    own = file.read(_KEY_BYTES)
    if len(own) != _KEY_BYTES:
        raise SettingsError(f"{name}: breaks off; copy it from the gateway again")
    try:
        cipher = _cipher(key.exchange(X25519PublicKey.from_public_bytes(own)), own, key.public_key().public_bytes_raw())
    except ValueError as error:
        raise SettingsError(f"{name}: holds no key; copy it from the gateway again") from error
    number, chunk = 0, file.read(_CHUNK + _TAG)
    while True:
        following = file.read(_CHUNK + _TAG)
        try:
            yield cipher.decrypt(_nonce(number, last=not following), chunk, None)
        except (InvalidTag, ValueError) as error:
            raise SettingsError(f"{name}: is damaged, breaks off, or was sealed to another key") from error
        if not following:
            return
        number, chunk = number + 1, following


def make_keys(private: Path, public: Path) -> None:
    """Write a new pair as PEM; raises SettingsError where a file is there already or cannot be written."""
    key = X25519PrivateKey.generate()
    none, pem = serialization.NoEncryption(), serialization.Encoding.PEM
    files = (
        (private, key.private_bytes(pem, serialization.PrivateFormat.PKCS8, none), 0o600),
        (public, key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo), 0o644),
    )
    there = [str(path) for path, _data, _mode in files if path.exists()]
    if there:
        raise SettingsError([f"{path}: is there already; what was sealed to it would be lost with it" for path in there])
    for path, data, mode in files:
        try:
            path.touch(mode)
            path.write_bytes(data)
        except OSError as error:
            raise SettingsError(f"{path}: cannot be written: {error.strerror}") from error


def read_public(path: Path) -> X25519PublicKey:
    """The key of a PEM file; raises SettingsError."""
    try:
        key = serialization.load_pem_public_key(_read(path))
    except ValueError as error:
        raise SettingsError(f"{path}: is no public key; make one with `lamplighter evidence keys`") from error
    if not isinstance(key, X25519PublicKey):
        raise SettingsError(f"{path}: is no X25519 key; make one with `lamplighter evidence keys`")
    return key


def read_private(path: Path) -> X25519PrivateKey:
    """The key of a PEM file; raises SettingsError."""
    try:
        key = serialization.load_pem_private_key(_read(path), None)
    except (ValueError, TypeError) as error:
        raise SettingsError(
            f"{path}: is no private key without a password; give the one made by `lamplighter evidence keys`"
        ) from error
    if not isinstance(key, X25519PrivateKey):
        raise SettingsError(f"{path}: is no X25519 key; give the one made by `lamplighter evidence keys`")
    return key


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from error


def _cipher(shared: bytes, own: bytes, to: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(HKDF(hashes.SHA256(), 32, own + to, MAGIC).derive(shared))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
