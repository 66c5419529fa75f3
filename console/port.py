"""Taking the console's port before anything else starts, so that a taken one is one clear line."""

import errno
import socket

from lamplighter.contract.errors import SettingsError

_TRIES = 50


def claim_port(host: str, port: int) -> socket.socket:
    """A listening TCP socket; raises SettingsError naming a free port when this one is taken."""
    try:
        return _listen(host, port)
    except OSError as error:
        raise SettingsError(_remedy(host, port, error)) from error


def _listen(host: str, port: int) -> socket.socket:
    family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    sock = socket.socket(family, kind, protocol)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(address)
        sock.listen(128)  # listening now: a second console is refused from this moment on
        sock.setblocking(False)
    except OSError:
        sock.close()
        raise
    return sock


def _remedy(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        free = _free_port(host, port)
        return f"console: port {port} is in use on {host}; {free} is free: --port {free}"
    if error.errno == errno.EACCES:
        return f"console: port {port} needs more rights than this user has; take one from 1024 up: --port 8321"
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return f"console: host = {host!r} is no address of this machine; use 127.0.0.1, or 0.0.0.0 for every network"
    return f"console: cannot listen on {host} port {port}: {error.strerror or error}"


def _free_port(host: str, taken: int) -> int:
    for port in (*range(taken + 1, min(taken + 1 + _TRIES, 65_536)), 0):
        try:
            sock = _listen(host, port)
        except OSError:
            continue
        with sock:
            return int(sock.getsockname()[1])
    return 0
