"""An outbox's file looked into from outside, by hand: what waits in it, and its messages taken out to be carried to the centre."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec

from edge.outbox_rows import Waiting
from lamplighter.contract.errors import SettingsError, Unavailable
from lamplighter.contract.records import ENCODER
from lamplighter.contract.topics import DURABLE_LANES, Gateway


class Carried(msgspec.Struct, frozen=True):
    """One line of an exported file: a message as it would have gone over the wire."""

    topic: str
    message: msgspec.Raw


def status(path: Path) -> dict[str, dict[str, int]]:
    """For each lane: messages and items waiting, their bytes, dead messages, items shed, when the oldest was accepted (ms).

    Raises SettingsError when there is no outbox, Unavailable when it cannot be read.
    """
    with closing(_opened(path)) as db:
        return {lane: _lane(db, lane) for lane in DURABLE_LANES}


def export(path: Path, gateway: Gateway) -> Iterator[bytes]:
    """Every message that waits, most urgent lane first, oldest first, one JSON object a line; the outbox keeps them all."""
    with closing(_opened(path)) as db:
        for lane in DURABLE_LANES:
            rows = db.execute(
                "SELECT r.number, r.boot, b.boot_id, r.lane, r.seq,"
                " (SELECT MIN(seq) FROM rows m WHERE m.boot = r.boot AND m.lane = r.lane), l.high, c.ahead_ms, r.body"
                " FROM rows r JOIN boots b ON b.boot = r.boot JOIN lanes l ON l.boot = r.boot AND l.lane = r.lane"
                " LEFT JOIN clocks c ON c.epoch = r.epoch WHERE r.lane = ? ORDER BY r.number",
                (lane,),
            )
            for row in rows:
                line = Carried(gateway.topic(lane), msgspec.Raw(Waiting(*row).payload()))
                yield ENCODER.encode(line) + b"\n"


def _opened(path: Path) -> sqlite3.Connection:
    if not path.is_file():
        raise SettingsError(f"{path}: no outbox there; data_dir in the settings file names its folder")
    try:
        db = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)
        db.execute("SELECT epoch FROM rows LIMIT 1")
    except sqlite3.Error as error:
        raise Unavailable(f"{path}: cannot be read: {error}") from error
    return db


def _lane(db: sqlite3.Connection, lane: str) -> dict[str, int]:
    columns: tuple[Any, ...] = db.execute(
        "SELECT COUNT(*) - COALESCE(SUM(dead), 0), COALESCE(SUM(items), 0), COALESCE(SUM(LENGTH(body)), 0), COALESCE(SUM(dead), 0),"
        " COALESCE(MIN(at_ms), 0) FROM rows WHERE lane = ?",
        (lane,),
    ).fetchone()
    (shed,) = db.execute("SELECT COALESCE(SUM(shed_items), 0) FROM lanes WHERE lane = ?", (lane,)).fetchone()
    names = ("messages", "items", "bytes", "dead", "oldest_at_ms")
    return {**dict(zip(names, columns, strict=True)), "shed_items": shed}
