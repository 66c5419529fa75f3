"""The folder of secrets: authority, certificates, users and their passwords; made once, changed one user at a time.

secrets/            0700
  ca/               the authority; its key leaves this folder never
  broker/           what Mosquitto reads: certificates, passwords (hashed), acl, crl.pem
  ingest-1/         what one ingest worker reads: a certificate, a password for each of its connections
  console/          what the console asks gateways with
  registrar/        what `lamplighter gateway` logs in with
  issued/ revoked/  every client certificate given out, and those that are void
"""

import fcntl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from lamplighter.contract.errors import SettingsError
from lamplighter.deployment import authority, mosquitto
from lamplighter.deployment.access import CONSOLE, HEALTH, REGISTRAR, access_file, worker_users
from lamplighter.deployment.authority import Pair
from lamplighter.deployment.secret_files import (
    FILE_MODE,
    PRIVATE_MODE,
    open_folder,
    random_secret,
    read_secret,
    replace,
    secret_folder,
    write_new,
)

AUTHORITY_NAME: Final = "Lamplighter"


class Made(NamedTuple):
    """A file of the folder; `new` is False where it was there before and was left as it is."""

    path: Path
    new: bool


class Credentials:
    """Everything below `secrets`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.broker = folder / "broker"
        self.registrar = folder / REGISTRAR
        self._passwords = self.broker / "passwords"

    def prepare(self, *, hosts: Sequence[str], workers: Sequence[str], now: datetime) -> Iterator[Made]:
        """Make what is missing; raises SettingsError."""
        for path in (self.folder, self.folder / "ca", self.registrar):
            secret_folder(path)
        yield from self._prepare_authority(now)
        ca = self.authority()
        yield from _made_pair(
            self.broker / "server", FILE_MODE, partial(authority.issue, ca, hosts[0], "server", now=now, hosts=hosts)
        )
        for name in (*workers, CONSOLE, REGISTRAR):
            own = self.folder / name
            open_folder(own)
            yield from _made_pair(own / "client", FILE_MODE, partial(self.issue_client, name, now))
            yield _made(own / "ca.crt", ca.certificate)
        for folder, user in self._known_users(workers):
            yield _made(folder / f"{user}.password", random_secret())
        if not self._passwords.exists():
            hashes = {user: _hash_of(folder / f"{user}.password") for folder, user in self._known_users(workers)}
            self.write_users(hashes)
            yield Made(self._passwords, new=True)
        else:
            yield Made(self._passwords, new=False)
        yield _made(self.broker / "acl", access_file(self.users()))
        yield _made(self.broker / "crl.pem", authority.revocation_list(ca, (), now=now))

    def authority(self) -> Pair:
        """The authority's certificate and key; raises SettingsError."""
        return Pair(*(read_secret(self.folder / "ca" / name) + "\n" for name in ("ca.crt", "ca.key")))

    def users(self) -> dict[str, str]:
        """User -> password hash of everybody the broker admits; raises SettingsError."""
        return mosquitto.read_password_file(read_secret(self._passwords))

    def write_users(self, users: Mapping[str, str]) -> None:
        """Say who is admitted, and with what rights; the registrar gets a new password, by which it sees the change in force."""
        password = random_secret()
        replace(self.registrar / f"{REGISTRAR}.password", password, mode=PRIVATE_MODE)
        hashes = {**users, REGISTRAR: mosquitto.password_hash(password)}
        replace(self.broker / "acl", access_file(hashes), mode=FILE_MODE)
        replace(self._passwords, mosquitto.password_file(hashes), mode=FILE_MODE)

    def issue_client(self, name: str, now: datetime) -> Pair:
        """A key and certificate for a client, remembered so that it can be revoked."""
        pair = authority.issue(self.authority(), name, "client", now=now)
        path = self.folder / "issued" / f"{name}@{now:%Y%m%dT%H%M%S%f}.crt"
        replace(path, pair.certificate, mode=FILE_MODE)
        return pair

    def revoke(self, name: str, now: datetime) -> int:
        """Make every certificate of this name void; returns how many there were."""
        found = sorted((self.folder / "issued").glob(f"{name}@*.crt"))
        open_folder(self.folder / "revoked")
        for path in found:
            path.rename(self.folder / "revoked" / path.name)
        void = [path.read_text("utf-8") for path in sorted((self.folder / "revoked").glob("*.crt"))]
        replace(self.broker / "crl.pem", authority.revocation_list(self.authority(), void, now=now), mode=FILE_MODE)
        return len(found)

    def renew_server(self, hosts: Sequence[str], now: datetime) -> None:
        """A new key and certificate for the broker."""
        _write_pair(self.broker / "server", authority.issue(self.authority(), hosts[0], "server", now=now, hosts=hosts), FILE_MODE)

    def renew_client(self, folder: Path, now: datetime) -> None:
        """A new key and certificate for a worker or the registrar."""
        _write_pair(folder / "client", self.issue_client(folder.name, now), FILE_MODE)

    def client_folders(self) -> list[Path]:
        """The folders of the workers and of the registrar."""
        return sorted(path.parent for path in self.folder.glob("*/client.crt"))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One change at a time."""
        with (self.folder / ".lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _prepare_authority(self, now: datetime) -> Iterator[Made]:
        certificate, key = self.folder / "ca" / "ca.crt", self.folder / "ca" / "ca.key"
        if certificate.exists() and not key.exists():
            raise SettingsError(f"{key}: is gone, and without it nobody can be added or revoked; put it back from your backup")
        if certificate.exists():
            yield from (Made(certificate, new=False), Made(key, new=False))
        else:
            pair = authority.new_authority(AUTHORITY_NAME, now=now)
            replace(key, pair.key, mode=PRIVATE_MODE)
            replace(certificate, pair.certificate, mode=FILE_MODE)
            yield from (Made(certificate, new=True), Made(key, new=True))
        yield _made(self.broker / "ca.crt", self.authority().certificate)

    def _known_users(self, workers: Sequence[str]) -> list[tuple[Path, str]]:
        """Users whose passwords are kept here, with the folder of each; a gateway's is only in its bundle."""
        return [(self.folder / worker, user) for worker in workers for user in worker_users(worker)] + [
            (self.folder / CONSOLE, CONSOLE),
            (self.folder / HEALTH, HEALTH),
        ]


def _made(path: Path, text: str) -> Made:
    return Made(path, write_new(path, text, mode=FILE_MODE))


def _made_pair(stem: Path, mode: int, make: Callable[[], Pair]) -> Iterator[Made]:
    """A certificate and its key are made together: either alone is worth nothing."""
    paths = (stem.with_suffix(".crt"), stem.with_suffix(".key"))
    new = not all(path.exists() for path in paths)
    if new:
        _write_pair(stem, make(), mode)
    yield from (Made(path, new) for path in paths)


def _write_pair(stem: Path, pair: Pair, mode: int) -> None:
    replace(stem.with_suffix(".key"), pair.key, mode=mode)
    replace(stem.with_suffix(".crt"), pair.certificate, mode=mode)


def _hash_of(path: Path) -> str:
    return mosquitto.password_hash(read_secret(path))
