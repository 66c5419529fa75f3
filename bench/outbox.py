"""How fast the outbox accepts and forgets, at one synced transaction a message, and what a row costs on disk.

    python -m bench.outbox [--messages 5000] [--readings 20] [--folder DIR]

JSON on stdout. `machine_commits_per_s` is what SQLite itself reaches on the same disk with one row of the same size a commit, in
the same run: the outbox's share of it is what our part costs.
"""

import argparse
import json
import os
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

from bench.delivery import script
from edge.outbox import Outbox, OutboxSettings
from lamplighter.contract.records import ENCODER
from lamplighter.runtime.clock import SystemClock

CLOCK = SystemClock()


def bare_commits_per_s(folder: Path, body: bytes, count: int) -> float:
    """SQLite alone: the same row, the same journal, the same sync."""
    db = sqlite3.connect(folder / "bare.sqlite", isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.execute("PRAGMA wal_autocheckpoint=250")
    db.execute("CREATE TABLE rows (number INTEGER PRIMARY KEY, body BLOB NOT NULL)")
    began_s = CLOCK.monotonic()
    for _ in range(count):
        db.execute("BEGIN IMMEDIATE")
        db.execute("INSERT INTO rows (body) VALUES (?)", (body,))
        db.execute("COMMIT")
    took_s = CLOCK.monotonic() - began_s
    db.close()
    return count / took_s


def measure(folder: Path, *, messages: int, readings: int) -> dict[str, Any]:
    """Fill an outbox, read it out in windows of 20, and forget all of it."""
    bodies = [ENCODER.encode(script.message(0, k, 1_780_000_000_000 + k, gateways=1, readings=readings)) for k in range(messages)]
    bare = bare_commits_per_s(folder, bodies[0], min(messages, 2_000))
    outbox = Outbox(folder / "outbox.sqlite", OutboxSettings(), CLOCK)
    began_s = CLOCK.monotonic()
    for body in bodies:
        outbox.add("readings", body, items=readings)
    added_s = CLOCK.monotonic() - began_s
    size = sum(file.stat().st_size for file in folder.glob("outbox.sqlite*") if not file.name.endswith(".reserve"))
    began_s = CLOCK.monotonic()
    after = 0
    while window := outbox.waiting("readings", after=after, limit=20):
        after = window[-1].number
        seqs = [(window[0].seq, window[-1].seq)]
        outbox.forget(boot=outbox.boot, boot_id=outbox.boot_id, lane="readings", ranges=seqs)
    forgot_s = CLOCK.monotonic() - began_s
    outbox.close()
    per_s = messages / added_s
    return {
        "messages": messages,
        "readings_a_message": readings,
        "body_bytes": len(bodies[0]),
        "rows_per_s": round(per_s),
        "readings_per_s": round(per_s * readings),
        "machine_commits_per_s": round(bare),
        "share_of_machine": round(per_s / bare, 2),
        "read_and_forgotten_per_s": round(messages / forgot_s),
        "disk_bytes_a_row": round(size / messages),
        "disk_bytes_a_reading": round(size / messages / readings, 1),
        "load": round(os.getloadavg()[0], 1),
    }


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=5_000)
    parser.add_argument("--readings", type=int, default=20)
    parser.add_argument("--folder", type=Path, help="a folder on the disk to measure")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        print(json.dumps({"synchronous": "FULL", **measure(Path(folder), messages=given.messages, readings=given.readings)}))


if __name__ == "__main__":
    main()
