"""Passwords of cameras and recorders: read from files, shown nowhere, and tried seldom once refused."""

import contextlib
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from lamplighter.contract.errors import SettingsError

REFUSED_PASSWORD_RETRY_S: Final = 300.0
"""Cameras lock out who tries a wrong password often."""


def read_password(path: Path, owner: str) -> str:
    """The file's text without its line end; raises SettingsError that names the owner, as `camera gate`."""
    with contextlib.suppress(UnicodeDecodeError):
        try:
            return path.read_text("utf-8").strip()
        except OSError as error:
            raise SettingsError(f"{path}: cannot read the password of {owner}: {error.strerror}") from error
    raise SettingsError(f"{path}: the password of {owner} is not UTF-8 text")


def web_address(url: str) -> str:
    """An address of ONVIF's as a setting: HOST, HOST:PORT or a URL, and no password in it; raises ValueError."""
    parts = urlsplit(url if "://" in url else f"http://{url}")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be HOST, HOST:PORT or http://HOST:PORT/onvif/device_service")
    if parts.username or parts.password:
        raise ValueError("must not hold a user or password; use the keys username and password_file")
    return url
