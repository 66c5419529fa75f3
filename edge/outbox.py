"""The gateway's durable memory: a message is a row on disk before it is sent, until the centre says stored or rejected."""

import sqlite3
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, TypeVar

from pydantic import Field

from edge.outbox_clock import ClockEpochs
from edge.outbox_layout import connect
from edge.outbox_reserve import DiskReserve
from edge.outbox_rows import LaneStatus, Waiting
from lamplighter.contract.errors import SettingsError, Unavailable
from lamplighter.contract.records import GivenUp, Start
from lamplighter.contract.topics import DURABLE_LANES, MAX_BYTES
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.settings import Settings

_ENVELOPE_BYTES: Final = 320
_STARTS_TOLD: Final = 16
_PAGE_BYTES: Final = 4096
_SHED_AT_ONCE: Final = 64
_TAKE_AGAIN_S: Final = 30.0
_FULL: Final = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}
Result = TypeVar("Result")


class OutboxSettings(Settings):
    """How much the outbox may hold."""

    max_bytes: int = Field(
        512 * 1024 * 1024, ge=64 * 1024, description="size of waiting readings; the oldest readings are shed beyond it"
    )
    reserve_bytes: int = Field(
        8 * 1024 * 1024, ge=0, description="room kept on the disk, given back when it is full: conditions still go; 0: none"
    )


