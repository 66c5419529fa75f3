"""Who may say what: which school's which gateway speaks for which device and camera, from the site files."""

from collections.abc import Iterable, Sequence

from lamplighter.contract.topics import Gateway
from lamplighter.site.model import Site


class Roster:
    """Answers from the site files; an empty roster (no site file) lets every name pass."""

    def __init__(self, sites: Iterable[Site]) -> None:
        self._owners: dict[str, dict[str, str]] = {}
        self._gateways: set[Gateway] = set()
        for site in sites:
            owners = {item.id: item.gateway for item in site.devices} | {item.id: item.gateway for item in site.cameras}
            self._owners.setdefault(site.school, {}).update(owners)
            self._gateways.update(Gateway(site.district, site.school, gateway) for gateway in owners.values())

    def fault_of_gateway(self, gateway: Gateway) -> str | None:
        """Why this gateway is not one of ours; None when it is."""
        if not self._gateways or gateway in self._gateways:
            return None
        return f"gateway {'/'.join(gateway)} is in no site file"

    def fault_of_source(self, gateway: Gateway, source: str) -> str | None:
        """Why this gateway may not speak for this device or camera; None when it may."""
        if not self._gateways:
            return None
        owner = self._owners.get(gateway.school, {}).get(source)
        if owner is None:
            return f"{source!r} is not in the site file of {gateway.school}"
        if owner != gateway.gateway:
            return f"{source!r} belongs to gateway {owner}, not {gateway.gateway}"
        return None

    def fault_of_foreign(self, gateway: Gateway, sources: Sequence[str]) -> str | None:
        """Why this gateway may not speak for one of them, which is known as another gateway's; None when none is."""
        owners = self._owners.get(gateway.school)
        if owners is None:
            return None
        strangers = {*map(owners.get, sources)} - {None, gateway.gateway}
        if not strangers:
            return None
        return self.fault_of_source(gateway, next(source for source in sources if owners.get(source) in strangers))
