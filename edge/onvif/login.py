"""Proving a password: HTTP Basic and Digest (RFC 7617, RFC 7616), and the user name token of WS-Security."""

import base64
import hashlib
import re
import secrets
from datetime import datetime
from typing import Final, NamedTuple
from xml.sax.saxutils import escape

_HASHES: Final = {"MD5": "md5", "SHA-256": "sha256"}
_PART: Final = re.compile(r'(\w+)=(?:"([^"]*)"|([^\s,]+))')
_SECEXT: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_UTILITY: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
_USERNAME: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0"
_BASE64: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary"


class Login(NamedTuple):
    """A user and the password, which is shown nowhere."""

    username: str
    password: str

    def __repr__(self) -> str:
        return f"Login({self.username!r}, ...)"


class Challenges(NamedTuple):
    """The `WWW-Authenticate` headers of a refusal."""

    headers: tuple[str, ...]

    def answer(self, login: Login, *, method: str, uri: str) -> str | None:
        """The `Authorization` header for the strongest scheme offered that we know; None where there is none."""
        digests = {_algorithm(parts): parts for parts in map(_digest_parts, self.headers) if parts}
        for algorithm in ("SHA-256", "MD5"):
            if algorithm in digests:
                return _digest(digests[algorithm], algorithm, login, (method, uri))
        if any(header.lower().startswith("basic") for header in self.headers):
            return "Basic " + base64.b64encode(f"{login.username}:{login.password}".encode()).decode()
        return None


def _digest_parts(header: str) -> dict[str, str]:
    scheme, _, rest = header.partition(" ")
    if scheme.lower() != "digest":
        return {}
    return {match[1].lower(): match[2] if match[2] is not None else match[3] for match in _PART.finditer(rest)}


def _algorithm(parts: dict[str, str]) -> str:
    return parts.get("algorithm", "MD5").upper()


def _digest(parts: dict[str, str], algorithm: str, login: Login, asked: tuple[str, str]) -> str:
    """RFC 7616, section 3.4; without `qop` as RFC 2069 had it, which many cameras still speak."""
    method, uri = asked
    realm, nonce = parts.get("realm", ""), parts.get("nonce", "")

    def hashed(*words: str) -> str:
        return hashlib.new(_HASHES[algorithm], ":".join(words).encode(), usedforsecurity=False).hexdigest()

    secret, request = hashed(login.username, realm, login.password), hashed(method, uri)
    said = {"username": login.username, "realm": realm, "nonce": nonce, "uri": uri}
    plain = {"algorithm": algorithm} if "algorithm" in parts else {}
    if "auth" in [word.strip() for word in parts.get("qop", "").split(",")]:
        own = secrets.token_hex(8)
        said |= {"cnonce": own, "response": hashed(secret, nonce, "00000001", own, "auth", request)}
        plain |= {"qop": "auth", "nc": "00000001"}
    else:
        said["response"] = hashed(secret, nonce, request)
    if "opaque" in parts:
        said["opaque"] = parts["opaque"]
    quoted = [f'{key}="{value}"' for key, value in said.items()]
    return "Digest " + ", ".join([*quoted, *(f"{key}={value}" for key, value in plain.items())])


def security_header(login: Login, created: datetime) -> str:
    """The WS-Security header (UsernameToken profile 1.0, PasswordDigest); `created` by the device's own clock, else it refuses."""
    nonce = secrets.token_bytes(16)
    at = created.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    digest = hashlib.sha1(nonce + at.encode() + login.password.encode(), usedforsecurity=False).digest()
    return (
        f'<Security s:mustUnderstand="1" xmlns="{_SECEXT}"><UsernameToken>'
        f"<Username>{escape(login.username)}</Username>"
        f'<Password Type="{_USERNAME}#PasswordDigest">{base64.b64encode(digest).decode()}</Password>'
        f'<Nonce EncodingType="{_BASE64}">{base64.b64encode(nonce).decode()}</Nonce>'
        f'<Created xmlns="{_UTILITY}">{at}</Created></UsernameToken></Security>'
    )
