"""One SOAP request and its answer, with what can go wrong told by its remedy."""

import http.client
import re
from datetime import datetime
from typing import Final, NamedTuple
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from edge.onvif.login import Challenges, Login, security_header
from edge.passwords import REFUSED_PASSWORD_RETRY_S
from lamplighter.contract.errors import Unavailable

NAMESPACES: Final = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "tds": "http://www.onvif.org/ver10/device/wsdl",
    "trt": "http://www.onvif.org/ver10/media/wsdl",
    "tse": "http://www.onvif.org/ver10/search/wsdl",
    "trp": "http://www.onvif.org/ver10/replay/wsdl",
    "tt": "http://www.onvif.org/ver10/schema",
    "wsnt": "http://docs.oasis-open.org/wsn/b-2",
    "tns1": "http://www.onvif.org/ver10/topics",
}
_XMLNS: Final = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
_MOST_BYTES: Final = 8_000_000
_TYPE: Final = "application/soap+xml; charset=utf-8"
_REFUSALS: Final = ("NotAuthorized", "FailedAuthentication", "InvalidSecurity", "OperationProhibited")
_UNKNOWN: Final = ("ActionNotSupported", "NoSuchService", "OptionalActionNotImplemented", "UnknownAction")


class Unsupported(Unavailable):
    """The device answers, but has not got what was asked for."""


class Address(NamedTuple):
    """Where a device answers, and how long it may take."""

    url: str
    timeout_s: float


class _Answer(NamedTuple):
    status: int
    challenges: Challenges
    body: bytes


def call(address: Address, body: str, *, login: Login | None = None, device_time: datetime | None = None) -> ET.Element:
    """Send the body of a request; the body of the answer, its tags without namespaces.

    Proves the password by WS-Security, and by HTTP where the device asks for that. Raises Unsupported, or Unavailable with a
    long wait where user or password are refused.
    """
    header = security_header(login, device_time) if login is not None and device_time is not None else ""
    envelope = f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope {_XMLNS}><s:Header>{header}</s:Header>'
    message = f"{envelope}<s:Body>{body}</s:Body></s:Envelope>".encode()
    answer = _post(address, message, {})
    if answer.status == 401 and login is not None:
        path = _path(address.url)
        proof = answer.challenges.answer(login, method="POST", uri=path)
        if proof is not None:
            answer = _post(address, message, {"Authorization": proof})
    if answer.status == 401:
        raise _refused(address)
    return _read(address, answer)


def _post(address: Address, message: bytes, headers: dict[str, str]) -> _Answer:
    parts = urlsplit(address.url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=address.timeout_s)
    try:
        connection.request("POST", _path(address.url), message, {"Content-Type": _TYPE, **headers})
        reply = connection.getresponse()
        asked = tuple(reply.headers.get_all("WWW-Authenticate") or ())
        return _Answer(reply.status, Challenges(asked), reply.read(_MOST_BYTES))
    except TimeoutError as error:
        raise Unavailable(f"{address.url}: no answer within {address.timeout_s:g} s; check power, cable and address") from error
    except (OSError, http.client.HTTPException) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        raise Unavailable(f"{address.url}: {why}; check the address and port, and that ONVIF is switched on") from error
    finally:
        connection.close()


def _read(address: Address, answer: _Answer) -> ET.Element:
    root = parsed(answer.body)
    body = root.find("Body") if root is not None else None
    if body is None:
        raise Unavailable(f"{address.url}: HTTP {answer.status}, but no SOAP answer; check that it is a device's ONVIF address")
    fault = body.find("Fault")
    if fault is None:
        return body
    said = " ".join(fault.itertext()).split()
    words = " ".join(said)
    if any(name in words for name in _REFUSALS):
        raise _refused(address)
    if any(name in words for name in _UNKNOWN):
        raise Unsupported(f"{address.url}: the device has not got this: {words[:200]}")
    raise Unavailable(f"{address.url}: the device refuses: {words[:200]}")


def _refused(address: Address) -> Unavailable:
    return Unavailable(
        f"{address.url}: the device refuses user or password; check username and password_file, and the user's ONVIF rights",
        retry_after_s=REFUSED_PASSWORD_RETRY_S,
    )


def parsed(document: bytes) -> ET.Element | None:
    """The root element, tags without namespaces; None where it is no XML. A document type, where entities live, is refused."""
    if b"<!DOCTYPE" in document:
        return None
    try:
        root = ET.fromstring(document)  # noqa: S314 - entities are refused above, the size is limited
    except (ET.ParseError, UnicodeDecodeError, LookupError):
        return None
    for element in root.iter():
        element.tag = re.sub(r"^\{[^}]*\}", "", element.tag)
    return root


def text_of(element: ET.Element, path: str) -> str:
    """Text at the path, stripped; empty where there is none."""
    return (element.findtext(path) or "").strip()


def _path(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
