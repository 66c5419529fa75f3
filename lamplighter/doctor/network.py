"""From a name to a connection: DNS and TCP."""

import socket
from collections.abc import Iterator

from lamplighter.doctor.finding import Finding, fault, ok, skipped
from lamplighter.runtime.tls import fault_in_words

TIMEOUT_S = 5.0


def look_at_address(host: str, port: int) -> Iterator[Finding]:
    """DNS, then TCP."""
    try:
        found = sorted({str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)})
    except socket.gaierror as error:
        yield fault("dns", host, f"no address: {error.strerror}", "correct the url, or this machine's DNS server")
        yield skipped("tcp", f"{host}:{port}", "no address")
        return
    yield ok("dns", host, ", ".join(found))
    try:
        with socket.create_connection((host, port), timeout=TIMEOUT_S):
            yield ok("tcp", f"{host}:{port}", "accepts connections")
    except OSError as error:
        remedy = "is the server running, the port right, and no firewall between?"
        yield fault("tcp", f"{host}:{port}", fault_in_words(error), remedy)
