"""How fast ingest drains a backlog from the broker into a store, against the store's own limit in the same run.

    python -m bench.ingest [--store influxdb|duckdb] [--messages 60000] [--best-of 3] [--prefill MILLIONS]

A backlog of messages of 50 readings in 48,000 series lies in Mosquitto; ingest is started, and timed until all of it is committed
(starting and connecting included). Then live messages follow, for the lag. JSON on stdout, one object a store.
"""

import argparse
import json
import os
import sys
import tempfile
from itertools import islice
from pathlib import Path
from typing import Any, Final

from bench.delivery import limits
from bench.delivery.backlog import DEVICES, GATEWAYS, Shape, gateway, live, preload, rows
from bench.delivery.broker import Broker
from bench.delivery.meter import CLOCK, Meter, rows_committed, wait_until_committed
from bench.delivery.rig import Worker, mosquitto_program
from bench.delivery.store import Influx, open_store
from ingest.settings import IngestSettings
from lamplighter.contract.measurements import READING
from lamplighter.runtime.logs import configure_logs
from lamplighter.storage.timeseries.duckdb import DuckDbSettings, DuckDbStore
from lamplighter.storage.timeseries.influxdb import InfluxDbStore
from lamplighter.storage.timeseries.influxdb_http import InfluxDbSettings
from tests.servers.processes import free_port, wait_for

WITHIN_S: Final = 600.0
LIMIT_ROWS: Final = 1_000_000
LIVE_PER_S: Final = 20_000
LIVE_S: Final = 10.0
PREFILL: Final = """
INSERT INTO reading_rows SELECT (i % 48000)::INTEGER, ? + (i // 48000) * 1000, (i % 4001) / 8.0, 0 FROM range(1000000) t(i)
"""
"""A million rows of 21 s in the series that the backlog will have."""
FIRST_MS: Final = 1_600_000_000_000


class Run:
    """One backlog into one store, in a folder of its own."""

    def __init__(self, folder: Path, kind: str, *, prefill_millions: int) -> None:
        self._kind = kind
        self._folder = folder
        self.broker = Broker(mosquitto_program(), folder / "broker")
        self.broker.start()
        self.broker.admit_all(map(gateway, range(GATEWAYS)))
        self.influx: Influx | None = None
        if kind == "influxdb":
            opened = open_store(kind, folder / "store")
            if not isinstance(opened, Influx):
                raise FileNotFoundError("influxd is not on PATH; --store duckdb needs none")
            self.influx = opened
            store: dict[str, Any] = {
                "kind": kind,
                "url": f"http://127.0.0.1:{opened.server.port}",
                "token_file": opened.token_file,
                "create_buckets": False,
            }
        else:
            self._prefill(folder / "x.duckdb", prefill_millions)
            store = {"kind": kind, "path": folder / "x.duckdb"}
        settings = {
            "data_dir": folder / "centre",
            "metrics_port": free_port(),
            "verdicts": False,
            "broker": self.broker.worker(),
            "store": store,
            "sql": {"url": f"sqlite:///{folder / 'sql.sqlite'}"},
            "session_expiry_s": 3_600,
        }
        self.settings = IngestSettings.model_validate(settings)
        self.worker = Worker(self.settings, folder, without="", environment={})

    def _prefill(self, file: Path, millions: int) -> None:
        import duckdb

        DuckDbStore(DuckDbSettings(path=file)).close()
        if millions:
            db = duckdb.connect(str(file))
            for n in range(millions):
                db.execute(PREFILL, [FIRST_MS + n * 100_000])
            db.close()

    def begin_session(self) -> None:
        """Let ingest subscribe once, so that the broker keeps what comes for it."""
        self.worker.start()
        log = self._folder / f"{self.settings.worker}.log"
        wait_for(lambda: log.read_text("utf-8").count("broker_connected") >= 4, "ingest has its sessions")
        self.worker.stop()

    def drain(self, shape: Shape) -> dict[str, Any]:
        """Start ingest on the waiting backlog; returns the rate and the costs."""
        port = self.settings.metrics_port or 0
        expected = shape.messages * DEVICES
        self.worker.start()
        pids = {"ingest": self.worker.pid, "broker": self.broker.pid}
        if self.influx is not None:
            pids["store"] = self.influx.server.pid
        meter = Meter(pids)
        took_s = wait_until_committed(port, expected, within_s=WITHIN_S)
        costs = meter.stop()
        return {
            "readings": expected,
            "seconds": round(took_s, 2),
            "readings_per_s": round(expected / took_s),
            "cpu_us_a_reading": {name: round(cost.cpu_s / expected * 1e6, 2) for name, cost in costs.items()},
            "most_rss_mb": {name: cost.rss_mb for name, cost in costs.items()},
        }

    def lag(self) -> dict[str, Any]:
        """From a live reading's time to its commit, in ms."""
        port = self.settings.metrics_port or 0
        before = rows_committed(port)
        boot = CLOCK.now_ms() // 1000
        said = live(self.broker.bundles, boot=boot, per_s=LIVE_PER_S, seconds=LIVE_S)
        wait_until_committed(port, before + said, within_s=60)
        self.worker.stop()
        found: dict[str, Any] = json.loads((self._folder / "centre" / "ingest.json").read_text("utf-8"))["lag_ms"][str(boot)]
        return {"live_readings_per_s": LIVE_PER_S, "lag_ms_p50": found["p50"], "lag_ms_p99": found["p99"]}

    def stored(self, shape: Shape) -> int:
        """How many rows of the backlog the store has."""
        store: Any
        if self.influx is not None:
            url = f"http://127.0.0.1:{self.influx.server.port}"
            store = InfluxDbStore(InfluxDbSettings(url=url, token_file=self.influx.token_file, create_buckets=False))
        else:
            store = DuckDbStore(DuckDbSettings(path=self._folder / "x.duckdb"))
        end_ms = shape.start_ms + shape.messages * 1000
        count: int = store.count(READING, where={}, start_ms=shape.start_ms, end_ms=min(end_ms, shape.start_ms + 500_000))
        store.close()
        return count

    def stop(self) -> None:
        """End what runs."""
        self.worker.stop()
        self.broker.stop()
        if self.influx is not None:
            self.influx.server.stop()


