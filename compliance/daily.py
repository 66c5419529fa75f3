"""Verdicts day by day for one school: from what the store holds to rows of rooms, verdicts and scores."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from compliance.closed_days import SETTLE_MS, ClosedDays, is_over
from compliance.day_reader import joined
from compliance.engine import judge
from compliance.evidence import WINDOW_MS, day_span_ms
from compliance.gathering import Gatherer, Read
from compliance.history.live import Keep
from compliance.rollups import Occupied, RoomWindows, read_occupied, read_windows, rows_10min
from compliance.rules import Rule
from compliance.scores import Scores
from compliance.settling import Settling
from lamplighter.contract.measurements import READING, ROOM_10MIN
from lamplighter.runtime.clock import Clock
from lamplighter.site.model import Site

DAYS_KEPT_FRESH: Final = 8
"""Today and the seven days before it: as long as a gateway's backlog may be late."""


_NO_WINDOWS: Final = RoomWindows({}, {})


class _Seen(NamedTuple):
    """What was read of a day: `readings` stored before `until_ms`, and the windows that start before it while it goes on."""

    until_ms: int
    readings: int
    windows: RoomWindows


class _Fresh(NamedTuple):
    """What was read of a day just now."""

    windows: RoomWindows
    occupied: Occupied


class DailyVerdicts:
    """Keeps the roll-ups and verdicts of the last days in step with the readings; any call may raise Unavailable.

    A day that is over is judged by every rule, one in progress by those that ceiling sensors screen. Calls come from one thread.
    Running again writes the same rows.
    """

    def __init__(self, site: Site, rules: Sequence[Rule], scores: Scores, clock: Clock, *, keep: Keep | None = None) -> None:
        self._site = site
        self._gatherer = Gatherer(site)
        self._rules = tuple(rule for rule in rules if rule.screened)
        self._closed = ClosedDays(site, rules, scores, clock, keep=keep)
        self._settling = Settling() if keep is not None else None
        self._scores = scores
        self._store = scores.schools
        self._clock = clock
        self._seen: dict[date, _Seen] = {}

    def due(self, *, ending: bool = False) -> list[date]:
        """Days to refresh, oldest first: today, and past days not yet judged here or whose readings changed since.

        Where the days are kept, past days wait until their readings have stopped coming, unless this is the last time to ask.
        """
        today = self._site.day_of(self._clock.now())
        days = [today - timedelta(days=back) for back in range(DAYS_KEPT_FRESH - 1, 0, -1)]
        self._seen = {day: seen for day, seen in self._seen.items() if day in {*days, today}}
        changed = [day for day in days if self._changed(day)]
        return [*(changed if ending or self._have_settled(changed) else []), today]

    def refresh(self, days: Sequence[date]) -> Counter[str]:
        """Judge these days and store their rows; how many verdicts of each kind they hold now."""
        read = {day: self._read(day) for day in days}
        for _, fresh in read.values():
            self._store.write(ROOM_10MIN, rows_10min(self._site, *fresh))
        found = self._closed.refresh(days, {day: seen.windows for day, (seen, _) in read.items()})
        for day, (seen, _) in read.items():
            if self._is_over(day):
                # Only that its readings have not changed is asked again; its windows would fill the memory.
                self._seen[day] = seen._replace(windows=_NO_WINDOWS)
            else:
                found += self._so_far(day, seen.windows)
                self._seen[day] = seen
        return found

    def _is_over(self, day: date) -> bool:
        return is_over(self._site, day, self._clock.now_ms())

    def _changed(self, day: date) -> bool:
        seen = self._seen.get(day)
        start_ms, end_ms = day_span_ms(day, self._site.zone())
        return seen is None or seen.until_ms < end_ms or self._count(start_ms, end_ms) != seen.readings

    def _have_settled(self, days: Sequence[date]) -> bool:
        if self._settling is None or not days:
            return True
        zone = self._site.zone()
        readings = self._count(day_span_ms(days[0], zone)[0], day_span_ms(days[-1], zone)[1])
        return self._settling.settled(readings, self._clock.now_ms())

    def _so_far(self, day: date, windows: RoomWindows) -> Counter[str]:
        """Judge and store what the day in progress shows of rooms."""
        rooms = [subject for subject in self._gatherer.subjects if subject.kind == "space"]
        verdicts = [
            judge(rule, room, day, self._gatherer.evidence(room, Read(windows, {})))
            for rule in self._rules
            if rule.in_force(day)
            for room in rooms
        ]
        self._scores.write_day(self._site, day, verdicts, over=False)
        return Counter(verdict.verdict for verdict in verdicts)

    def _read(self, day: date) -> tuple[_Seen, _Fresh]:
        """All whole windows of the day as far as it has come, and those read just now (the one in progress included)."""
        start_ms, end_ms = day_span_ms(day, self._site.zone())
        now_ms = self._clock.now_ms()
        until_ms = min(end_ms, max(start_ms, _window_of(now_ms - SETTLE_MS)))
        known = self._known(day, start_ms)
        # Counted before the windows are read: a row that comes between is seen twice rather than never.
        readings = self._count(start_ms, until_ms)
        resume_ms = known.until_ms if known else start_ms
        stop_ms = min(end_ms, _window_of(now_ms) + WINDOW_MS)
        fresh = _Fresh(
            read_windows(self._site, self._store, start_ms=resume_ms, end_ms=stop_ms),
            read_occupied(self._site, self._store, start_ms=resume_ms, end_ms=stop_ms),
        )
        whole = _before(fresh.windows, until_ms)
        return _Seen(until_ms, readings, joined([known.windows, whole]) if known else whole), fresh

    def _known(self, day: date, start_ms: int) -> _Seen | None:
        """What was read of the day, unless readings have come into that part of it since."""
        seen = self._seen.get(day)
        if seen is None or self._is_over(day) or self._count(start_ms, seen.until_ms) != seen.readings:
            return None
        return seen

    def _count(self, start_ms: int, end_ms: int) -> int:
        return self._store.count(READING, where={"school": self._site.school}, start_ms=start_ms, end_ms=end_ms)


def _window_of(at_ms: int) -> int:
    return at_ms // WINDOW_MS * WINDOW_MS


def _before(windows: RoomWindows, until_ms: int) -> RoomWindows:
    return RoomWindows(
        {room: tuple(w for w in rows if w.at_ms < until_ms) for room, rows in windows.sensors.items()},
        {room: tuple(w for w in rows if w.at_ms < until_ms) for room, rows in windows.lamps.items()},
    )
