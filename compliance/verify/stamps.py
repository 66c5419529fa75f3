"""RFC 3161 time stamps as heads kept outside: somebody's authority saw an entry's hash on a day. Needs `rfc3161-client`."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from cryptography import x509

from compliance.verify.heads import HeadRefused, Kept


def kept_by_stamp(response: Path, authority: Path, hashes: Iterable[str]) -> Kept:
    """The head that a TimeStampResp (DER) vouches for, signed by one of the authority's root certificates (PEM).

    Where no entry has the stamped hash, the head's hash is that of the stamp, which no chain holds. Raises HeadRefused.
    """
    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

    try:
        builder = VerifierBuilder()
        for root in x509.load_pem_x509_certificates(authority.read_bytes()):
            builder = builder.add_root_certificate(root)
        decoded = decode_timestamp_response(response.read_bytes())
        imprint = decoded.tst_info.message_imprint.message
        builder.build().verify(decoded, imprint)
    except (OSError, ValueError, VerificationError) as error:
        raise HeadRefused(f"{response}: is no time stamp of {authority}: {error}") from error
    stamped = {_imprint(digest, len(imprint)): digest for digest in hashes}
    return Kept(stamped.get(imprint, imprint.hex()[:64]), str(decoded.tst_info.gen_time.date()))


def _imprint(digest: str, size: int) -> bytes:
    """What the request was made for: SHA-256 or SHA-512 of the hash written in ASCII."""
    return hashlib.new("sha512" if size == 64 else "sha256", digest.encode("ascii")).digest()
