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

INGEST: Final = "ingest"
GATEWAY: Final = "gateway"
HEALTH: Final = "health"
USERS: Final = (INGEST, GATEWAY, HEALTH)
"""Who may connect. All gateways share one user until each has its own."""


def password_hash(password: str, *, salt: bytes | None = None, iterations: int = ITERATIONS) -> str:
    """What Mosquitto keeps of a password: `$7$ITERATIONS$SALT$HASH`, PBKDF2 with SHA-512, base64."""
    salt = secrets.token_bytes(_SALT_BYTES) if salt is None else salt
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, iterations, _HASH_BYTES)
    return f"$7${iterations}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


def password_file(passwords: Mapping[str, str]) -> str:
    """One line a user."""
    return "".join(f"{user}:{password_hash(password)}\n" for user, password in passwords.items())


def configuration(*, passwords: Path, data: Path, listener: str = "1883") -> str:
    """The broker's settings; `listener` is a port, and an address after it where it shall be one only."""
    return f"""\
# Written by `lamplighter init`. Inside the container it listens on every address; compose publishes it on loopback only.
listener {listener}
allow_anonymous false
password_file {passwords}

# Sessions of gateways and ingest survive a restart.
persistence true
persistence_location {data}/
autosave_interval 30
persistent_client_expiration 14d

# The defaults (1000 and 20) drop what a slow subscriber has not fetched yet, and hold a fast one up.
max_queued_messages 0
max_queued_bytes 536870912
max_inflight_messages 500

# The contract's largest message is 256 KiB.
max_packet_size 524288

log_dest stderr
log_type error
log_type warning
log_type notice
connection_messages false
"""
