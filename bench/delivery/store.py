"""The store of a rig: a real influxd where there is one, else the stand-in; and what stands in it, read without our own code."""

import csv
import io
import sys
import urllib.parse
import urllib.request
from pathlib import Path
from shutil import which
from typing import Final, NamedTuple

from bench.delivery.script import Key
from lamplighter.storage.timeseries.influxdb import InfluxDbStore
from lamplighter.storage.timeseries.influxdb_http import InfluxDbSettings
from tests.servers import influxdb as real
from tests.servers.processes import Server, free_port

MEASUREMENTS: Final = ("reading", "reading_misdated")
BUCKET: Final = "lamplighter_raw"


class StoredRow(NamedTuple):
    """A row as the store has it."""

    key: Key
    value: float


class StandIn:
    """A process that appends lines to a file."""

    kind = "stand-in"

    def __init__(self, folder: Path, environment: dict[str, str] | None = None) -> None:
        folder.mkdir()
        self.file = folder / "lines"
        self.token_file = folder.with_name("token")
        self.token_file.write_text("any", "utf-8")
        port = free_port()
        command = [sys.executable, "-m", "bench.delivery.stand_in", str(port), str(self.file)]
        if environment:
            command = ["env", *(f"{name}={value}" for name, value in environment.items()), *command]
        self.server = Server(command, port, log=folder / "log")
        self.server.start()

    def rows(self) -> list[StoredRow]:
        """The rows; a line with the series and time of an earlier one takes its place, as in InfluxDB."""
        found: dict[bytes, StoredRow] = {}
        for line in self.file.read_bytes().split(b"\n"):
            series, _, rest = line.partition(b" ")
            name, _, tags = series.partition(b",")
            if name.decode() in MEASUREMENTS:
                fields, _, at_ms = rest.rpartition(b" ")
                if b"value=" in fields:
                    found[series + at_ms] = _row(tags.decode(), fields.decode(), int(at_ms))
        return list(found.values())


def _row(tags: str, fields: str, at_ms: int) -> StoredRow:
    tag = dict(part.split("=", 1) for part in tags.split(","))
    field = dict(part.split("=", 1) for part in fields.split(","))
    return StoredRow(Key(tag["gateway"], tag["device"], at_ms), float(field["value"]))


class Influx:
    """A real influxd with its data in a folder."""

    kind = "influxdb"

    def __init__(self, folder: Path, path: str) -> None:
        folder.mkdir()
        self._real = real.start(path, folder)
        if self._real.process is None:
            raise ValueError("the server runs elsewhere and cannot be killed")
        self.server: Server = self._real.process
        self.token_file = self._real.token_file
        store = InfluxDbStore(InfluxDbSettings(url=self._real.url, token_file=self.token_file, raw_days=0))
        store.prepare()
        store.close()

    def rows(self) -> list[StoredRow]:
        """Every row, by InfluxQL over HTTP."""
        real.wait_until_healthy(self._real.url)
        found: list[StoredRow] = []
        for name in MEASUREMENTS:
            found += self._rows_of(name)
        return found

    def _rows_of(self, measurement: str) -> list[StoredRow]:
        query = f'SELECT "gateway","device","value" FROM "{measurement}"'  # noqa: S608 - a name of ours
        asked = urllib.parse.urlencode({"db": BUCKET, "epoch": "ms", "q": query})
        request = urllib.request.Request(  # noqa: S310 - a loopback address of ours
            f"{self._real.url}/query?{asked}",
            headers={"Authorization": f"Token {self.token_file.read_text('utf-8')}", "Accept": "application/csv"},
        )
        with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310 - the same
            text = answer.read().decode()
        return [
            StoredRow(Key(row["gateway"], row["device"], int(row["time"])), float(row["value"]))
            for row in csv.DictReader(io.StringIO(text))
            if row.get("value")
        ]


def open_store(kind: str, folder: Path, environment: dict[str, str] | None = None) -> StandIn | Influx:
    """`influxdb` where influxd is on PATH and wanted, else the stand-in."""
    path = which("influxd")
    if kind == "influxdb" and path is not None:
        return Influx(folder, path)
    return StandIn(folder, environment)
