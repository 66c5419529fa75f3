"""Finding devices: a WS-Discovery probe (OASIS 1.1 draft of 2005, as ONVIF uses it), by multicast or to one address."""

import contextlib
import socket
import uuid
from collections.abc import Iterator
from typing import Final, NamedTuple

from edge.onvif.soap import parsed
from lamplighter.contract.errors import Unavailable
from lamplighter.runtime.clock import Clock

MULTICAST: Final = ("239.255.255.250", 3702)
_PROBE: Final = (
    '<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery">'
    "<s:Header><a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action><a:MessageID>uuid:{id}</a:MessageID>"
    "<a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To></s:Header><s:Body><d:Probe>"
    '<d:Types xmlns:n="http://www.onvif.org/ver10/network/wsdl">n:NetworkVideo{kind}</d:Types></d:Probe></s:Body></s:Envelope>'
)
_KINDS: Final = ("Transmitter", "Storage")
"""Cameras and encoders; recorders. Each is asked for by itself, since a device answers only if it is all that is named."""


class Listening(NamedTuple):
    """Where the probe is sent, how long is waited, and from which of our addresses (the system's choice if empty)."""

    to: tuple[str, int] = MULTICAST
    wait_s: float = 3.0
    interface: str = ""


def probe(listening: Listening, clock: Clock) -> tuple[str, ...]:
    """ONVIF addresses of the devices that answer, each once; raises Unavailable where the probe cannot be sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        try:
            if listening.interface:
                sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(listening.interface))
            for kind in _KINDS:
                sender.sendto(_PROBE.format(id=uuid.uuid4(), kind=kind).encode(), listening.to)
        except OSError as error:
            why = f"cannot be sent ({error.strerror}); name the network card's address with --interface, or give addresses"
            raise Unavailable(f"the search for cameras {why}") from error
        return tuple(sorted(set(_answers(sender, clock.monotonic() + listening.wait_s, clock))))


def _answers(sender: socket.socket, until_s: float, clock: Clock) -> Iterator[str]:
    while (left_s := until_s - clock.monotonic()) > 0:
        sender.settimeout(left_s)
        with contextlib.suppress(TimeoutError):
            data, _peer = sender.recvfrom(65_536)
            root = parsed(data)
            for match in root.iter("ProbeMatch") if root is not None else ():
                # A device names every address it has, IPv6 beside IPv4; the first is the one it prefers.
                addresses = [word for word in (match.findtext("XAddrs") or "").split() if word.startswith("http")]
                yield from addresses[:1]
