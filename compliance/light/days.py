"""What each room's lamps gave and used on days that are over, stored: electric light, pattern, decline, hours, energy."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

from compliance.evidence import day_span_ms, midnight_ms
from compliance.gathering import Gatherer
from compliance.light.ageing import Ageing, DayLight, ageing
from compliance.light.electric import Electric, Lacking, Seen, Step, electric_light, lacking
from compliance.light.evenness import Pattern, Surveyed, likely_uneven, pattern_of
from compliance.light.reading import Calibrated, calibrated_rooms, read_steps
from compliance.light.use import Presence, Use, use_of
from compliance.methods.grid import average_lx, meets_terms, uniformity
from compliance.rollups import RoomWindows, read_occupied, read_windows
from compliance.rules import Rule
from lamplighter.contract.errors import SettingsError
from lamplighter.contract.measurements import ROOM_LIGHT_DAY, Cell, RowTuple
from lamplighter.site.calendar import Night
from lamplighter.site.facts import FRESHENS
from lamplighter.site.model import Site, Space, SpaceKind
from lamplighter.storage.timeseries.protocol import TimeSeries

LOOK_BACK: Final = 7
"""Days whose switchings make one estimate."""

LOOK_FURTHER: Final = 28
"""So many days are looked at of a room in which a week gave too few moments: lamps lose a percent or two meanwhile."""

TEACHING: Final[frozenset[SpaceKind]] = frozenset({"classroom", "laboratory", "art_room", "computer_room", "reading_room"})
"""Rooms in which nobody should be at night; somebody may be in a duty room or a dormitory."""

YEAR: Final = timedelta(days=366)
"""So far back daily estimates are looked at: a calibration counts no longer."""


_UNIFORMITY: Final = "desk_uniformity"


class Limits(NamedTuple):
    """The strictest limits in force for a kind of room, None where there is none."""

    average_lx: float | None
    uniformity: float | None


class RoomDay(NamedTuple):
    """One room on one day; None is unknown. `uneven` and `decline` are indicative, never a verdict.

    `lacking` is why there is no `electric`.
    """

    room: str
    electric: Electric | None
    pattern: Pattern | None
    uneven: bool
    decline: Ageing | None
    use: Use
    lacking: Lacking | None = None
    surveyed: Surveyed | None = None


class LightDays:
    """Keeps `room_light_day`; any call may raise Unavailable. Running again writes the same rows."""

    def __init__(self, site: Site, rules: Sequence[Rule], store: TimeSeries) -> None:
        self.site = site
        self._rules = tuple(rules)
        self._store = store
        self._seen: dict[date, Mapping[str, list[Seen]]] = {}
        self._older: dict[date, dict[str, list[Seen]]] = {}

    def look(self, days: Iterable[date]) -> list[RoomDay]:
        """Look at these days, which are over, oldest first, and store what they say; the last day's rooms."""
        found: list[RoomDay] = []
        for day in sorted(days):
            found = self._day(day)
            at_ms = midnight_ms(day, self.site.zone())
            self._store.write(ROOM_LIGHT_DAY, [row_of(self.site.school, room, at_ms) for room in found])
        return found

    def _day(self, day: date) -> list[RoomDay]:
        windows = self._windows_of(day)
        week = self._week(day, windows)
        rooms, used = calibrated_rooms(self.site, day), self._use(day, windows)
        light = {room: self._of_these_lamps(room, day, week) for room in rooms}
        short = {room for room, seen in light.items() if lacking(seen)}
        self._read_older(short)
        light |= {room: self._of_these_lamps(room, day, self._older) + light[room] for room in short}
        past = self._past(day, rooms)
        found = []
        for space in self.site.spaces:
            seen = light.get(space.id, [])
            if seen or space.id in used:
                known = (rooms.get(space.id), seen, past.get(space.id, []))
                found.append(self._room(space, day, known, used.get(space.id, _UNUSED)))
        return found

    def _week(self, day: date, windows: RoomWindows) -> Mapping[date, Mapping[str, list[Seen]]]:
        """What was seen on the day, read now, and of those before it that count, each read once; oldest first."""
        days = [day - timedelta(days=back) for back in range(LOOK_BACK - 1, 0, -1)]
        further = [day - timedelta(days=back) for back in range(LOOK_FURTHER - 1, LOOK_BACK - 1, -1)]
        known = self._older | {one: dict(rows) for one, rows in self._seen.items()}
        self._older = {one: known.get(one, {}) for one in further}
        self._seen = {
            one: self._seen[one] if one in self._seen else read_steps(self.site, self._store, self._windows_of(one), one)
            for one in days
        }
        self._seen[day] = read_steps(self.site, self._store, windows, day)
        return self._seen

    def _of_these_lamps(self, room: str, day: date, seen: Mapping[date, Mapping[str, list[Seen]]]) -> list[Seen]:
        """What was seen of the room since its lamps were last new or clean."""
        since = self._fresh_since(room, day)
        return [row for one, found in seen.items() if since is None or one > since for row in found.get(room, ())]

    def _fresh_since(self, room: str, day: date) -> date | None:
        fresh = [work.on for work in self.site.works if work.space == room and work.kind in FRESHENS and work.on <= day]
        return max(fresh, default=None)

    def _read_older(self, rooms: set[str]) -> None:
        """What was seen on the days before the week, of these rooms alone: a room's day is read once."""
        for one, known in self._older.items():
            missing = rooms - known.keys()
            if missing:
                part = _part_of(self.site, missing)
                start_ms, end_ms = day_span_ms(one, self.site.zone())
                windows = read_windows(part, self._store, start_ms=start_ms, end_ms=end_ms)
                known.update({room: [] for room in missing} | read_steps(part, self._store, windows, one))

    def _room(self, space: Space, day: date, known: tuple[Calibrated | None, list[Seen], list[DayLight]], use: Use) -> RoomDay:
        factors, seen, past = known
        steps = [row for row in seen if isinstance(row, Step)]
        limits = limits_of(self._rules, space, day)
        surveyed = self._surveyed(space, day, limits.uniformity)
        if factors is None:
            return RoomDay(space.id, None, None, uneven=False, decline=None, use=use, lacking="uncalibrated", surveyed=surveyed)
        electric = electric_light(steps, factors.uncertainty_pct)
        pattern = pattern_of(steps, factors.uncertainty_pct or 0.0)
        known_lx = [*past, *([DayLight(day, electric.lx)] if electric is not None else [])]
        uncertainty_pct = factors.uncertainty_pct or 0.0
        decline = None if limits.average_lx is None else ageing(known_lx, limits.average_lx, calibration_pct=uncertainty_pct)
        uneven = pattern is not None and surveyed is not None and likely_uneven(pattern, surveyed)
        return RoomDay(space.id, electric, pattern, uneven, decline, use, lacking(seen), surveyed)

    def _past(self, day: date, rooms: Mapping[str, Calibrated]) -> dict[str, list[DayLight]]:
        """Stored estimates since the lamps were last new or clean, and since the newest factor: another one, another level."""
        since = {room: self._since(room, day, factors) for room, factors in rooms.items()}
        if not since:
            return {}
        zone = self.site.zone()
        start_ms, end_ms = midnight_ms(min(since.values()), zone), midnight_ms(day, zone)
        found: dict[str, list[DayLight]] = {room: [] for room in since}
        for row in self._store.select(ROOM_LIGHT_DAY, where={"school": self.site.school}, start_ms=start_ms, end_ms=end_ms):
            on, room = self.site.day_of(datetime.fromtimestamp(int(str(row["at_ms"])) / 1000, UTC)), str(row["space"])
            if room in since and on >= since[room] and isinstance(lx := row["electric_lx"], float):
                found[room].append(DayLight(on, lx))
        return found

    def _since(self, room: str, day: date, factors: Calibrated) -> date:
        return max(self._fresh_since(room, day) or factors.since, factors.since, day - YEAR)

    def _surveyed(self, space: Space, day: date, limit: float | None) -> Surveyed | None:
        rows = [row for row in self.site.surveys if row.space == space.id and row.surface == "desk" and not row.unstated()]
        past = [row for row in rows if self.site.day_of(row.at) <= day and average_lx(row) > 0]
        newest = max(past, key=lambda row: (row.at, row.id), default=None)
        if newest is None or limit is None:
            return None
        on, asked = self.site.day_of(newest.at), _asked_of(self._rules, space, day)
        strictest = [rule for rule in asked if rule.metric == _UNIFORMITY and rule.threshold == limit and rule.survey is not None]
        counts = any(meets_terms(rule, newest, at=on, day=day) for rule in strictest)
        return Surveyed(on, float(uniformity(newest)), limit, counts)

    def _windows_of(self, day: date) -> RoomWindows:
        start_ms, end_ms = day_span_ms(day, self.site.zone())
        return read_windows(self.site, self._store, start_ms=start_ms, end_ms=end_ms)

    def _use(self, day: date, windows: RoomWindows) -> dict[str, Use]:
        span = day_span_ms(day, self.site.zone())
        calendar, zone, gatherer = self.site.calendar, self.site.zone(), Gatherer(self.site)
        occupied = read_occupied(self.site, self._store, start_ms=span[0], end_ms=span[1])
        night = calendar.night if calendar is not None else Night()
        school = gatherer.evidence(gatherer.subjects[-1])
        try:
            lessons = school.lesson_spans_ms(day)
        except SettingsError:
            lessons = (span,)  # nobody can say when there were lessons, so no lamp was left on

        def is_night(at_ms: int) -> bool:
            return night.holds(datetime.fromtimestamp(at_ms / 1000, zone))

        return {
            space.id: use_of(
                windows.lamps[space.id],
                span,
                Presence(lessons, is_night if space.kind in TEACHING else _never, occupied.get(space.id, {})),
            )
            for space in self.site.spaces
            if windows.lamps.get(space.id)
        }


