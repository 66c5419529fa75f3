"""A running system's days put into the chain as they end; late data amends them."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import Field
from sqlalchemy import Engine

from compliance.actions.book import take_findings
from compliance.gathering import Read
from compliance.history.book import Input, unsigned
from compliance.history.canonical import canonical
from compliance.history.closing import CITY
from compliance.history.keys import read_private
from compliance.history.ledger_names import ledger_input
from compliance.history.nightly import SchoolDay, end_night, keep_day
from compliance.history.teaching import is_taught
from compliance.light.days import RoomDay
from compliance.light.findings import findings_of
from compliance.rules import Rule
from compliance.verdicts import Verdict
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.settings import Settings
from lamplighter.site.model import Site
from lamplighter.storage.sql.engine import transaction

Keep = Callable[[date, Sequence[Verdict], Read], None]


class HistorySettings(Settings):
    """The history that nobody can quietly edit."""

    key_file: Path = Field(description="private key that signs the heads; `lamplighter compliance history key` makes one")


class _Told(NamedTuple):
    """A day that is to be written."""

    site: Site
    day: date
    verdicts: Sequence[Verdict]
    inputs: tuple[Input, ...]
    at: datetime


class History:
    """Where the days of all sites are kept, and the key that signs them; raises SettingsError for a key that cannot be read.

    Days are told one by one and written by `settle` in one transaction: a commit waits for the disk. Calls come from one thread.
    """

    def __init__(self, engine: Engine, settings: HistorySettings, clock: Clock) -> None:
        self._engine = engine
        self._key: Ed25519PrivateKey = read_private(settings.key_file)
        self._clock = clock
        self._pack: tuple[Sequence[Rule], Input] | None = None
        self._told: list[_Told] = []

    def keeper(self, site: Site, rules: Sequence[Rule]) -> Keep:
        """What takes a day of this site that is over, with its verdicts and windows, to be written by the next `settle`."""
        pack = self._pack_of(rules)

        def keep(day: date, verdicts: Sequence[Verdict], windows: Read) -> None:
            content: dict[str, Any] = {"sensors": windows.rooms.sensors, "lamps": windows.rooms.lamps, "series": windows.series}
            content["electric"] = windows.electric
            read = Input("windows", f"{site.school} {day}", canonical(content))
            self._told.append(_Told(site, day, verdicts, (pack, read), self._clock.now()))

        return keep

    def settle(self) -> None:
        """Write the days that were told since; may raise Unavailable, and they are still to be written then."""
        if not self._told:
            return
        with transaction(self._engine) as connection:
            for one in self._told:
                inputs = (*one.inputs, ledger_input(connection, one.site))
                taught = is_taught(one.site, one.day)
                keep_day(connection, SchoolDay(one.site.school, one.day, one.verdicts, inputs, taught), at=one.at)
        self._told.clear()

    def keep_light(self, site: Site, day: date, rooms: Sequence[RoomDay]) -> None:
        """Move the school's actions by what its lamps showed on the newest day that is over; may raise Unavailable."""
        found = [finding for room in rooms for finding in findings_of(site, room, day)]
        with transaction(self._engine) as connection:
            take_findings(connection, site, found, day=day, school_day=is_taught(site, day), at=self._clock.now())

    def _pack_of(self, rules: Sequence[Rule]) -> Input:
        """The rules as an input of a document; a city's schools share one pack, which is written once."""
        if self._pack is None or self._pack[0] is not rules:
            self._pack = rules, Input("pack", "rules", canonical([rule.model_dump(mode="json") for rule in rules]))
        return self._pack[1]

    def end_nights(self) -> None:
        """Write the city's entry and sign, once for all schools whose chains grew since; may raise Unavailable."""
        self.settle()
        with transaction(self._engine) as connection:
            fresh = [one for one in unsigned(connection) if one.chain != CITY]
            if fresh:
                end_night(connection, self._key, day=date.fromisoformat(max(one.day for one in fresh)), at=self._clock.now())
