"""The outbox's file: its tables, and how an older file gets the columns that came later."""

import sqlite3
from pathlib import Path
from typing import Final

_TABLES: Final = """
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
CREATE TABLE IF NOT EXISTS given_up (
  boot INTEGER NOT NULL, lane TEXT NOT NULL, why TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
  items INTEGER NOT NULL, from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL, told INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (boot, lane, why, first)
);
CREATE TABLE IF NOT EXISTS clocks (
  epoch INTEGER PRIMARY KEY AUTOINCREMENT, boot INTEGER NOT NULL, jump_ms INTEGER NOT NULL, ahead_ms INTEGER
);
"""
_ADDED: Final = {
    "rows": {
        "at_ms": "INTEGER NOT NULL DEFAULT 0",  # when it was accepted, by the gateway's clock
        "epoch": "INTEGER NOT NULL DEFAULT 0",  # which clock said so: a row of `clocks`
        "dead": "INTEGER NOT NULL DEFAULT 0",  # never answered; kept, not sent
    }
}


def connect(path: Path) -> sqlite3.Connection:
    """Open or make the file, every commit synced; raises sqlite3.Error."""
    db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=10)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.execute("PRAGMA wal_autocheckpoint=250")  # a small log: on a full disk it must fit into the reserve
    db.executescript(_TABLES)
    for table, columns in _ADDED.items():
        known = {row[1] for row in db.execute(f"PRAGMA table_info({table})")}
        for name, kind in columns.items():
            if name not in known:
                db.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind}")
    return db
