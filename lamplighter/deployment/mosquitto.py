"""Mosquitto's own files: its configuration and its password file."""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final

ITERATIONS: Final = 101
"""As `mosquitto_passwd` does: Mosquitto hashes at every connect, and the passwords are random, so nothing can be guessed."""
_SALT_BYTES: Final = 12
_HASH_BYTES: Final = 64

TLS_PORT: Final = 8883
PLAIN_PORT: Final = 1883


def password_hash(password: str, *, salt: bytes | None = None, iterations: int = ITERATIONS) -> str:
    """What Mosquitto keeps of a password: `$7$ITERATIONS$SALT$HASH`, PBKDF2 with SHA-512, base64."""
    salt = secrets.token_bytes(_SALT_BYTES) if salt is None else salt
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, iterations, _HASH_BYTES)
    return f"$7${iterations}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


def password_file(hashes: Mapping[str, str]) -> str:
    """One line a user."""
    return "".join(f"{user}:{hashed}\n" for user, hashed in hashes.items())


def read_password_file(text: str) -> dict[str, str]:
    """User -> hash."""
    return dict(line.split(":", 1) for line in text.splitlines() if ":" in line)


def configuration(*, access: Path, data: Path, listener: str = f"{TLS_PORT}", plain_port: int = PLAIN_PORT) -> str:
    """The broker's settings.

    `access` is the folder of its certificates, users and rights; `listener` a port, and an address after it where it shall be one.
    """
    return f"""\
# Written by `lamplighter init`. SIGHUP reads certificates, users and rights anew, and throws off who is no longer among them.
per_listener_settings false
allow_anonymous false
password_file {access}/passwords
acl_file {access}/acl

# Gateways and ingest: TLS 1.2 or newer, both sides with a certificate of our authority.
listener {listener}
cafile {access}/ca.crt
certfile {access}/server.crt
keyfile {access}/server.key
crlfile {access}/crl.pem
require_certificate true
tls_version tlsv1.2
# A client's id is its user: nobody can take another's place, session or queue.
use_username_as_clientid true

# The health check, on this machine (in compose: in this container) only.
listener {plain_port} 127.0.0.1
use_username_as_clientid true

# Sessions of gateways and ingest survive a restart.
persistence true
persistence_location {data}/
autosave_interval 30
persistent_client_expiration 14d

# The defaults (1000 and 20) drop what a slow subscriber has not fetched yet, and hold a fast one up. The bytes are the limit;
# 0 for the messages would mean the same, but then Mosquitto 2.0.11 hangs up on whoever publishes what it may not.
max_queued_messages 1000000000
max_queued_bytes 536870912
max_inflight_messages 500
set_tcp_nodelay true

# The contract's largest message is 256 KiB.
max_packet_size 524288

log_dest stderr
log_type error
log_type warning
log_type notice
connection_messages false
"""
