"""Witnesses beyond the operator: RFC 3161 time stamps of a head, and the lines that go out by mail and on reports."""

import contextlib
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection

from compliance.history.book import Input, Written, append, written_time
from lamplighter.contract.errors import SettingsError


class Stamped(NamedTuple):
    """What a time-stamp authority said: it saw these bytes' hash at this moment."""

    at: datetime
    serial: int


def head_line(head: Written, on: date) -> str:
    """`HASH@DATE`, as mails and reports carry it and `verify --head` takes it."""
    return f"{head.hash}@{on}"


def stamp_request(head: Written) -> bytes:
    """A TimeStampReq (DER, RFC 3161 2.4.1) for the head's hash written in ASCII; asks for the authority's certificate."""
    from rfc3161_client import TimestampRequestBuilder

    return TimestampRequestBuilder().data(_stamped(head)).nonce(nonce=True).cert_request(cert_request=True).build().as_bytes()


def read_stamp(head: Written, response: bytes, authority: Path) -> Stamped:
    """Check a TimeStampResp (DER) against the head and the authority's root certificates (PEM).

    Raises SettingsError where it was refused, is of another head, or is not signed by that authority.
    """
    from cryptography import x509
    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

    with _translated(authority):
        roots = x509.load_pem_x509_certificates(authority.read_bytes())
    builder = VerifierBuilder()
    for root in roots:
        builder = builder.add_root_certificate(root)
    try:
        decoded = decode_timestamp_response(response)
        builder.build().verify_message(decoded, _stamped(head))
    except (VerificationError, ValueError) as error:
        words = f"the time stamp does not vouch for entry {head.seq} of {head.chain}: {error}"
        raise SettingsError(f"{words}; ask the authority again, or check its certificate") from error
    told = decoded.tst_info
    return Stamped(told.gen_time, told.serial_number)


def keep_stamp(connection: Connection, head: Written, response: bytes, stamped: Stamped, *, day: date, at: datetime) -> Written:
    """Put a checked time stamp into the head's own chain."""
    said = {"how": "rfc3161", "head": head.hash, "seq": head.seq, "stamped_at": written_time(stamped.at)}
    receipt = Input("timestamp", f"{head.chain} {head.seq}", response)
    return append(connection, head.chain, "witness", day=day, at=at, said=said, inputs=[receipt])


def _stamped(head: Written) -> bytes:
    return head.hash.encode("ascii")


@contextlib.contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path}: cannot be read as certificates (PEM): {error}") from error
