"""The folder that compose runs from: every file of it, made once, kept ever after."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import tomli_w

from lamplighter.contract.errors import SettingsError
from lamplighter.deployment import mosquitto
from lamplighter.deployment.secret_files import FILE_MODE, random_secret, secret_folder, write_new

RANDOM_SECRETS: Final = (
    "influxdb_admin_password",
    "influxdb_token",
    "postgres_password",
    "grafana_admin_password",
    *(f"mqtt_{user}_password" for user in mosquitto.USERS),
)
RAW_BUCKET: Final = "lamplighter_raw"
ROLLUP_BUCKET: Final = "lamplighter_rollup"
_IN_CONTAINER: Final = Path("/run/secrets")
_SETTINGS: Final = Path("/etc/lamplighter")
_DATA: Final = "/var/lib/lamplighter"
_OPEN: Final = 0o644


class Made(NamedTuple):
    """A file of the folder; `new` is False where it was there before and was left as it is."""

    path: Path
    new: bool


def prepare(folder: Path, *, sites: Mapping[str, str], grafana: Mapping[str, str]) -> Iterator[Made]:
    """Make what is missing below `folder`; raises SettingsError.

    `sites` are the site files by name, `grafana` the provisioning files by relative path; both as text.
    """
    _check(folder)
    kept = folder / "secrets"
    secret_folder(kept)
    yield _made(folder / ".gitignore", "*\n")
    for name in RANDOM_SECRETS:
        yield _made(kept / name, random_secret(), mode=FILE_MODE)
    passwords = {user: (kept / f"mqtt_{user}_password").read_text("utf-8").strip() for user in mosquitto.USERS}
    yield _made(kept / "mosquitto_passwords", mosquitto.password_file(passwords), mode=FILE_MODE)
    broker = mosquitto.configuration(passwords=_IN_CONTAINER / "mosquitto_passwords", data=Path("/mosquitto/data"))
    yield _made(folder / "mosquitto.conf", broker)
    for name, text in sites.items():
        yield _made(folder / "sites" / name, text)
    site_files = [str(_SETTINGS / "sites" / path.name) for path in sorted((folder / "sites").glob("*.toml"))]
    yield _made(folder / "ingest.toml", tomli_w.dumps(ingest_settings(site_files)))
    yield _made(folder / "console.toml", tomli_w.dumps(console_settings(site_files)))
    for relative, text in grafana.items():
        yield _made(folder / "grafana" / relative, text)
    yield _made(folder / ".env", environment(folder))


def ingest_settings(site_files: list[str]) -> dict[str, Any]:
    """The settings file of ingest inside its container."""
    broker = {
        "url": "mqtt://mosquitto:1883",
        "protocol": "5",
        "username": mosquitto.INGEST,
        "password_file": str(_IN_CONTAINER / f"mqtt_{mosquitto.INGEST}_password"),
    }
    process = {"worker": "ingest-1", "data_dir": _DATA, "site_files": site_files, "metrics_port": 9321}
    return {**process, "broker": broker, "store": _store(), "sql": _sql()}


def console_settings(site_files: list[str]) -> dict[str, Any]:
    """The settings file of the console: it listens on every address of its container, which compose publishes on loopback."""
    process = {"data_dir": _DATA, "site_files": site_files}
    return {**process, "store": _store(), "sql": _sql(), "console": {"host": "0.0.0.0", "port": 8321}}  # noqa: S104


def environment(folder: Path) -> str:
    """What compose reads: no secret is in it."""
    return f"""\
# Written by `lamplighter init`; holds no secret. Ports are bound to LAMPLIGHTER_BIND only.
LAMPLIGHTER_DIR={folder.resolve()}
LAMPLIGHTER_BIND=127.0.0.1
MQTT_PORT=1883
GRAFANA_PORT=3000
CONSOLE_PORT=8321
GRAFANA_LANGUAGE=zh-Hans
"""


def _store() -> dict[str, Any]:
    token = str(_IN_CONTAINER / "influxdb_token")
    return {
        "kind": "influxdb",
        "url": "http://influxdb:8086",
        "org": "lamplighter",
        "token_file": token,
        "raw_bucket": RAW_BUCKET,
        "rollup_bucket": ROLLUP_BUCKET,
    }


def _sql() -> dict[str, Any]:
    return {"url": "postgresql://lamplighter@postgres:5432/lamplighter", "password_file": str(_IN_CONTAINER / "postgres_password")}


def _made(path: Path, text: str, *, mode: int = _OPEN) -> Made:
    return Made(path, write_new(path, text, mode=mode))


def _check(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise SettingsError(f"{folder}: is a file; name a folder")
    # Compose splits `.env` at line ends, expands `$`, and takes `:` in a mounted path for its end.
    odd = sorted(set(str(folder.resolve())) & set(" \t\n$:#'\"\\"))
    if odd:
        raise SettingsError(f"{folder}: compose cannot mount a path with {' '.join(map(repr, odd))}; name another folder")
    if folder.exists() and not os.access(folder, os.W_OK):
        raise SettingsError(f"{folder}: may not be written to; name a folder that you may write to")
