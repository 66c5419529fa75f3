"""A store as a group of schools sees it: what they ask alike is asked once for all, what they write is written together.

A query or a write costs InfluxDB and us some milliseconds however little it carries, and each school's night has ten of them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, Generic, NamedTuple, TypeVar

from compliance.evidence import WINDOW_MS
from lamplighter.contract.measurements import MEASUREMENTS, Cell, Measurement, RowTuple
from lamplighter.storage.timeseries.protocol import Refused, TimeSeries, Where, Window

SCHOOL: Final = "school"

Answer = TypeVar("Answer")


class _Question(NamedTuple):
    """What schools that ask alike have in common."""

    measurement: str
    field: str
    points: tuple[str, ...]
    start_ms: int
    end_ms: int


class _Shared(Generic[Answer]):
    """Answers to questions that a whole group will ask, each school once."""

    def __init__(self) -> None:
        self._schools: tuple[str, ...] = ()
        self._answers: dict[_Question, dict[str, Answer | None]] = {}

    def begin(self, schools: Sequence[str]) -> None:
        self._schools = tuple(schools)
        self._answers.clear()

    def answer(self, question: _Question, school: str, ask: Callable[[Sequence[str]], Mapping[str, Answer]]) -> Answer | None:
        """The school's, None where there is nothing; `ask` gives it for schools. Asked again, it is asked for that school alone."""
        if school not in self._schools:
            return ask([school]).get(school)
        if question not in self._answers:
            self._answers[question] = {**dict.fromkeys(self._schools), **ask(self._schools)}
        known = self._answers[question]
        return known.pop(school) if school in known else ask([school]).get(school)


class Together:
    """The store. The schools of a group take turns after `begin`; `settle` stores what they wrote. Calls come from one thread.

    Windows of 10 minutes and counts of one school are read for the whole group when its first school asks. Everything else goes
    straight through: what was written is there to select after `settle`.
    """

    def __init__(self, store: TimeSeries) -> None:
        self._store = store
        self._windows = _Shared[list[Window]]()
        self._counts = _Shared[int]()
        self._rows: dict[str, list[RowTuple]] = defaultdict(list)

    def begin(self, schools: Iterable[str]) -> None:
        """These schools are the group from now on."""
        group = tuple(schools)
        self._windows.begin(group)
        self._counts.begin(group)

    def settle(self) -> None:
        """Store what was written since; may raise Unavailable, and is still to be stored then."""
        for name in list(self._rows):
            self._store.write(MEASUREMENTS[name], self._rows[name])
            del self._rows[name]

    def write(self, measurement: Measurement, rows: Sequence[RowTuple]) -> list[Refused]:
        """Keep the rows until `settle`."""
        self._rows[measurement.name] += rows
        return []

    def windows(
        self, measurement: Measurement, field: str, *, where: Where, start_ms: int, end_ms: int, every_ms: int
    ) -> list[Window]:
        """As the store's."""
        school, points = where.get(SCHOOL), where.get("point", ())
        if not isinstance(school, str) or not where.keys() <= {SCHOOL, "point"} or every_ms != WINDOW_MS:
            return self._store.windows(measurement, field, where=where, start_ms=start_ms, end_ms=end_ms, every_ms=every_ms)
        place = measurement.index[SCHOOL]

        def ask(schools: Sequence[str]) -> Mapping[str, list[Window]]:
            found: dict[str, list[Window]] = defaultdict(list)
            wider = {**where, SCHOOL: schools}
            for row in self._store.windows(measurement, field, where=wider, start_ms=start_ms, end_ms=end_ms, every_ms=every_ms):
                found[row.tags[place]].append(row)
            return found

        named = (points,) if isinstance(points, str) else tuple(points)
        question = _Question(measurement.name, field, named, start_ms, end_ms)
        return self._windows.answer(question, school, ask) or []

    def count(self, measurement: Measurement, *, where: Where, start_ms: int, end_ms: int) -> int:
        """As the store's."""
        school = where.get(SCHOOL)
        if not isinstance(school, str) or where.keys() != {SCHOOL}:
            return self._store.count(measurement, where=where, start_ms=start_ms, end_ms=end_ms)

        def ask(schools: Sequence[str]) -> Mapping[str, int]:
            return self._store.counts(measurement, tag=SCHOOL, where={SCHOOL: schools}, start_ms=start_ms, end_ms=end_ms)

        return self._counts.answer(_Question(measurement.name, "", (), start_ms, end_ms), school, ask) or 0

    def counts(self, measurement: Measurement, *, tag: str, where: Where, start_ms: int, end_ms: int) -> dict[str, int]:
        """As the store's."""
        return self._store.counts(measurement, tag=tag, where=where, start_ms=start_ms, end_ms=end_ms)

    def select(
        self, measurement: Measurement, *, where: Where, start_ms: int, end_ms: int, limit: int | None = None
    ) -> list[dict[str, Cell]]:
        """As the store's: what is kept here is not in it yet."""
        return self._store.select(measurement, where=where, start_ms=start_ms, end_ms=end_ms, limit=limit)

    def latest(self, measurement: Measurement, *, where: Where, start_ms: int) -> list[dict[str, Cell]]:
        """As the store's: what is kept here is not in it yet."""
        return self._store.latest(measurement, where=where, start_ms=start_ms)

    def close(self) -> None:
        """The store is not this one's to close."""
