"""The benchmarks' broker: exactly what `lamplighter init` writes, with TLS on both sides, a user a connection, and rights."""

from collections.abc import Iterable
from pathlib import Path

from edge.settings import GatewaySettings
from lamplighter.contract.topics import Gateway
from lamplighter.deployment.access import gateway_user
from lamplighter.deployment.gateways import Target
from lamplighter.runtime.mqtt import BrokerSettings
from lamplighter.runtime.settings import load_settings
from tests.servers.secured import SecuredBroker


class Broker(SecuredBroker):
    """Mosquitto with its data below `folder`; `bundles` holds what each gateway's installer unpacked."""

    def __init__(self, program: str, folder: Path) -> None:
        folder.mkdir(parents=True)
        super().__init__(program, folder)
        self.bundles = folder / "unpacked"

    def admit_all(self, gateways: Iterable[Gateway]) -> None:
        """Admit them, and let the broker read its users anew once."""
        for gateway in gateways:
            at = self.bundles / gateway_user(gateway)
            self.unpack(self.gateways.add(gateway, Target(folder=str(at), data_dir=str(at / "data"))), at)
        self.gateways.reload()


def settings_of(bundles: Path, gateway: Gateway) -> BrokerSettings:
    """How a gateway connects, by the settings file in its bundle."""
    return load_settings(bundles / gateway_user(gateway) / "gateway.toml", GatewaySettings).broker
