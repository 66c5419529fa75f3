"""One ICMP echo (ping) without being root: an ICMP datagram socket, as Linux grants it to groups."""

import asyncio
import os
import socket
import struct
from typing import Final

from lamplighter.contract.errors import SettingsError, Unavailable
from lamplighter.runtime.clock import Clock

_TYPES: Final = {socket.AF_INET: (8, 0), socket.AF_INET6: (128, 129)}
"""Types of echo request and reply (RFC 792; RFC 4443, section 4)."""
_PROTOCOL: Final = {socket.AF_INET: socket.IPPROTO_ICMP, socket.AF_INET6: socket.IPPROTO_ICMPV6}
_HEADER: Final = struct.Struct("!BBHHH")
NOT_ALLOWED: Final = (
    "this user may send no ICMP echo; allow its group with sysctl net.ipv4.ping_group_range = '0 2147483647', or probe a TCP port"
)


def may_echo() -> None:
    """Raises SettingsError with the remedy where the system grants no ICMP datagram socket."""
    try:
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP).close()
    except OSError as error:
        raise SettingsError(NOT_ALLOWED) from error


async def echo_ms(host: str, *, timeout_s: float, clock: Clock) -> float | None:
    """Round trip in ms, None without an address or an answer in time; raises Unavailable without the right to ask."""
    loop = asyncio.get_running_loop()
    try:
        family, _type, _protocol, _name, address = (await loop.getaddrinfo(host, 0, type=socket.SOCK_DGRAM))[0]
    except socket.gaierror:
        return None
    try:
        probe = socket.socket(family, socket.SOCK_DGRAM, _PROTOCOL[socket.AddressFamily(family)])
    except PermissionError as error:
        raise Unavailable(NOT_ALLOWED) from error
    with probe:
        probe.setblocking(False)
        try:
            async with asyncio.timeout(timeout_s):
                return await _exchange(probe, address, socket.AddressFamily(family), clock)
        except (TimeoutError, OSError):  # no route and no answer are the same to who asks whether a link works
            return None


async def _exchange(probe: socket.socket, address: object, family: socket.AddressFamily, clock: Clock) -> float:
    loop = asyncio.get_running_loop()
    request, reply = _TYPES[family]
    token = os.urandom(16)
    # The kernel fills in identifier and, for IPv6, the checksum; it hands us replies to our own identifier only.
    packet = _HEADER.pack(request, 0, 0, 0, 1) + token
    packet = _HEADER.pack(request, 0, _checksum(packet), 0, 1) + token
    sent_s = clock.monotonic()
    await loop.sock_sendto(probe, packet, address)  # type: ignore[arg-type] # as getaddrinfo gave it
    while True:
        answer = await loop.sock_recv(probe, 1024)
        if answer[:1] == bytes((reply,)) and answer.endswith(token):
            return (clock.monotonic() - sent_s) * 1000


def _checksum(packet: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    total: int = sum(word for (word,) in struct.iter_unpack("!H", packet))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF
