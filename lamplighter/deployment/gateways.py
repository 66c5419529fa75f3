"""Admitting a gateway, giving it a new certificate, and shutting it out."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from lamplighter.contract.errors import SettingsError
from lamplighter.contract.topics import Gateway
from lamplighter.deployment import mosquitto
from lamplighter.deployment.access import gateway_of, gateway_user
from lamplighter.deployment.authority import Pair
from lamplighter.deployment.bundle import SETTINGS, gateway_settings, packed
from lamplighter.deployment.centre import certificate_hosts, read_centre
from lamplighter.deployment.credentials import Credentials
from lamplighter.deployment.reload import reload_broker
from lamplighter.deployment.secret_files import PRIVATE_MODE, random_secret, replace, secret_folder
from lamplighter.runtime.clock import Clock

DEFAULT_FOLDER: Final = "/etc/lamplighter"
DEFAULT_DATA: Final = "/var/lib/lamplighter"


class Target(NamedTuple):
    """Where the bundle will be unpacked, where the gateway keeps its outbox, and tables its settings file takes over."""

    folder: str = DEFAULT_FOLDER
    data_dir: str = DEFAULT_DATA
    kept: Mapping[str, Any] = {}


class Gateways:
    """The gateways of one initialised folder. Each verb writes files (raises SettingsError); `reload` puts them in force."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._centre = read_centre(folder)
        self._bundles = folder / "gateways"
        self._credentials = Credentials(folder / "secrets")
        self._clock = clock

    def known(self) -> list[Gateway]:
        """Every gateway that is admitted."""
        found = (gateway_of(user) for user in self._credentials.users())
        return sorted(gateway for gateway in found if gateway is not None)

    def add(self, gateway: Gateway, target: Target) -> Path:
        """Admit it; returns its bundle, the only place that holds its key and password."""
        user, password = gateway_user(gateway), random_secret()
        with self._credentials.locked():
            users = self._credentials.users()
            if user in users:
                raise SettingsError(f"gateway {'/'.join(gateway)}: is there already; `renew` it, or `revoke` it first")
            pair = self._credentials.issue_client(user, self._clock.now())
            self._credentials.write_users({**users, user: mosquitto.password_hash(password)})
            url = f"mqtts://{_in_url(self._centre.hosts[0])}:{self._centre.port}"
            settings = gateway_settings(gateway, url=url, folder=target.folder, data_dir=target.data_dir, kept=target.kept)
            return self._write_bundle(user, {SETTINGS: settings, "broker.password": password, **self._certificates(pair)})

    def renew(self, gateway: Gateway) -> Path:
        """A new key and certificate; its password and settings stay. The old certificate is good until its own end."""
        user = self._admitted(gateway)
        with self._credentials.locked():
            pair = self._credentials.issue_client(user, self._clock.now())
            return self._write_bundle(user, self._certificates(pair))

    def revoke(self, gateway: Gateway) -> None:
        """Shut it out: its user and rights go, its certificates are void, its connection ends."""
        user = self._admitted(gateway)
        with self._credentials.locked():
            users = self._credentials.users()
            self._credentials.revoke(user, self._clock.now())
            self._credentials.write_users({name: hashed for name, hashed in users.items() if name != user})
            self._bundle(user).unlink(missing_ok=True)

    def renew_centre(self) -> list[Path]:
        """New certificates for the broker, the workers and the registrar; the broker serves its own without a restart."""
        credentials, now = self._credentials, self._clock.now()
        with credentials.locked():
            credentials.renew_server(certificate_hosts(self._centre.hosts), now)
            for folder in credentials.client_folders():
                credentials.renew_client(folder, now)
            credentials.write_users(credentials.users())
        return [credentials.broker / "server.crt", *(folder / "client.crt" for folder in credentials.client_folders())]

    def reload(self, *, gone: Iterable[Gateway] = ()) -> None:
        """Have the broker read its files anew, which ends the connections of who is no longer admitted; raises Unavailable.

        `gone`: the gateways just revoked, of whom the centre is told that they are off line.
        """
        reload_broker(self._centre, self._credentials.registrar, self._clock, gone=gone)

    def _admitted(self, gateway: Gateway) -> str:
        if gateway not in self.known():
            known = ", ".join("/".join(row) for row in self.known()[:20]) or "none"
            raise SettingsError(f"gateway {'/'.join(gateway)}: is not admitted here; admitted: {known}")
        return gateway_user(gateway)

    def _certificates(self, pair: Pair) -> dict[str, str]:
        ca = self._credentials.authority().certificate
        return {"ca.crt": ca, "gateway.crt": pair.certificate, "gateway.key": pair.key}

    def _bundle(self, user: str) -> Path:
        return self._bundles / f"{user}.tar.gz"

    def _write_bundle(self, user: str, files: Mapping[str, str]) -> Path:
        secret_folder(self._bundles)
        path = self._bundle(user)
        replace(path, packed(files, now=self._clock.now()), mode=PRIVATE_MODE)
        return path


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
