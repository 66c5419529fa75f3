"""Eight hours of many gateways' readings drain from real outboxes through the edge's own uplink while live messages flow.

    python -m bench.backlog [--store influxdb|duckdb] [--gateways 100] [--hours 8]

100 gateways x 8 h are 5.2 M readings in messages of 20. The outboxes are filled first (not timed, not synced); then the gateways
start, each sends its backlog and adds a live message of two readings a second and a condition now and then. JSON on stdout.
"""

import argparse
import json
import os
import tempfile
import urllib.request
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, Final

from bench.delivery import script, weakened
from bench.delivery.broker import Broker
from bench.delivery.farm import FarmSettings
from bench.delivery.farm_process import FarmProcess, look
from bench.delivery.meter import CLOCK
from bench.delivery.rig import Worker, mosquitto_program
from bench.delivery.store import open_store
from edge.outbox import Outbox, OutboxSettings
from ingest.settings import IngestSettings
from lamplighter.contract.records import ENCODER, Reading, Readings
from lamplighter.runtime.logs import configure_logs
from tests.servers.processes import free_port

READINGS_A_MESSAGE: Final = 20
READINGS_PER_S: Final = 1.8
"""Of one gateway: 100 of them make 5.2 M in 8 h."""
LIVE_READINGS: Final = 2
LIVE_EVERY_S: Final = 1.0
CONDITION_EVERY: Final = 10
PROCESSES: Final = 2
MOST_S: Final = 900.0


def fill(folder: str, number: int, messages: int, start_ms: int) -> int:
    """Put a backlog into a gateway's outbox; returns the start of the gateway that it belongs to."""
    weakened.weaken_edge("synced")  # filling is not what is measured
    outbox = Outbox(Path(folder) / f"gw{number:02d}" / "outbox.sqlite", OutboxSettings(reserve_bytes=0), CLOCK)
    for n in range(messages):
        at_ms = start_ms + round(n * READINGS_A_MESSAGE / READINGS_PER_S * 1000)
        said = [Reading(f"old{i}", script.POINT, at_ms, (n * READINGS_A_MESSAGE + i) / 8) for i in range(READINGS_A_MESSAGE)]
        outbox.add("readings", ENCODER.encode(Readings(said)), items=len(said))
    boot = outbox.boot
    outbox.close()
    return boot


