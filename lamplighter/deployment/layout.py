"""The folder that compose runs from: every file of it, made once, kept ever after."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import tomli_w

from lamplighter.contract.errors import SettingsError
from lamplighter.deployment import mosquitto
from lamplighter.deployment.centre import FILE_NAME, centre_text, certificate_hosts
from lamplighter.deployment.credentials import Credentials, Made
from lamplighter.deployment.secret_files import FILE_MODE, random_secret, secret_folder, write_new
from lamplighter.runtime.clock import Clock, SystemClock

RANDOM_SECRETS: Final = ("influxdb_admin_password", "influxdb_token", "postgres_password", "grafana_admin_password")
RAW_BUCKET: Final = "lamplighter_raw"
ROLLUP_BUCKET: Final = "lamplighter_rollup"
_IN_CONTAINER: Final = Path("/run/secrets")
_BROKER_ACCESS: Final = Path("/mosquitto/access")
_CLIENT_ACCESS: Final = Path("/run/broker")
_SETTINGS: Final = Path("/etc/lamplighter")
_DATA: Final = "/var/lib/lamplighter"
_OPEN: Final = 0o644


def worker_name(number: int) -> str:
    """Name of an ingest worker; they count from 1."""
    return f"ingest-{number}"


def prepare(
    folder: Path,
    *,
    sites: Mapping[str, str],
    grafana: Mapping[str, str],
    hosts: Sequence[str] = (),
    workers: int = 1,
    clock: Clock | None = None,
) -> Iterator[Made]:
    """Make what is missing below `folder`; raises SettingsError.

    `sites` are the site files by name, `grafana` the provisioning files by relative path; both as text. `hosts` are the names and
    addresses by which gateways reach the broker, `workers` how many processes of ingest there will be.
    """
    _check(folder)
    kept = folder / "secrets"
    secret_folder(kept)
    yield _made(folder / ".gitignore", "*\n")
    for name in RANDOM_SECRETS:
        yield _made(kept / name, random_secret(), mode=FILE_MODE)
    names = [worker_name(number + 1) for number in range(workers)]
    now = (clock or SystemClock()).now()
    yield from Credentials(kept).prepare(hosts=certificate_hosts(tuple(hosts)), workers=names, now=now)
    yield _made(folder / FILE_NAME, centre_text(tuple(hosts)))
    yield _made(folder / "mosquitto.conf", mosquitto.configuration(access=_BROKER_ACCESS, data=Path("/mosquitto/data")))
    for name, text in sites.items():
        yield _made(folder / "sites" / name, text)
    site_files = [str(_SETTINGS / "sites" / path.name) for path in sorted((folder / "sites").glob("*.toml"))]
    for name in names:
        file = "ingest.toml" if name == names[0] else f"{name}.toml"
        yield _made(folder / file, tomli_w.dumps(ingest_settings(site_files, name, verdicts=name == names[0])))
    yield _made(folder / "console.toml", tomli_w.dumps(console_settings(site_files)))
    for relative, text in grafana.items():
        yield _made(folder / "grafana" / relative, text)
    yield _made(folder / ".env", environment(folder, reachable=bool(hosts)))


def ingest_settings(site_files: list[str], worker: str, *, verdicts: bool) -> dict[str, Any]:
    """The settings file of an ingest worker inside its container."""
    process = {"worker": worker, "data_dir": _DATA, "site_files": site_files, "metrics_port": 9321, "verdicts": verdicts}
    return {**process, "broker": _broker(), "store": _store(), "sql": _sql()}


def console_settings(site_files: list[str]) -> dict[str, Any]:
    """The settings file of the console: it listens on every address of its container, which compose publishes on loopback."""
    process = {"data_dir": _DATA, "site_files": site_files, "gateway_broker": _broker()}
    return {**process, "store": _store(), "sql": _sql(), "console": {"host": "0.0.0.0", "port": 8321}}  # noqa: S104


def _broker() -> dict[str, Any]:
    """How a container reaches the broker, with what is mounted there of its own folder of secrets."""
    return {
        "url": f"mqtts://mosquitto:{mosquitto.TLS_PORT}",
        "protocol": "5",
        "password_dir": str(_CLIENT_ACCESS),
        "ca_file": str(_CLIENT_ACCESS / "ca.crt"),
        "cert_file": str(_CLIENT_ACCESS / "client.crt"),
        "key_file": str(_CLIENT_ACCESS / "client.key"),
    }


def environment(folder: Path, *, reachable: bool = False) -> str:
    """What compose reads: no secret is in it. Where `reachable`, the broker's TLS port is open to other machines."""
    bind = "0.0.0.0" if reachable else "127.0.0.1"  # noqa: S104 - certificates on both sides guard it
    return f"""\
# Written by `lamplighter init`; holds no secret. MQTT_BIND is for gateways (TLS only), LAMPLIGHTER_BIND for people's pages.
LAMPLIGHTER_DIR={folder.resolve()}
LAMPLIGHTER_BIND=127.0.0.1
MQTT_BIND={bind}
MQTT_PORT={mosquitto.TLS_PORT}
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
