"""What the simulated gateway's outbox knows of the past that `simulator history` tells in its name."""

from contextlib import closing
from pathlib import Path

from edge.outbox_layout import connect
from simulator.backlog import BOOT, Backlog


def remember_past(outbox: Path, past: Backlog) -> None:
    """Note the past as an earlier start of this outbox, once; so the gateway tells the centre that its numbers are final.

    Without it the centre takes the past's outbox for one that was replaced, and its end for unknown. `outbox` is the file,
    made where there is none. Raises OSError and sqlite3.Error.
    """
    outbox.parent.mkdir(parents=True, exist_ok=True)
    with closing(connect(outbox)) as db:
        db.execute("INSERT OR IGNORE INTO boots VALUES (?, ?, ?)", (BOOT, past.boot_id, past.first_ms))
        db.execute("INSERT OR IGNORE INTO lanes VALUES (?, 'readings', ?, 0, 0, ?)", (BOOT, past.messages, past.first_ms))