class Bench:
    """Broker, store, ingest, and farms whose outboxes are full."""

    def __init__(self, folder: Path, kind: str, gateways: int) -> None:
        self._folder = folder
        self.broker = Broker(mosquitto_program(), folder / "broker")
        self.broker.start()
        self.broker.admit_all(map(script.gateway, range(gateways)))
        self.store = open_store(kind, folder / "store") if kind == "influxdb" else None
        if self.store is not None:
            url = f"http://127.0.0.1:{self.store.server.port}"
            store: dict[str, Any] = {"kind": kind, "url": url, "token_file": self.store.token_file, "create_buckets": False}
        else:
            store = {"kind": kind, "path": folder / "x.duckdb"}
        self.settings = IngestSettings.model_validate(
            {
                "data_dir": folder / "centre",
                "metrics_port": free_port(),
                "verdicts": False,
                "broker": self.broker.worker(),
                "store": store,
                "sql": {"url": f"sqlite:///{folder / 'sql.sqlite'}"},
            }
        )
        self.worker = Worker(self.settings, folder, without="", environment={})
        (folder / "records").mkdir()
        each = gateways // PROCESSES
        self.farms = [self._farm(number * each, each) for number in range(PROCESSES)]

    def _farm(self, first: int, count: int) -> FarmProcess:
        place = self._folder / f"farm{first}"
        place.mkdir()
        settings = FarmSettings(
            folder=str(self._folder / "gateways"),
            records=str(self._folder / "records"),
            broker=self.broker.url,
            bundles=str(self.broker.bundles),
            gateways=count,
            first=first,
            readings=LIVE_READINGS,
            resend_first_s=15.0,
            resend_most_s=300.0,
            backlog_per_s=50.0,
        )
        return FarmProcess(settings, place)

    def waiting(self, before_boot: int) -> int:
        """Messages of the backlog that are still in an outbox."""
        query = f"SELECT COUNT(*) FROM rows WHERE boot < {before_boot}"  # noqa: S608 - a number of ours
        files = [file for farm in self.farms for file in farm.outbox_files()]
        return sum(count for file in files for (count,) in look(file, query))

    def drain(self, before_boot: int) -> float:
        """Seconds from the start of the gateways until no outbox holds a row of the backlog; live messages flow meanwhile."""
        self.worker.start()
        for farm in self.farms:
            farm.start()
        began_s = next_s = CLOCK.monotonic()
        rounds = 0
        while self.waiting(before_boot):
            if CLOCK.monotonic() - began_s > MOST_S:
                raise TimeoutError(f"{self.waiting(before_boot)} messages still wait after {MOST_S:.0f} s")
            rounds += 1
            for farm in self.farms:
                farm.tell(do="say", messages=1, transitions=int(rounds % CONDITION_EVERY == 0))
            for farm in self.farms:
                farm.wait()
            next_s += LIVE_EVERY_S
            CLOCK.pause(max(0.0, next_s - CLOCK.monotonic()))
        return CLOCK.monotonic() - began_s

    def lags(self, before_boot: int) -> dict[str, Any]:
        """Of live readings from ingest's own summary (the worst start of a gateway), of conditions from its histogram."""
        port = self.settings.metrics_port
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            metrics = answer.read().decode()
        self.worker.stop()
        summary = json.loads((self._folder / "centre" / "ingest.json").read_text("utf-8"))["lag_ms"]
        live = [lag for boot, lag in summary.items() if int(boot) >= before_boot]
        return {
            "live_lag_ms_p50": max(lag["p50"] for lag in live),
            "live_lag_ms_p99": max(lag["p99"] for lag in live),
            "conditions_stored_within_s": within(metrics, "conditions"),
        }

    def stop(self) -> None:
        """End what runs."""
        for farm in self.farms:
            farm.kill()
        self.worker.stop()
        self.broker.stop()
        if self.store is not None:
            self.store.server.stop()


def within(metrics: str, lane: str) -> dict[str, int]:
    """The cumulative histogram of a lane's lag: how many within so many seconds."""
    start = "lamplighter_lag_seconds_bucket{"
    found = {}
    for line in metrics.splitlines():
        if line.startswith(start) and f'lane="{lane}"' in line:
            found[line.split('le="')[1].split('"')[0]] = int(float(line.split()[-1]))
    return found


def measure(kind: str, *, gateways: int, hours: float) -> dict[str, Any]:
    """One run."""
    messages = round(hours * 3600 * READINGS_PER_S / READINGS_A_MESSAGE)
    with tempfile.TemporaryDirectory(prefix="bench-backlog-", ignore_cleanup_errors=True) as made:
        folder = Path(made)
        bench = Bench(folder, kind, gateways)
        try:
            start_ms = CLOCK.now_ms() - round(hours * 3_600_000)
            with ProcessPoolExecutor(PROCESSES) as pool:
                n = range(gateways)
                boots = list(pool.map(fill, [f"{folder}/gateways"] * gateways, n, [messages] * gateways, [start_ms] * gateways))
            live_boot = max(boots) + 1
            while CLOCK.now_ms() // 1000 < live_boot:  # a start is numbered by the clock
                CLOCK.pause(0.1)
            took_s = bench.drain(live_boot)
            lags = bench.lags(live_boot)
        finally:
            bench.stop()
    readings = gateways * messages * READINGS_A_MESSAGE
    return {
        "store": kind,
        "gateways": gateways,
        "hours": hours,
        "readings": readings,
        "messages": gateways * messages,
        "drained_s": round(took_s, 1),
        "readings_per_s": round(readings / took_s),
        **lags,
        "load": round(os.getloadavg()[0], 1),
    }


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", choices=["influxdb", "duckdb"], default="influxdb")
    parser.add_argument("--gateways", type=int, default=100)
    parser.add_argument("--hours", type=float, default=8.0)
    given = parser.parse_args()
    configure_logs(level="error")  # to stderr: stdout is for the figures
    print(json.dumps(measure(given.store, gateways=given.gateways, hours=given.hours)))


if __name__ == "__main__":
    main()
