"""Telling the running broker that its files have changed, and seeing that it has read them."""

import subprocess
from collections.abc import Iterable
from pathlib import Path

from lamplighter.contract.errors import SettingsError, Unavailable
from lamplighter.contract.records import ENCODER, Availability
from lamplighter.contract.topics import Gateway
from lamplighter.deployment.access import REGISTRAR
from lamplighter.deployment.centre import CentreSettings
from lamplighter.runtime.broker_visit import BrokerVisit
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.mqtt import BrokerSettings

_AGAIN_S = 0.2
_COMMAND_TIMEOUT_S = 30


def reload_broker(centre: CentreSettings, registrar: Path, clock: Clock, *, gone: Iterable[Gateway] = ()) -> None:
    """Return once the broker admits the registrar's newest password, hence has read all of its files.

    In Mosquitto the same reading throws off whoever is no longer among the users, without their last will: that the gateways in
    `gone` are off line is therefore said by the registrar. Raises Unavailable with what to do.
    """
    _tell(centre.reload)
    settings = BrokerSettings(
        url=centre.check_url,
        password_dir=registrar,
        ca_file=registrar / "ca.crt",
        cert_file=registrar / "client.crt",
        key_file=registrar / "client.key",
    )
    until_s = clock.monotonic() + centre.reload_within_s
    while True:
        try:
            with BrokerVisit(settings, REGISTRAR, timeout_s=2.0) as visit:
                for gateway in gone:
                    visit.publish(gateway.topic("availability"), _offline(clock), retain=True)
                return
        except (SettingsError, Unavailable) as error:
            if clock.monotonic() >= until_s:
                raise Unavailable(
                    f"the files are written, but the broker did not read them within {centre.reload_within_s:g} s ({error}); "
                    "restart it, or correct `reload` and `check_url` in centre.toml"
                ) from error
        clock.pause(_AGAIN_S)


def _offline(clock: Clock) -> bytes:
    return ENCODER.encode(Availability(state="offline", boot=0, at_ms=clock.now_ms()))


def _tell(command: tuple[str, ...]) -> None:
    shown = " ".join(command)
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_COMMAND_TIMEOUT_S)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(
            f"the files are written, but `{shown}` cannot be run ({error}); "
            "send SIGHUP to the broker (it reads them at its next start, too), or correct `reload` in centre.toml"
        ) from error
    if done.returncode != 0:
        raise Unavailable(
            f"the files are written, but `{shown}` failed: {done.stderr.strip()[:300]}; "
            "send SIGHUP to the broker (it reads them at its next start, too), or correct `reload` in centre.toml"
        )
