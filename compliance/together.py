"""A store as a group of schools sees it: what they ask alike is asked once for all, what they write is written together.

A query or a write costs InfluxDB and us some milliseconds however little it carries, and each school's night has ten of them.
While one group is judged, the one before it is written and the one after it is read.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final, NamedTuple

from compliance.evidence import WINDOW_MS
from lamplighter.contract.errors import Unavailable
from lamplighter.contract.measurements import MEASUREMENTS, Cell, Measurement, RowTuple
from lamplighter.storage.timeseries.protocol import Refused, TimeSeries, Where, Window

SCHOOL: Final = "school"


class _Question(NamedTuple):
    """What schools that ask alike have in common."""

    kind: str
    measurement: str
    field: str
    narrowed: tuple[tuple[str, tuple[str, ...]], ...]
    start_ms: int
    end_ms: int


Ask = Callable[[Sequence[str]], Mapping[str, Any]]
"""School -> its answer, of those schools that have one."""


def _narrowed(where: Where) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What is asked for beside the school."""
    named = ((column, (wanted,) if isinstance(wanted, str) else tuple(wanted)) for column, wanted in where.items())
    return tuple(sorted(row for row in named if row[0] != SCHOOL))


Answers = dict[_Question, dict[str, Any]]
"""Question -> school -> its answer, None where there is nothing."""


def _ask_all(questions: Mapping[_Question, Ask], schools: Sequence[str]) -> Answers:
    """The answers of all schools, in the order of the questions."""
    return {question: {**dict.fromkeys(schools), **ask(schools)} for question, ask in questions.items()}


class _Group:
    """Answers to questions that all its schools will ask; `ahead` are those that were asked before its turn."""

    def __init__(self, schools: Sequence[str], ahead: Answers) -> None:
        self._schools = tuple(schools)
        self._ahead = ahead
        self._answers: Answers = {}
        self.asked: dict[_Question, Ask] = {}

    def answers_to(self, question: _Question, school: str, ask: Ask) -> dict[str, Any]:
        """School -> its answer, of all schools of the group that have not taken theirs; of that school alone if it is not in it."""
        if school not in self._schools:
            return dict(ask([school]))
        if question not in self._answers:
            self.asked[question] = ask
            if question in self._ahead:
                self._answers[question] = self._ahead.pop(question)
            else:
                # A count must never be newer than the windows that are read after it: all that was read earlier goes.
                self._ahead.clear()
                self._answers |= _ask_all({question: ask}, self._schools)
        return self._answers[question]

    def take(self, question: _Question, school: str, ask: Ask) -> Any:
        """The school's answer, which is let go: asked again, it is asked for that school alone."""
        known = self.answers_to(question, school, ask)
        return known.pop(school) if school in known else ask([school]).get(school)