class Outbox:
    """Messages on disk (SQLite, WAL, what is accepted is synced). Safe to use from several threads.

    Raises SettingsError if the folder cannot be used, Unavailable when the disk refuses a write.
    """

    def __init__(self, path: Path, settings: OutboxSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._lock = threading.RLock()
        self._full = False
        self._try_reserve_at_s = 0.0
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._reserve = DiskReserve(path.with_name(path.name + ".reserve"), settings.reserve_bytes)
            self._reserve.release()  # room to open the file, should the disk be full
            self._db = connect(path)
            self._reading_bytes = 0
            self.boot, self.boot_id = self._begin()
        except (OSError, sqlite3.Error, Unavailable) as error:
            raise SettingsError(f"{path}: cannot keep the outbox there: {error}; give a data_dir that can be written") from error
        self._full = not self._reserve.take() and settings.reserve_bytes > 0
        self._reading_bytes = self._bytes_of("readings")

    def _begin(self) -> tuple[int, str]:
        """Number this start: one more than the last, and never below the clock, so that a replaced disk still counts on."""

        def work() -> tuple[int, str]:
            (last,) = self._db.execute("SELECT COALESCE(MAX(boot), 0) FROM boots").fetchone()
            now_ms = self._clock.now_ms()
            boot, boot_id = max(last + 1, now_ms // 1000), uuid.uuid4().hex
            self._db.execute("INSERT INTO boots VALUES (?, ?, ?)", (boot, boot_id, now_ms))
            for lane in DURABLE_LANES:
                self._db.execute("INSERT INTO lanes VALUES (?, ?, 0, 0, 0, 0)", (boot, lane))
            self._db.execute("UPDATE rows SET dead = 0 WHERE dead = 1")  # another start, another try
            self._epochs = ClockEpochs(self._db, self._clock, boot)
            return boot, boot_id

        return self._commit(work)

    def _commit(self, work: Callable[[], Result], *, synced: bool = True) -> Result:
        """Do the work in one transaction; a full disk gives the reserve back and tries once more. Raises Unavailable."""
        with self._lock:
            try:
                return self._once(work, synced)
            except sqlite3.Error as error:
                if (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF not in _FULL:
                    raise Unavailable(f"outbox: {error}") from error
            self._reserve.release()
            self._full = True
            self._try_reserve_at_s = self._clock.monotonic() + _TAKE_AGAIN_S
            try:
                return self._once(work, synced)
            except sqlite3.Error as error:
                raise Unavailable(f"outbox: {error}") from error

    def _once(self, work: Callable[[], Result], synced: bool) -> Result:  # noqa: FBT001 - _commit's own
        reading_bytes = self._reading_bytes
        # What may be lost in a power cut without harm (a deletion: the message is sent again) does not wait for the disk.
        self._db.execute("PRAGMA synchronous=FULL" if synced else "PRAGMA synchronous=NORMAL")
        try:
            self._db.execute("BEGIN IMMEDIATE")
            result = work()
            self._db.execute("COMMIT")
        except BaseException:  # whatever ends it, an interrupt too, must not leave a transaction open; it is raised again
            self._reading_bytes = reading_bytes
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise
        return result

    def add(self, lane: str, body: bytes, *, items: int = 1, counts: Mapping[str, int] | None = None, repeat_of: str = "") -> int:
        """Accept a message durably and return its seq; raises ValueError if it is larger than the lane may carry.

        A repeat (`repeat_of` names what it repeats) takes the place of an older repeat that was never sent, under the same seq.
        """
        return self._commit(lambda: self._insert(lane, body, items=items, counts=counts, repeat_of=repeat_of))

    def add_level(
        self,
        body: bytes,
        *,
        level: tuple[str, bool, int],
        counts: Mapping[str, int],
        still: bytes | None,
        told: Sequence[GivenUp] = (),
    ) -> int:
        """Accept a level (id, active, since_ms), its still, and which spans given up it tells of, all or nothing."""

        def work() -> int:
            seq = self._insert("conditions", body, counts=counts)
            self._db.execute("INSERT OR REPLACE INTO levels VALUES (?, ?, ?)", level)
            if still is not None:
                self._insert("evidence", still)
            self._db.executemany(
                "UPDATE given_up SET told = 1 WHERE boot = ? AND lane = ? AND why = ? AND first = ? AND last = ?",
                [(span.boot, span.lane, span.why, span.first, span.last) for span in told],
            )
            return seq

        return self._commit(work)

    def _insert(
        self, lane: str, body: bytes, *, items: int = 1, counts: Mapping[str, int] | None = None, repeat_of: str = ""
    ) -> int:
        if len(body) + _ENVELOPE_BYTES > MAX_BYTES[lane]:
            raise ValueError(f"a message of {len(body)} bytes is more than the lane {lane} carries ({MAX_BYTES[lane]})")
        self._count(counts or {})
        if repeat_of:
            replaced = self._db.execute(
                "UPDATE rows SET body = ? WHERE lane = ? AND repeat_of = ? AND sent = 0 RETURNING seq", (body, lane, repeat_of)
            ).fetchone()
            if replaced is not None:
                self._count({"repeats_replaced": 1})
                return int(replaced[0])
        self._make_room(lane, len(body))
        if lane == "readings":
            self._reading_bytes += len(body)
        now_ms = self._clock.now_ms()
        (seq,) = self._db.execute(
            "UPDATE lanes SET high = high + 1, items = items + ?, first_at_ms = CASE first_at_ms WHEN 0 THEN ? ELSE first_at_ms END"
            " WHERE boot = ? AND lane = ? RETURNING high",
            (items, now_ms, self.boot, lane),
        ).fetchone()
        self._db.execute(
            "INSERT INTO rows (boot, lane, seq, items, repeat_of, sent, body, at_ms, epoch) VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?)",
            (self.boot, lane, seq, items, repeat_of, body, now_ms, self._epochs.now()),
        )
        return int(seq)

    def _count(self, counts: Mapping[str, int]) -> None:
        for what, n in counts.items():
            self._db.execute(
                "INSERT INTO counts VALUES (?, ?, ?) ON CONFLICT (boot, what) DO UPDATE SET n = n + excluded.n",
                (self.boot, what, n),
            )

    def _make_room(self, lane: str, coming: int) -> None:
        """Delete the oldest readings until what comes fits: below the limit, and on a full disk into the file as it is."""
        while lane == "readings" and self._reading_bytes + coming > self._settings.max_bytes:
            if not self._shed(1):
                break
        if self._full and not self._reserve_regained():
            needed = coming // _PAGE_BYTES + 8
            while self._db.execute("PRAGMA freelist_count").fetchone()[0] < needed:
                if not self._shed(_SHED_AT_ONCE):
                    break

    def _reserve_regained(self) -> bool:
        now_s = self._clock.monotonic()
        if now_s >= self._try_reserve_at_s:
            self._try_reserve_at_s = now_s + _TAKE_AGAIN_S
            self._full = not self._reserve.take()
        return not self._full

    def _shed(self, messages: int) -> bool:
        """Delete up to so many of the oldest readings and note them; tells whether there were any."""
        oldest = self._db.execute(
            "DELETE FROM rows WHERE number IN (SELECT number FROM rows WHERE lane = 'readings' ORDER BY number LIMIT ?)"
            " RETURNING boot, seq, items, LENGTH(body), at_ms",
            (messages,),
        ).fetchall()
        for boot, seq, items, size, at_ms in sorted(oldest):
            self._give_up("readings", "shed", (boot, seq), items=items, at_ms=at_ms)
            self._db.execute("UPDATE lanes SET shed_items = shed_items + ? WHERE boot = ? AND lane = 'readings'", (items, boot))
            self._reading_bytes -= size
        return bool(oldest)

    def _give_up(self, lane: str, why: str, which: tuple[int, int], *, items: int, at_ms: int) -> None:
        """Note one message (boot, seq): the span before it that nobody was told of grows, else a new one begins."""
        boot, seq = which
        grown = self._db.execute(
            "UPDATE given_up SET last = ?, items = items + ?, from_ms = MIN(from_ms, ?), to_ms = MAX(to_ms, ?)"
            " WHERE boot = ? AND lane = ? AND why = ? AND last = ? AND told = 0",
            (seq, items, at_ms, at_ms, boot, lane, why, seq - 1),
        ).rowcount
        if not grown:
            self._db.execute(
                "INSERT OR REPLACE INTO given_up VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)",
                (boot, lane, why, seq, seq, items, at_ms, at_ms),
            )

    def untold(self, limit: int) -> list[GivenUp]:
        """Spans given up that no accepted message tells of yet, oldest first."""
        with self._lock:
            rows = self._db.execute(
                "SELECT g.boot, b.boot_id, g.lane, g.why, g.first, g.last, g.items, g.from_ms, g.to_ms"
                " FROM given_up g JOIN boots b ON b.boot = g.boot WHERE g.told = 0 ORDER BY g.boot, g.lane, g.first LIMIT ?",
                (limit,),
            ).fetchall()
        names = ("boot", "boot_id", "lane", "why", "first", "last", "items", "from_ms", "to_ms")
        return [GivenUp(**dict(zip(names, row, strict=True))) for row in rows]

    def bury(self, number: int) -> None:
        """Send this message no more until the next start: it was never answered while others were. It stays on disk."""

        def work() -> None:
            row = self._db.execute(
                "UPDATE rows SET dead = 1 WHERE number = ? AND dead = 0 RETURNING boot, lane, seq, items, at_ms", (number,)
            ).fetchone()
            if row is not None:
                boot, lane, seq, items, at_ms = row
                self._give_up(lane, "dead", (boot, seq), items=items, at_ms=at_ms)

        self._commit(work)

    def heard(self, sent_ms: int, at_ms: int, received_ms: int) -> None:
        """Learn how far our clock is ahead: our time of sending, the centre's time, our time of receiving, in ms."""
        self._commit(lambda: self._epochs.heard(sent_ms, at_ms, received_ms), synced=False)

    @property
    def clock_known(self) -> bool:
        """Whether it is known how far our clock is ahead now."""
        return self._epochs.known

    def waiting(self, lane: str, *, after: int, limit: int, up_to: int | None = None) -> list[Waiting]:
        """The oldest messages of a lane with `after` < number <= `up_to`; a repeat among them is marked as sent."""
        with self._lock:
            if self._epochs.jumped:
                self._commit(self._epochs.now, synced=False)
            rows = self._db.execute(
                "SELECT r.number, r.boot, b.boot_id, r.lane, r.seq,"
                " (SELECT MIN(seq) FROM rows m WHERE m.boot = r.boot AND m.lane = r.lane), l.high, c.ahead_ms, r.body,"
                " ? - CASE WHEN c.ahead_ms IS NULL THEN"
                " (SELECT COALESCE(SUM(j.jump_ms), 0) FROM clocks j WHERE j.boot = r.boot AND j.epoch > r.epoch) ELSE 0 END,"
                " r.repeat_of <> '' AND r.sent = 0"
                " FROM rows r JOIN boots b ON b.boot = r.boot JOIN lanes l ON l.boot = r.boot AND l.lane = r.lane"
                " LEFT JOIN clocks c ON c.epoch = r.epoch"
                " WHERE r.lane = ? AND r.number > ? AND r.number <= ? AND r.dead = 0 ORDER BY r.number LIMIT ?",
                (self._epochs.base_ms, lane, after, up_to if up_to is not None else 2**62, limit),
            ).fetchall()
            fresh = [(row[0],) for row in rows if row[-1]]
            if fresh:
                self._commit(lambda: self._db.executemany("UPDATE rows SET sent = 1 WHERE number = ?", fresh), synced=False)
        return [Waiting(*row[:-1]) for row in rows]

    def numbered(self, numbers: Sequence[int]) -> list[Waiting]:
        """These messages, as far as they still wait."""
        found = []
        for number in numbers:
            row = self._one(number)
            if row is not None:
                found.append(row)
        return found

    def _one(self, number: int) -> Waiting | None:
        with self._lock:
            (lane,) = self._db.execute("SELECT lane FROM rows WHERE number = ?", (number,)).fetchone() or (None,)
        # Between the two looks it may be answered, shed or put aside.
        found = self.waiting(lane, after=number - 1, limit=1, up_to=number) if lane is not None else []
        return found[0] if found else None

    def forget(self, *, boot: int, boot_id: str, lane: str, ranges: Sequence[tuple[int, int]]) -> list[int]:
        """Delete what the centre has (inclusive ranges of seq); returns the numbers that were waiting."""

        def work() -> list[int]:
            gone: list[tuple[int, int]] = []
            if not self._is_ours(boot, boot_id):
                return []
            for first, last in ranges:
                gone += self._db.execute(
                    "DELETE FROM rows WHERE boot = ? AND lane = ? AND seq BETWEEN ? AND ? RETURNING number, LENGTH(body)",
                    (boot, lane, first, last),
                ).fetchall()
            if lane == "readings":
                self._reading_bytes -= sum(size for _number, size in gone)
            return [number for number, _size in gone]

        return self._commit(work, synced=False)

    def numbers_of(self, *, boot: int, boot_id: str, lane: str, ranges: Sequence[tuple[int, int]]) -> list[int]:
        """The numbers of these messages (inclusive ranges of seq), as far as they still wait."""
        with self._lock:
            if not self._is_ours(boot, boot_id):
                return []
            found: list[int] = []
            for first, last in ranges:
                query = "SELECT number FROM rows WHERE boot = ? AND lane = ? AND seq BETWEEN ? AND ? AND dead = 0"
                found += [number for (number,) in self._db.execute(query, (boot, lane, first, last))]
        return found

    def _is_ours(self, boot: int, boot_id: str) -> bool:
        return self._db.execute("SELECT 1 FROM boots WHERE boot = ? AND boot_id = ?", (boot, boot_id)).fetchone() is not None

    def starts(self) -> list[Start]:
        """The latest earlier starts of this outbox, newest first: what they gave out is final."""
        found = []
        with self._lock:
            boots = self._db.execute(
                "SELECT boot, boot_id FROM boots WHERE boot < ? ORDER BY boot DESC LIMIT ?", (self.boot, _STARTS_TOLD)
            ).fetchall()
            for boot, boot_id in boots:
                high = dict(self._db.execute("SELECT lane, high FROM lanes WHERE boot = ? AND high > 0", (boot,)).fetchall())
                found.append(Start(boot=boot, boot_id=boot_id, high=high))
        return found

    def last_number(self) -> int:
        """The number of the newest message; messages added later have greater ones."""
        with self._lock:
            (number,) = self._db.execute("SELECT COALESCE(MAX(number), 0) FROM rows").fetchone()
        return int(number)

    def levels(self) -> dict[str, tuple[bool, int]]:
        """The last level accepted for each condition id: (active, since_ms); outlives the process."""
        with self._lock:
            return {key: (bool(active), since) for key, active, since in self._db.execute("SELECT * FROM levels")}

    def counts(self) -> dict[str, int]:
        """What this start has accepted, by the names given to `add`."""
        with self._lock:
            return dict(self._db.execute("SELECT what, n FROM counts WHERE boot = ?", (self.boot,)).fetchall())

    def status(self) -> dict[str, LaneStatus]:
        """Each lane: what waits (of every start) and what this start has accepted and shed."""
        found = {}
        with self._lock:
            for lane in DURABLE_LANES:
                rows, items, dead = self._db.execute(
                    "SELECT COUNT(*), COALESCE(SUM(items), 0), COALESCE(SUM(dead), 0) FROM rows WHERE lane = ?", (lane,)
                ).fetchone()
                produced, first = self._db.execute(
                    "SELECT items, first_at_ms FROM lanes WHERE boot = ? AND lane = ?", (self.boot, lane)
                ).fetchone()
                (shed,) = self._db.execute("SELECT COALESCE(SUM(shed_items), 0) FROM lanes WHERE lane = ?", (lane,)).fetchone()
                found[lane] = LaneStatus(rows - dead, items, self._bytes_of(lane), produced, shed, first, dead)
        return found

    def _bytes_of(self, lane: str) -> int:
        (size,) = self._db.execute("SELECT COALESCE(SUM(LENGTH(body)), 0) FROM rows WHERE lane = ?", (lane,)).fetchone()
        return int(size)

    def close(self) -> None:
        """Close the file; what waits is sent by the next start."""
        with self._lock:
            self._db.close()