def limit_of(kind: str, folder: Path, shape: Shape) -> dict[str, Any]:
    """What the store takes of the same rows, in a server of its own: what it merges afterwards must not slow ingest's."""
    some = list(islice(rows(shape), LIMIT_ROWS))
    if kind == "duckdb":
        return limits.duckdb_limit(some)
    opened = open_store(kind, folder / "limit")
    try:
        url = f"http://127.0.0.1:{opened.server.port}"
        return limits.influxdb_limit(url, opened.token_file.read_text("utf-8"), some)
    finally:
        opened.server.stop()


def measure(kind: str, *, messages: int, prefill_millions: int) -> dict[str, Any]:
    """One run: the store's limit, the backlog, the lag, the count."""
    with tempfile.TemporaryDirectory(prefix="bench-ingest-", ignore_cleanup_errors=True) as made:
        run = Run(Path(made), kind, prefill_millions=prefill_millions)
        try:
            shape = Shape(messages, CLOCK.now_ms() // 1000, CLOCK.now_ms() - 3_600_000)
            limit = limit_of(kind, Path(made), shape)
            run.begin_session()
            preload(run.broker.bundles, shape)
            drained = run.drain(shape)
            lag = run.lag()
            stored = run.stored(shape)
        finally:
            run.stop()
    share = round(drained["readings_per_s"] / limit["rows_per_s"], 2)
    load = round(os.getloadavg()[0], 1)
    return {"store": kind, **drained, "stored": stored, "limit": limit, "share_of_limit": share, **lag, "load": load}


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", choices=["influxdb", "duckdb"], help="left out: both")
    parser.add_argument("--messages", type=int, default=60_000)
    parser.add_argument("--best-of", type=int, default=1, help="on a shared machine: the best of so many runs")
    parser.add_argument("--prefill", type=int, default=0, metavar="MILLIONS", help="rows in DuckDB before the backlog comes")
    given = parser.parse_args()
    configure_logs(level="error")  # to stderr: stdout is for the figures
    for kind in [given.store] if given.store else ["influxdb", "duckdb"]:
        found = []
        for _ in range(given.best_of):
            found.append(measure(kind, messages=given.messages, prefill_millions=given.prefill))
            sys.stderr.write(f"{json.dumps(found[-1])}\n")
        print(json.dumps(max(found, key=lambda one: one["readings_per_s"])), flush=True)


if __name__ == "__main__":
    main()
