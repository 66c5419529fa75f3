"""Raises and clears, at the centre, the conditions that follow from what a room's lamps gave on the newest day that is over."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine, select

from compliance.evidence import midnight_ms
from compliance.light.conditions import LightLevel, levels_of
from compliance.light.days import RoomDay
from ingest.centre import tell_level
from lamplighter.contract.records import Condition
from lamplighter.contract.topics import Gateway
from lamplighter.runtime.clock import Clock
from lamplighter.site.model import Site
from lamplighter.storage.sql.engine import transaction
from lamplighter.storage.sql.tables import CONDITIONS


class _Raised(NamedTuple):
    """A condition that holds."""

    gateway: str
    since_ms: int


class LightConditions:
    """Each is one condition of a room, told in the name of the gateway that hears the room's devices."""

    def __init__(self, sql: Engine, clock: Clock) -> None:
        self._sql = sql
        self._clock = clock

    def tell(self, site: Site, day: date, rooms: Sequence[RoomDay]) -> None:
        """Say what holds of the rooms since that day; said again it changes nothing. May raise Unavailable."""
        levels = [level for room in rooms for level in levels_of(site, room, day)]
        with transaction(self._sql) as connection:
            known = _active(connection, site.school)
            for level in levels:
                self._tell(connection, site, level, known.get(_id_of(level)))

    def _tell(self, connection: Connection, site: Site, level: LightLevel, raised: _Raised | None) -> None:
        holds = _holds(site, level, raised)
        gateway = raised.gateway if raised is not None else _gateway_of(site, level.room)
        if holds is None or gateway is None:
            return
        now_ms = self._clock.now_ms()
        condition = Condition(
            id=_id_of(level),
            kind=level.kind,
            name="",
            source=level.room,
            space=level.room,
            active=holds,
            at_ms=now_ms,
            since_ms=midnight_ms(level.since, site.zone()) if holds else now_ms,
            repeat=True,
            evidence=dict(level.evidence),
        )
        tell_level(connection, Gateway(site.district, site.school, gateway), condition)


def _holds(site: Site, level: LightLevel, raised: _Raised | None) -> bool | None:
    """What the day says; where it cannot tell, whether a survey or work since has ended what was raised."""
    if level.holds is not None or raised is None or level.answered_on is None:
        return level.holds
    since = site.day_of(datetime.fromtimestamp(raised.since_ms / 1000, UTC))
    return False if level.answered_on > since else None


def _id_of(level: LightLevel) -> str:
    return f"{level.kind}:{level.room}:"


def _gateway_of(site: Site, room: str) -> str | None:
    return min((device.gateway for device in site.devices if device.space == room), default=None)


def _active(connection: Connection, school: str) -> Mapping[str, _Raised]:
    """Id -> the school's conditions that hold."""
    wanted = select(CONDITIONS.c.id, CONDITIONS.c.gateway, CONDITIONS.c.since_ms)
    return {
        row.id: _Raised(row.gateway, row.since_ms)
        for row in connection.execute(wanted.where(CONDITIONS.c.school == school, CONDITIONS.c.active))
    }
