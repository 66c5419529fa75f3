"""What the inspector's pages read: stores, SQL state, site files and rules; blocking, and any call may raise Unavailable."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from sqlalchemy import Engine

from compliance.actions import book
from compliance.actions.engine import worklist
from compliance.actions.model import Action
from compliance.evidence import ElectricDay, midnight_ms
from compliance.explain import VerdictId
from compliance.kitchens import KitchenState, kitchens
from compliance.ledger.keeping import current
from compliance.renovations import Renovation, renovations
from compliance.rules import Rule, Standing
from compliance.verdicts import Verdict
from compliance.visits.compare import Known
from console.inspection import board, verdicts
from lamplighter.contract.measurements import ROOM_LIGHT_DAY
from lamplighter.runtime.clock import Clock
from lamplighter.site.model import Label, Site
from lamplighter.storage.sql.engine import snapshot
from lamplighter.storage.timeseries.protocol import TimeSeries

_LIGHT_DAYS: Final = timedelta(days=8)


class Board(NamedTuple):
    """A level of the tree: its own scores, those of the places in it, the gaps between schools and the worst rooms."""

    own: dict[Standing, list[board.Score]]
    parts: dict[Standing, list[board.Score]]
    gaps: dict[str, board.Gap]
    worst: list[board.Worst]


class Calendar(NamedTuple):
    """Lines of verdicts over days; `rules` are those one may choose among."""

    first: date
    last: date
    lines: list[verdicts.Line]
    rules: list[str]


class Desk:
    """Reads for the pages. `rules` are all of the packs', drafts too.

    `titles`: rule -> title of its newest version; `places`: (school, space) -> the space.
    """

    def __init__(self, store: TimeSeries, sql: Engine, sites: Sequence[Site], *, rules: Sequence[Rule], clock: Clock) -> None:
        self._store = store
        self.sql = sql
        self.sites = {site.school: site for site in sites}
        self.rules = {(rule.id, rule.version): rule for rule in rules}
        self.clock = clock
        newest_last = [self.rules[key] for key in sorted(self.rules)]
        self.titles = {rule.id: Label(zh=rule.title_zh, en=rule.title_en) for rule in newest_last}
        self.places = {(site.school, space.id): space for site in sites for space in site.spaces}

    def today(self, site: Site | None = None) -> date:
        """The local day of a school, or of the first one."""
        return (site or next(iter(self.sites.values()))).day_of(self.clock.now())

    def city(self) -> Board:
        """Districts beside each other."""
        return self._board({"level": "city"}, {"level": "district"})

    def district(self, name: str) -> Board:
        """The schools of a district beside each other."""
        return self._board({"level": "district", "place": name}, {"level": "school", "district": name})

    def school(self, site: Site) -> Board:
        """A school's own scores; there are no places in it."""
        return self._board({"level": "school", "place": site.school}, None)

    def newest(self, site: Site) -> list[verdicts.Detail]:
        """The newest verdict of each subject and rule of a school."""
        return verdicts.newest(self._store, site, self.rules, self.today(site))

    def school_calendar(self, site: Site, span: tuple[date, date], *, standing: str, rule: str) -> Calendar:
        """A line a subject."""
        rows = verdicts.stored(self._store, site, span, rule=rule)
        known = rows if not rule else verdicts.stored(self._store, site, (span[1] - timedelta(days=7), span[1]))
        lines = verdicts.by_subject(rows, site, span, standing=standing, rule=rule)
        judged = {str(row["rule"]) for row in known if row["standing"] == standing and row["verdict"] != "not_applicable"}
        return Calendar(*span, lines, sorted(judged | ({rule} if rule else set())))

    def subject_calendar(self, site: Site, span: tuple[date, date], subject: str) -> Calendar:
        """A line a rule."""
        rows = verdicts.stored(self._store, site, span, subject=subject)
        return Calendar(*span, verdicts.by_rule(rows, site, span, subject), [])

    def room_light(self, site: Site, room: str) -> board.Row | None:
        """What the room's lamps gave on the newest day of the last eight that was looked at; None where none was."""
        start_ms = midnight_ms(self.today(site) - _LIGHT_DAYS, site.zone())
        rows = self._store.latest(ROOM_LIGHT_DAY, where={"school": site.school, "space": room}, start_ms=start_ms)
        return max(rows, key=lambda row: int(str(row["at_ms"])), default=None)

    def known_of(self, ledger: Site, room: str) -> Known:
        """What is known of a room besides a visit; `ledger` is the school as its ledger has it."""
        sound = [row for row in ledger.surveys if row.space == room and row.surface == "desk" and not row.unstated() and row.points]
        survey = max(sound, key=lambda row: (row.at, row.id), default=None)
        light = self.room_light(ledger, room)
        electric = None
        if light is not None and isinstance(light["electric_lx"], float):
            day, wide = board.day_of(int(str(light["at_ms"])), ledger.zone()), light["uncertainty_lx"]
            stated = wide if isinstance(wide, float) else None
            electric = ElectricDay(day, light["electric_lx"], stated, int(str(light["steps"])))
        return Known(survey, None if survey is None else ledger.day_of(survey.at), electric)

    def open_work(self, site: Site, subject: str) -> list[Action]:
        """What is not closed about one subject, the most pressing first."""
        with snapshot(self.sql) as connection:
            found = book.load(connection, site.school).values()
        return [one for one in worklist(found) if one.subject == subject]

    def judged(self, asked: VerdictId) -> tuple[Verdict, Rule] | None:
        """A verdict with its rule and what it rests on; None where there is no such."""
        site = self.sites.get(asked.school)
        if site is None:
            return None
        with snapshot(self.sql) as connection:
            return verdicts.judged(self._store, connection, site, asked=asked, rules=self.rules)

    def renovations(self, site: Site) -> list[Renovation]:
        """What each renovation changed, by the ledger that holds today."""
        return renovations(self.ledger(site), self._store)

    def kitchens(self, site: Site) -> list[KitchenState]:
        """Every kitchen of the ledger that holds today."""
        return kitchens(self.ledger(site), self._store, self.rules.values(), now_ms=self.clock.now_ms())

    def ledger(self, site: Site) -> Site:
        """The school's ledger as it holds today."""
        with snapshot(self.sql) as connection:
            return current(connection, site, self.today(site))

    def _board(self, own: dict[str, str], parts: dict[str, str] | None) -> Board:
        now_ms, store = self.clock.now_ms(), self._store
        return Board(
            own=board.scores(store, own, now_ms),
            parts=board.scores(store, parts, now_ms) if parts is not None else {},
            gaps=board.gaps(store, own, now_ms),
            worst=board.worst(store, own, now_ms),
        )