def _part_of(site: Site, rooms: set[str]) -> Site:
    """The site with the devices of these rooms alone."""
    devices = tuple(row for row in site.devices if row.space in rooms)
    names = {row.id for row in devices}
    factors = tuple(row for row in site.calibrations if row.device in names)
    return site.model_copy(update={"devices": devices, "calibrations": factors})


def _never(_: int) -> bool:
    return False


_UNUSED: Final = Use(0.0, 0.0, 0.0, 0.0)


def limits_of(rules: Iterable[Rule], space: Space, day: date) -> Limits:
    """The strictest desk limits of the rules in force on the day for such a space."""
    asked = _asked_of(rules, space, day)
    lux, even = (
        [rule.threshold for rule in asked if rule.metric == metric and rule.threshold is not None]
        for metric in ("desk_illuminance_average", _UNIFORMITY)
    )
    return Limits(max(lux, default=None), max(even, default=None))


def _asked_of(rules: Iterable[Rule], space: Space, day: date) -> list[Rule]:
    return [rule for rule in rules if rule.in_force(day) and (not rule.applies_to or space.kind in rule.applies_to)]


def cells_of(school: str, room: RoomDay) -> dict[str, Cell]:
    """A room's day by name, as it is stored but for the time."""
    cells = dict(zip(ROOM_LIGHT_DAY.columns, row_of(school, room, 0), strict=True))
    return {name: cell for name, cell in cells.items() if name != "at_ms"}


def row_of(school: str, room: RoomDay, at_ms: int) -> RowTuple:
    """A row of `ROOM_LIGHT_DAY`."""
    electric, pattern, decline, use = room.electric, room.pattern, room.decline, room.use
    days = (decline.below_on, decline.below_from, decline.below_to) if decline is not None else (None, None, None)
    return (
        school,
        room.room,
        at_ms,
        electric.lx if electric is not None else None,
        electric.uncertainty_lx if electric is not None else None,
        electric.steps if electric is not None else 0,
        pattern.share if pattern is not None else None,
        int(room.uneven),
        decline.decline_pct_a_year if decline is not None else None,
        *(day.isoformat() if day is not None else None for day in days),
        use.lit_h,
        use.left_on_h,
        use.energy_kwh,
        use.known_pct,
        room.lacking,
    )
