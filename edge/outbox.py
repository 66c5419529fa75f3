"""The gateway's durable memory: a message is a row on disk before it is sent, until the centre says stored or rejected."""

import sqlite3
import threading
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from pydantic import Field

from lamplighter.contract.errors import SettingsError, Unavailable
from lamplighter.contract.topics import DURABLE_LANES, MAX_BYTES
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.settings import Settings

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS boots (boot INTEGER PRIMARY KEY, boot_id TEXT NOT NULL, started_at_ms INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS lanes (
  boot INTEGER NOT NULL, lane TEXT NOT NULL, high INTEGER NOT NULL,
  items INTEGER NOT NULL, shed_items INTEGER NOT NULL, first_at_ms INTEGER NOT NULL, PRIMARY KEY (boot, lane)
);
CREATE TABLE IF NOT EXISTS rows (
  number INTEGER PRIMARY KEY AUTOINCREMENT, boot INTEGER NOT NULL, lane TEXT NOT NULL, seq INTEGER NOT NULL,
  items INTEGER NOT NULL, repeat_of TEXT NOT NULL, sent INTEGER NOT NULL, body BLOB NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS rows_key ON rows (boot, lane, seq);
CREATE INDEX IF NOT EXISTS rows_lane ON rows (lane, number);
CREATE TABLE IF NOT EXISTS counts (boot INTEGER NOT NULL, what TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (boot, what));
CREATE TABLE IF NOT EXISTS levels (id TEXT PRIMARY KEY, active INTEGER NOT NULL, since_ms INTEGER NOT NULL);
"""
_ENVELOPE_BYTES: Final = 256


class OutboxSettings(Settings):
    """How much the outbox may hold."""

    max_bytes: int = Field(
        512 * 1024 * 1024, ge=64 * 1024, description="size of waiting readings; the oldest readings are shed beyond it"
    )


class Waiting(NamedTuple):
    """A message to send: `number` orders all of them, oldest first."""

    number: int
    boot: int
    boot_id: str
    lane: str
    seq: int
    low: int
    high: int
    body: bytes

    def payload(self) -> bytes:
        """The message as it goes over the wire: the envelope is current at the time of sending."""
        return b'{"v":1,"boot":%d,"boot_id":"%s","seq":%d,"low":%d,"high":%d,"body":%s}' % (
            self.boot,
            self.boot_id.encode(),
            self.seq,
            self.low,
            self.high,
            self.body,
        )


class LaneStatus(NamedTuple):
    """What one lane holds and what this start has accepted; `first_at_ms` is 0 before the first item."""

    rows: int
    items: int
    bytes: int
    produced: int
    shed: int
    first_at_ms: int


class Outbox:
    """Messages on disk (SQLite, WAL, every commit synced). Safe to use from several threads.

    Raises SettingsError if the folder cannot be used, Unavailable when the disk refuses a write.
    """

    def __init__(self, path: Path, settings: OutboxSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._lock = threading.RLock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=10)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.executescript(_SCHEMA)
            self.boot, self.boot_id = self._begin()
        except (OSError, sqlite3.Error) as error:
            raise SettingsError(f"{path}: cannot keep the outbox there: {error}; give a data_dir that can be written") from error
        self._reading_bytes = self._bytes_of("readings")

    def _begin(self) -> tuple[int, str]:
        """Number this start: one more than the last, and never below the clock, so that a replaced disk still counts on."""
        with self._transaction():
            (last,) = self._db.execute("SELECT COALESCE(MAX(boot), 0) FROM boots").fetchone()
            now_ms = self._clock.now_ms()
            boot, boot_id = max(last + 1, now_ms // 1000), uuid.uuid4().hex
            self._db.execute("INSERT INTO boots VALUES (?, ?, ?)", (boot, boot_id, now_ms))
            for lane in DURABLE_LANES:
                self._db.execute("INSERT INTO lanes VALUES (?, ?, 0, 0, 0, 0)", (boot, lane))
        return boot, boot_id

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                yield
                self._db.execute("COMMIT")
            except sqlite3.Error as error:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise Unavailable(f"outbox: {error}") from error
            except BaseException:
                self._db.execute("ROLLBACK")
                raise

    def add(self, lane: str, body: bytes, *, items: int = 1, counts: Mapping[str, int] | None = None, repeat_of: str = "") -> int:
        """Accept a message durably and return its seq; raises ValueError if it is larger than the lane may carry.

        A repeat (`repeat_of` names what it repeats) takes the place of an older repeat that was never sent, under the same seq.
        """
        with self._transaction():
            return self._insert(lane, body, items=items, counts=counts, repeat_of=repeat_of)

    def add_level(self, body: bytes, *, level: tuple[str, bool, int], counts: Mapping[str, int], still: bytes | None) -> int:
        """Accept a transition, the level it leads to (id, active, since_ms) and its still, all or nothing."""
        with self._transaction():
            seq = self._insert("conditions", body, counts=counts)
            self._db.execute("INSERT OR REPLACE INTO levels VALUES (?, ?, ?)", level)
            if still is not None:
                self._insert("evidence", still)
            return seq

    def _insert(
        self, lane: str, body: bytes, *, items: int = 1, counts: Mapping[str, int] | None = None, repeat_of: str = ""
    ) -> int:
        if len(body) + _ENVELOPE_BYTES > MAX_BYTES[lane]:
            raise ValueError(f"a message of {len(body)} bytes is more than the lane {lane} carries ({MAX_BYTES[lane]})")
        if repeat_of:
            replaced = self._db.execute(
                "UPDATE rows SET body = ? WHERE lane = ? AND repeat_of = ? AND sent = 0 RETURNING seq", (body, lane, repeat_of)
            ).fetchone()
            if replaced is not None:
                return int(replaced[0])
        if lane == "readings":
            self._shed(len(body))
            self._reading_bytes += len(body)
        (seq,) = self._db.execute(
            "UPDATE lanes SET high = high + 1, items = items + ?, first_at_ms = CASE first_at_ms WHEN 0 THEN ? ELSE first_at_ms END"
            " WHERE boot = ? AND lane = ? RETURNING high",
            (items, self._clock.now_ms(), self.boot, lane),
        ).fetchone()
        self._db.execute(
            "INSERT INTO rows (boot, lane, seq, items, repeat_of, sent, body) VALUES (?, ?, ?, ?, ?, 0, ?)",
            (self.boot, lane, seq, items, repeat_of, body),
        )
        for what, n in (counts or {}).items():
            self._db.execute(
                "INSERT INTO counts VALUES (?, ?, ?) ON CONFLICT (boot, what) DO UPDATE SET n = n + excluded.n",
                (self.boot, what, n),
            )
        return int(seq)

    def _shed(self, coming: int) -> None:
        """Delete the oldest readings until what comes fits, and count them."""
        while self._reading_bytes + coming > self._settings.max_bytes:
            oldest = self._db.execute(
                "SELECT number, boot, items, LENGTH(body) FROM rows WHERE lane = 'readings' ORDER BY number LIMIT 1"
            ).fetchone()
            if oldest is None:
                return
            number, boot, items, size = oldest
            self._db.execute("DELETE FROM rows WHERE number = ?", (number,))
            self._db.execute("UPDATE lanes SET shed_items = shed_items + ? WHERE boot = ? AND lane = 'readings'", (items, boot))
            self._reading_bytes -= size

    def waiting(self, lane: str, *, after: int, limit: int, up_to: int | None = None) -> list[Waiting]:
        """The oldest messages of a lane with `after` < number <= `up_to`; marks them as sent."""
        with self._transaction():
            rows = self._db.execute(
                "SELECT r.number, r.boot, b.boot_id, r.lane, r.seq,"
                " (SELECT MIN(seq) FROM rows m WHERE m.boot = r.boot AND m.lane = r.lane), l.high, r.body"
                " FROM rows r JOIN boots b ON b.boot = r.boot JOIN lanes l ON l.boot = r.boot AND l.lane = r.lane"
                " WHERE r.lane = ? AND r.number > ? AND r.number <= ? ORDER BY r.number LIMIT ?",
                (lane, after, up_to if up_to is not None else 2**62, limit),
            ).fetchall()
            self._db.executemany("UPDATE rows SET sent = 1 WHERE number = ? AND sent = 0", [(row[0],) for row in rows])
        return [Waiting(*row) for row in rows]

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
        return self.waiting(lane, after=number - 1, limit=1, up_to=number)[0] if lane is not None else None

    def forget(self, *, boot: int, boot_id: str, lane: str, ranges: Sequence[tuple[int, int]]) -> list[int]:
        """Delete what the centre has (inclusive ranges of seq); returns the numbers that were waiting."""
        gone: list[tuple[int, int]] = []
        with self._transaction():
            if self._db.execute("SELECT 1 FROM boots WHERE boot = ? AND boot_id = ?", (boot, boot_id)).fetchone() is None:
                return []
            for first, last in ranges:
                gone += self._db.execute(
                    "DELETE FROM rows WHERE boot = ? AND lane = ? AND seq BETWEEN ? AND ? RETURNING number, LENGTH(body)",
                    (boot, lane, first, last),
                ).fetchall()
            if lane == "readings":
                self._reading_bytes -= sum(size for _number, size in gone)
        return [number for number, _size in gone]

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
                rows, items = self._db.execute(
                    "SELECT COUNT(*), COALESCE(SUM(items), 0) FROM rows WHERE lane = ?", (lane,)
                ).fetchone()
                produced, first = self._db.execute(
                    "SELECT items, first_at_ms FROM lanes WHERE boot = ? AND lane = ?", (self.boot, lane)
                ).fetchone()
                (shed,) = self._db.execute("SELECT COALESCE(SUM(shed_items), 0) FROM lanes WHERE lane = ?", (lane,)).fetchone()
                found[lane] = LaneStatus(rows, items, self._bytes_of(lane), produced, shed, first)
        return found

    def _bytes_of(self, lane: str) -> int:
        (size,) = self._db.execute("SELECT COALESCE(SUM(LENGTH(body)), 0) FROM rows WHERE lane = ?", (lane,)).fetchone()
        return int(size)

    def close(self) -> None:
        """Close the file; what waits is sent by the next start."""
        with self._lock:
            self._db.close()
