"""Who may say what: which school's which gateway speaks for which device and camera, from the site files."""

from collections.abc import Iterable

from lamplighter.contract.topics import Gateway
from lamplighter.site.model import Site


class Roster:
    """Answers from the site files; an empty roster (no site file) lets every name pass."""

    def __init__(self, sites: Iterable[Site]) -> None:
        self._owner: dict[tuple[str, str], str] = {}
        self._gateways: set[Gateway] = set()
        for site in sites:
            owners = {item.id: item.gateway for item in site.devices} | {item.id: item.gateway for item in site.cameras}
            for name, gateway in owners.items():
                self._owner[site.school, name] = gateway
                self._gateways.add(Gateway(site.district, site.school, gateway))

    def fault_of_gateway(self, gateway: Gateway) -> str | None:
        """Why this gateway is not one of ours; None when it is."""
        if not self._gateways or gateway in self._gateways:
            return None
        return f"gateway {'/'.join(gateway)} is in no site file"

    def fault_of_source(self, gateway: Gateway, source: str) -> str | None:
        """Why this gateway may not speak for this device or camera; None when it may."""
        if not self._gateways:
            return None
        owner = self._owner.get((gateway.school, source))
        if owner is None:
            return f"{source!r} is not in the site file of {gateway.school}"
        if owner != gateway.gateway:
            return f"{source!r} belongs to gateway {owner}, not {gateway.gateway}"
        return None

    def is_foreign(self, gateway: Gateway, source: str) -> bool:
        """Whether the device is known, but as another gateway's."""
        owner = self._owner.get((gateway.school, source))
        return owner is not None and owner != gateway.gateway
