"""Personal names as salted commitments: the chain keeps the commitment for ever, the name only as long as it may be kept."""

import hashlib
import hmac
import secrets
from typing import Final, NamedTuple

SALT_BYTES: Final = 32
PREFIX: Final = "name:"


class Commitment(NamedTuple):
    """HMAC-SHA256 of the name under its salt; without the salt nobody can try names against it."""

    commitment: str
    salt: str
    name: str

    @property
    def written(self) -> str:
        """As documents write it."""
        return PREFIX + self.commitment


def commit(name: str, *, salt: bytes | None = None) -> Commitment:
    """A new commitment to a name; a salt of its own each time, so that two entries of one person cannot be joined."""
    key = salt if salt is not None else secrets.token_bytes(SALT_BYTES)
    return Commitment(hmac.new(key, name.encode(), hashlib.sha256).hexdigest(), key.hex(), name)
