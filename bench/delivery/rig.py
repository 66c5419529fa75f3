"""One run's processes: gateways, broker, ingest and store, on free loopback ports, with their files in one folder."""

import os
import sys
from pathlib import Path
from typing import Any, Final, NamedTuple

from bench.delivery.farm import FarmSettings
from bench.delivery.farm_process import FarmProcess
from bench.delivery.front import Front
from bench.delivery.power import PowerCut
from bench.delivery.proxy import Proxy
from bench.delivery.relay import Relay
from bench.delivery.small_disk import SmallDisk
from bench.delivery.store import Influx, StandIn, open_store
from bench.delivery.weakened import OF_INGEST
from ingest.settings import IngestSettings
from lamplighter.runtime.clock import SystemClock
from lamplighter.runtime.settings import write_toml
from tests.servers.mosquitto import Mosquitto
from tests.servers.processes import Server, free_port, wait_for

GATEWAYS: Final = 20
READINGS: Final = 9
WINDOW: Final = 90
CLOCK: Final = SystemClock()


class Plan(NamedTuple):
    """What a run needs beyond the usual."""

    without: str = ""
    store: str = "influxdb"
    workers: int = 1
    relay: bool = False
    disk_mb: int = 0
    power: bool = False
    farm: dict[str, Any] = {}  # noqa: RUF012 - a NamedTuple's default; nobody changes it
    ingest: dict[str, Any] = {}  # noqa: RUF012


class Worker(Server):
    """A process of `lamplighter ingest run`; it serves when its metrics page does."""

    def __init__(self, settings: IngestSettings, folder: Path, *, without: str, environment: dict[str, str]) -> None:
        file = folder / f"{settings.worker}.toml"
        write_toml(file, settings)
        program = ["bench.delivery.weakened", without] if without else ["lamplighter"]
        command = [sys.executable, "-m", *program, "ingest", "run", str(file)]
        if environment:
            command = ["env", *(f"{name}={value}" for name, value in environment.items()), *command]
        super().__init__(command, settings.metrics_port or 0, log=folder / f"{settings.worker}.log")


class Rig:
    """Started by `with`; everything in it is ended at the end."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        self.folder = folder
        self.plan = plan
        self.strikes = 0
        site = _made(folder / "site")
        self.power = PowerCut(folder, site) if plan.power else None
        self._environment = self.power.environment if self.power is not None else {}
        self.disk = SmallDisk(site / "gateways", size_mb=plan.disk_mb) if plan.disk_mb else None
        self.broker = Mosquitto(mosquitto_program(), _made(folder / "broker"))
        self.broker.start()
        self.gate_broker = Mosquitto(mosquitto_program(), _made(folder / "gate_broker")) if plan.relay else self.broker
        self.store: Influx | StandIn = open_store(plan.store, site / "store", self._environment)
        self.front = Front(self.store.server.port)
        self.front.stamps = plan.without == "idempotence"
        self.proxy = Proxy(self.gate_broker.port)
        self.relay = Relay(self.gate_broker.url, self.broker.url) if plan.relay else None
        self.centre = _made(site / "centre")
        self.sql_file = self.centre / "sql.sqlite"
        self.workers = [self.new_worker(number) for number in range(1, plan.workers + 1)]
        self.farm = FarmProcess(self._farm_settings(), folder, self._environment)

    def new_worker(self, number: int) -> Worker:
        """Another worker of ingest, not started."""
        settings = {
            "worker": f"ingest-{number}",
            "data_dir": self.centre,
            "metrics_port": free_port(),
            "verdicts": False,
            "broker": {"url": self.broker.url, "protocol": "5", "keepalive_s": 5},
            "store": {
                "kind": "influxdb",
                "url": f"http://127.0.0.1:{self.front.port}",
                "token_file": self.store.token_file,
                "create_buckets": False,
                "timeout_s": 20,
            },
            "sql": {"url": f"sqlite:///{self.sql_file}"},
            **self.plan.ingest,
        }
        without = self.plan.without if self.plan.without in OF_INGEST else ""
        checked = IngestSettings.model_validate(settings)
        return Worker(checked, self.folder, without=without, environment=self._environment)

    def _farm_settings(self) -> FarmSettings:
        given: dict[str, Any] = {
            "folder": str(_made(self.folder / "site" / "gateways")),
            "records": str(_made(self.folder / "records")),
            "broker": f"mqtt://127.0.0.1:{self.proxy.port}",
            "gateways": GATEWAYS,
            "readings": READINGS,
            "window": {"readings": WINDOW},
            "without": self.plan.without,
        }
        return FarmSettings(**(given | self.plan.farm))

    def start(self) -> None:
        """Start ingest and gateways, and wait until they all hear the broker."""
        if self.relay is not None:
            self.gate_broker.start()
            self.relay.start()
        for worker in self.workers:
            worker.start()
        self.farm.start()
        self.wait_until_online()

    def wait_until_online(self) -> None:
        """Until every gateway has reached the broker."""
        wait_for(lambda: self.farm.ask(do="status")["up"] == self.farm.settings.gateways, "the gateways are on line", within_s=60)

    def drained(self) -> bool:
        """Whether no outbox holds a row, or a span given up of which no row tells yet."""
        return self.farm.untold() == 0 and self.farm.unconfirmed() == 0

    def stop(self) -> None:
        """End everything that runs, last the broker and the store."""
        self.front.open.set()
        self.front.refusal = None
        self.farm.stop()
        for worker in self.workers:
            worker.stop()
        self.proxy.close()
        if self.relay is not None:
            self.relay.stop()
            self.gate_broker.stop()
        self.broker.stop()

    def close(self) -> None:
        """End the store too, once it has been read."""
        self.store.server.stop()
        self.front.shutdown()
        self.front.server_close()
        if self.disk is not None:
            self.disk.close()


def mosquitto_program() -> str:
    """The broker's program, from PATH or where Debian puts it; raises FileNotFoundError."""
    found = next((path for path in (*os.get_exec_path(), "/usr/sbin") if os.access(f"{path}/mosquitto", os.X_OK)), None)
    if found is None:
        raise FileNotFoundError("mosquitto is not on PATH; apt install mosquitto")
    return f"{found}/mosquitto"


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
