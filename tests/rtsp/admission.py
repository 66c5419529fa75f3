"""Who may in: passwords by HTTP Basic and Digest, checked from the server's side."""

import base64
import hashlib
import hmac
import re
import secrets
from typing import Literal

Scheme = Literal["Basic", "Digest", "Digest without qop", "Digest SHA-256"]
_HASHES = {"Digest SHA-256": "sha256"}


class Admission:
    """One user and password, and the scheme by which they are to be proved."""

    def __init__(self, login: tuple[str, str] | None, scheme: Scheme = "Basic") -> None:
        self._login = login
        self._scheme = scheme
        self._nonce = secrets.token_hex(8)

    @property
    def challenge(self) -> str:
        """What stands behind `WWW-Authenticate`."""
        if self._scheme == "Basic":
            return 'Basic realm="camera"'
        qop = "" if self._scheme == "Digest without qop" else ', qop="auth"'
        algorithm = ", algorithm=SHA-256" if self._scheme == "Digest SHA-256" else ""
        return f'Digest realm="camera", nonce="{self._nonce}"{qop}{algorithm}'

    def admits(self, authorization: str, *, method: str) -> bool:
        """Whether this `Authorization` header proves the password."""
        if self._login is None:
            return True
        if self._scheme == "Basic":
            return hmac.compare_digest(authorization, "Basic " + base64.b64encode(":".join(self._login).encode()).decode())
        said = dict(re.findall(r'(\w+)="?([^",]+)"?', authorization))
        user, password = self._login
        secret, request = self._hash(user, "camera", password), self._hash(method, said.get("uri", ""))
        counted = () if self._scheme == "Digest without qop" else (said.get("nc", ""), said.get("cnonce", ""), said.get("qop", ""))
        wanted = self._hash(secret, self._nonce, *counted, request)
        return said.get("username") == user and hmac.compare_digest(said.get("response", ""), wanted)

    def _hash(self, *words: str) -> str:
        return hashlib.new(_HASHES.get(self._scheme, "md5"), ":".join(words).encode(), usedforsecurity=False).hexdigest()
