"""The console's eyes: reads stores, SQL state and site files, and answers in plain structs. Changes nothing.

Blocking, and for one thread at a time; every answer may raise Unavailable.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine, text

from compliance.packs import load_packs
from console.facts import Episode, Gap, Mood, Overview, RuleLike, School, Transition
from console.inspection.desk import Desk
from console.reads import conditions, gateways, places, quarantine, rooms
from console.reads.series import Series
from lamplighter.contract.errors import SettingsError
from lamplighter.runtime.clock import Clock
from lamplighter.site.model import Site
from lamplighter.storage.sql.completeness import Account, accounts
from lamplighter.storage.sql.engine import snapshot
from lamplighter.storage.timeseries.protocol import TimeSeries

_SHA256 = re.compile(r"[0-9a-f]{64}")


class Stills(Protocol):
    """Where pixelated pictures are kept."""

    def get(self, sha256: str) -> Path | None:
        """The file with this content, or None."""


class View:
    """Reads one or more schools. `rules` are the packs' rules by id: what a verdict cites."""

    def __init__(
        self,
        store: TimeSeries,
        sql: Engine,
        sites: Sequence[Site],
        *,
        rules: Mapping[str, RuleLike],
        stills: Stills | None,
        clock: Clock,
    ) -> None:
        if not sites:
            raise SettingsError("console: no site file; a console shows at least one school")
        self._store = store
        self._sites = {site.school: site for site in sites}
        self._places = {site.school: places.Places(site) for site in sites}
        self._series = {site.school: Series(store, site) for site in sites}
        self._sql = sql
        self._rules = rules
        self._stills = stills
        self.clock = clock

    @property
    def schools(self) -> tuple[School, ...]:
        """Every school, in the order of the site files."""
        return tuple(_school(site) for site in self._sites.values())

    def overview(self, school: str) -> Overview:
        """The school at this moment; KeyError for one that is not ours."""
        site, names, series, now_ms = self._sites[school], self._places[school], self._series[school], self.clock.now_ms()
        with snapshot(self._sql) as connection:
            wrong, episodes = conditions.episodes(connection, school, names, still_here=self._has_still)
            states = gateways.gateways(connection, site)
            refused = quarantine.quarantine(connection, site, alone=len(self._sites) == 1)
        newest = series.newest(now_ms)
        verdicts = rooms.verdicts_of(series.verdicts(now_ms), self._rules)
        found = rooms.rooms(site, newest, history=series.history(now_ms), verdicts=verdicts, now_ms=now_ms)
        health, watched = gateways.health_of(site, states, now_ms), gateways.cameras(site, names, states, now_ms)
        missing = gateways.gaps(health, watched, found, wrong=wrong, places=names)
        failed = frozenset(episode.source for episode in wrong if episode.kind == "lamp_failure")
        return Overview(
            at_ms=now_ms,
            school=_school(site),
            mood=_mood(wrong, missing, spoke=bool(states) or bool(newest) or bool(episodes)),
            wrong=wrong,
            episodes=episodes,
            gaps=missing,
            rooms=found,
            lamps=rooms.lamps(site, names, newest, failed=failed, now_ms=now_ms),
            cameras=watched,
            gateways=health,
            quarantine=refused,
        )

    def desk(self) -> Desk:
        """What the inspector's pages read."""
        return Desk(self._store, self._sql, tuple(self._sites.values()), rules=load_packs(), clock=self.clock)

    def transitions(self, *, after: int) -> tuple[Transition, ...]:
        """Changes of level that came in after that number, oldest first; of every school."""
        with snapshot(self._sql) as connection:
            return conditions.transitions(connection, after=after)

    def last_transition(self) -> int:
        """Number of the newest change of level; 0 for none."""
        with snapshot(self._sql) as connection:
            return conditions.last_transition(connection)

    def completeness(self, school: str) -> list[Account]:
        """What became of every message of the school's gateways."""
        with snapshot(self._sql) as connection:
            return accounts(connection, school=school)

    def still(self, sha256: str) -> Path | None:
        """The picture's file; None for a name that is no sha256 or a picture that is not here."""
        if self._stills is None or not _SHA256.fullmatch(sha256):
            return None
        return self._stills.get(sha256)

    def check(self) -> None:
        """Raises Unavailable when the database does not answer."""
        with snapshot(self._sql) as connection:
            connection.execute(text("select 1"))

    def _has_still(self, sha256: str) -> bool:
        return self.still(sha256) is not None


def _school(site: Site) -> School:
    return School(site.school, site.district, places.text(site.label), site.time_zone)


def _mood(wrong: Sequence[Episode], missing: Sequence[Gap], *, spoke: bool) -> Mood:
    """One word for the whole school. Calm only when everything is watched: no news of a silent school is no good news."""
    if any(episode.priority != "low" for episode in wrong):
        return "wrong"
    if wrong:
        return "attention"
    if not spoke:
        return "empty"
    return "unwatched" if missing else "calm"
