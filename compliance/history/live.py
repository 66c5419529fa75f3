"""A running system's days put into the chain as they end; late data amends them."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import Field
from sqlalchemy import Engine

from compliance.evidence import day_span_ms
from compliance.gathering import read_series
from compliance.history.book import Input
from compliance.history.canonical import canonical
from compliance.history.keys import read_private
from compliance.history.ledger_names import ledger_input
from compliance.history.nightly import SchoolDay, end_night, keep_day
from compliance.history.teaching import is_taught
from compliance.rollups import read_windows
from compliance.rules import Rule
from compliance.verdicts import Verdict
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.settings import Settings
from lamplighter.site.model import Site
from lamplighter.storage.sql.engine import transaction
from lamplighter.storage.timeseries.protocol import TimeSeries

Keep = Callable[[date, Sequence[Verdict]], None]


class HistorySettings(Settings):
    """The history that nobody can quietly edit."""

    key_file: Path = Field(description="private key that signs the heads; `lamplighter compliance history key` makes one")


class History:
    """Where the days of all sites are kept, and the key that signs them; raises SettingsError for a key that cannot be read."""

    def __init__(self, engine: Engine, settings: HistorySettings, clock: Clock) -> None:
        self._engine = engine
        self._key: Ed25519PrivateKey = read_private(settings.key_file)
        self._clock = clock

    def keeper(self, site: Site, rules: Sequence[Rule], store: TimeSeries) -> Keep:
        """What takes a day of this site that is over; may raise Unavailable, and then nothing of it is kept."""
        pack = Input("pack", "rules", canonical([rule.model_dump(mode="json") for rule in rules]))
        points = frozenset(rule.window.point for rule in rules if rule.window is not None)

        def keep(day: date, verdicts: Sequence[Verdict]) -> None:
            windows = _windows(site, store, day, points)
            at = self._clock.now()
            with transaction(self._engine) as connection:
                inputs = (pack, windows, ledger_input(connection, site))
                kept = SchoolDay(site.school, day, verdicts, inputs, is_taught(site, day))
                if keep_day(connection, kept, at=at) != "unchanged":
                    end_night(connection, self._key, day=day, at=at)

        return keep


def _windows(site: Site, store: TimeSeries, day: date, points: frozenset[str]) -> Input:
    """Every window of the day that verdicts may rest on: of the rooms' lamps and light sensors, and of all other points."""
    start_ms, end_ms = day_span_ms(day, site.zone())
    rooms = read_windows(site, store, start_ms=start_ms, end_ms=end_ms)
    series = read_series(site, store, points, start_ms=start_ms, end_ms=end_ms)
    content = {"sensors": rooms.sensors, "lamps": rooms.lamps, "series": series}
    return Input("windows", f"{site.school} {day}", canonical(content))
