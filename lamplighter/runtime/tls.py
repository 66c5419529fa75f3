"""TLS towards a broker: the context that checks it and shows who we are, and what its failures mean in words."""

import ssl
from pathlib import Path
from typing import Final

from lamplighter.contract.errors import SettingsError

_CLOCK: Final = "or this machine's clock is wrong"
_VERIFY: Final = {
    9: f"its certificate is not valid yet, {_CLOCK}",
    10: f"its certificate has expired, {_CLOCK}",
    18: "its certificate is signed by itself, not by the authority in ca_file",
    19: "its certificate is not signed by the authority in ca_file",
    20: "its certificate is not signed by the authority in ca_file",
    7: "its certificate is not signed by the authority in ca_file",
    62: "its certificate is for another name than the url says",
    64: "its certificate is for another address than the url says",
}
"""OpenSSL's verification results (X509_V_ERR_*, x509_vfy.h)."""
_ALERTS: Final = {
    "CERTIFICATE_EXPIRED": f"our certificate has expired, {_CLOCK}",
    "CERTIFICATE_REVOKED": "our certificate is revoked",
    "CERTIFICATE_REQUIRED": "it wants a certificate of ours; set cert_file and key_file",
    "UNKNOWN_CA": "it does not know the authority that signed our certificate",
    "BAD_CERTIFICATE": "it does not accept our certificate",
    "UNSUPPORTED_CERTIFICATE": "it does not accept our certificate",
    "HANDSHAKE_FAILURE": "it does not accept our certificate, or speaks no TLS that we do",
    "PROTOCOL_VERSION": "it speaks no TLS 1.2 or newer",
    "WRONG_VERSION_NUMBER": "it does not speak TLS on this port",
    "UNEXPECTED_EOF_WHILE_READING": "it ended the TLS handshake",
}


class _TidySocket(ssl.SSLSocket):
    """A socket that closes when its handshake fails: paho forgets it open."""

    def do_handshake(self, block: bool = False) -> None:  # noqa: FBT001, FBT002 - the socket's own shape
        try:
            super().do_handshake(block)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise
        except OSError:
            self.close()
            raise


def tls_context(*, ca_file: Path | None, cert_file: Path | None, key_file: Path | None) -> ssl.SSLContext:
    """TLS 1.2 or newer, the other side verified against `ca_file` (the system's authorities where None); raises SettingsError."""
    for name, path in (("ca_file", ca_file), ("cert_file", cert_file), ("key_file", key_file)):
        if path is not None and not path.is_file():
            raise SettingsError(f"{name} = {path}: no such file; unpack the gateway's bundle there or correct the path")
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(f"ca_file = {ca_file}: not a certificate in PEM form: {error}") from error
    context.sslsocket_class = _TidySocket
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if cert_file is not None:
        try:
            context.load_cert_chain(cert_file, key_file)
        except (OSError, ssl.SSLError) as error:
            raise SettingsError(
                f"cert_file = {cert_file}, key_file = {key_file}: cannot be used together ({_reason(error)}); "
                "take both from one bundle and let this user read them"
            ) from error
    return context


def fault_in_words(error: BaseException) -> str:
    """What went wrong on the way to a server, as the end of a sentence that begins with the server's name."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _VERIFY.get(error.verify_code, f"its certificate is not accepted: {error.verify_message}")
    if isinstance(error, ssl.SSLError):
        reason = _reason(error)
        return next((text for alert, text in _ALERTS.items() if alert in reason), f"TLS fails: {reason}")
    if isinstance(error, TimeoutError):
        return "it does not answer"
    if isinstance(error, ConnectionRefusedError):
        return "nobody listens there"
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return str(error) or type(error).__name__


def _reason(error: BaseException) -> str:
    return getattr(error, "reason", None) or getattr(error, "strerror", None) or str(error)