class Together:
    """The store. The schools of a group take turns after `begin`; `settle` stores what they wrote. Calls come from one thread.

    Windows of 10 minutes, counts, the rows of one moment and rows told by more than their school are read for the whole group when
    its first school asks, or before: while a group takes its turn, what it asks is asked for the one `coming`. Everything else goes
    straight through.
    """

    def __init__(self, store: TimeSeries) -> None:
        self._store = store
        self._group = _Group((), {})
        self._coming: tuple[tuple[str, ...], Future[Answers]] | None = None
        self._rows: dict[str, list[RowTuple]] = defaultdict(list)
        self._storing: tuple[dict[str, list[RowTuple]], Future[None]] | None = None
        self._reader, self._writer = (ThreadPoolExecutor(1, thread_name_prefix=f"together-{name}") for name in ("read", "write"))

    def begin(self, schools: Iterable[str], *, coming: Iterable[str] = ()) -> None:
        """These schools are the group from now on; `coming` will be the next."""
        group, following = tuple(schools), tuple(coming)
        questions = self._group.asked
        self._group = _Group(group, self._read_ahead(group))
        if following and questions:
            self._coming = following, self._reader.submit(_ask_all, questions, following)

    def _read_ahead(self, group: tuple[str, ...]) -> Answers:
        coming, self._coming = self._coming, None
        if coming is None:
            return {}
        try:
            answers = coming[1].result()
        except Unavailable:
            return {}
        return answers if coming[0] == group else {}

    def settle(self) -> None:
        """Have stored what was written since, once what was written before is; may raise Unavailable for that."""
        self._wait()
        rows = {name: self._rows.pop(name) for name in list(self._rows)}
        if rows:
            self._storing = rows, self._writer.submit(self._store_all, rows)

    def finish(self) -> None:
        """Store all that was written; may raise Unavailable, and is still to be stored then. The next group is a first one."""
        self._group = _Group((), {})
        self.settle()
        self._wait()

    def _wait(self) -> None:
        if self._storing is None:
            return
        (rows, stored), self._storing = self._storing, None
        try:
            stored.result()
        finally:
            for name, left in rows.items():
                self._rows[name][:0] = left

    def _store_all(self, rows: dict[str, list[RowTuple]]) -> None:
        """Store rows by measurement; what is stored is taken out."""
        for name in list(rows):
            self._store.write(MEASUREMENTS[name], rows[name])
            del rows[name]

    def write(self, measurement: Measurement, rows: Sequence[RowTuple]) -> list[Refused]:
        """Keep the rows until `settle`."""
        self._rows[measurement.name] += rows
        return []

    def windows(
        self, measurement: Measurement, field: str, *, where: Where, start_ms: int, end_ms: int, every_ms: int
    ) -> list[Window]:
        """As the store's."""
        school = where.get(SCHOOL)
        if not isinstance(school, str) or not where.keys() <= {SCHOOL, "point"} or every_ms != WINDOW_MS:
            return self._store.windows(measurement, field, where=where, start_ms=start_ms, end_ms=end_ms, every_ms=every_ms)
        place = measurement.index[SCHOOL]

        def ask(schools: Sequence[str]) -> Mapping[str, list[Window]]:
            found: dict[str, list[Window]] = defaultdict(list)
            wider = {**where, SCHOOL: schools}
            for row in self._store.windows(measurement, field, where=wider, start_ms=start_ms, end_ms=end_ms, every_ms=every_ms):
                found[row.tags[place]].append(row)
            return found

        question = _Question("windows", measurement.name, field, _narrowed(where), start_ms, end_ms)
        return self._group.take(question, school, ask) or []

    def count(self, measurement: Measurement, *, where: Where, start_ms: int, end_ms: int) -> int:
        """As the store's, when the group was first asked: never newer than the windows that are read after it."""
        school = where.get(SCHOOL)
        if not isinstance(school, str) or where.keys() != {SCHOOL}:
            return self._store.count(measurement, where=where, start_ms=start_ms, end_ms=end_ms)

        def ask(schools: Sequence[str]) -> Mapping[str, int]:
            return self._store.counts(measurement, tag=SCHOOL, where={SCHOOL: schools}, start_ms=start_ms, end_ms=end_ms)

        question = _Question("count", measurement.name, "", (), start_ms, end_ms)
        return self._group.answers_to(question, school, ask).get(school) or 0

    def counts(self, measurement: Measurement, *, tag: str, where: Where, start_ms: int, end_ms: int) -> dict[str, int]:
        """As the store's."""
        return self._store.counts(measurement, tag=tag, where=where, start_ms=start_ms, end_ms=end_ms)

    def select(
        self, measurement: Measurement, *, where: Where, start_ms: int, end_ms: int, limit: int | None = None
    ) -> list[dict[str, Cell]]:
        """As the store's: what is kept here is not in it yet."""
        school, few = where.get(SCHOOL), end_ms - start_ms == 1 or len(where) > 1
        if not isinstance(school, str) or not few or limit is not None:
            return self._store.select(measurement, where=where, start_ms=start_ms, end_ms=end_ms, limit=limit)

        def ask(schools: Sequence[str]) -> Mapping[str, list[dict[str, Cell]]]:
            found: dict[str, list[dict[str, Cell]]] = defaultdict(list)
            for row in self._store.select(measurement, where={**where, SCHOOL: schools}, start_ms=start_ms, end_ms=end_ms):
                found[str(row[SCHOOL])].append(row)
            return found

        return self._group.take(_Question("select", measurement.name, "", _narrowed(where), start_ms, end_ms), school, ask) or []

    def latest(self, measurement: Measurement, *, where: Where, start_ms: int) -> list[dict[str, Cell]]:
        """As the store's: what is kept here is not in it yet."""
        return self._store.latest(measurement, where=where, start_ms=start_ms)

    def close(self) -> None:
        """The store is not this one's to close."""
