"""A store that is killed twice keeps what it acknowledged in between."""

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from lamplighter.contract.measurements import READING
from lamplighter.storage.timeseries.influxdb import InfluxDbStore
from tests.servers.absent import absent, program
from tests.servers.influxdb import InfluxServer, start, wait_until_healthy

pytestmark = pytest.mark.services

BEGIN_MS = 1_780_000_000_000
TORN = struct.pack(">BI", 1, 5_000) + bytes(1_000)
"""A log's entry of 5,000 bytes of which the first 1,000 were written (type, length, data)."""


def row_at(number: int) -> tuple[str, str, str, str, int, float, int]:
    return ("s1", "gw1", "lux1", "illuminance_lx", BEGIN_MS + number, 0.25 * number, 0)


@pytest.fixture(params=[True, False], ids=["closed", "bare"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[InfluxServer, bool]]:
    """A server of its own, as production starts it, and bare."""
    path = program("influxd")
    if path is None:
        absent(request.config, "influxdb")
    made = start(path, tmp_path, closes_logs=request.param)
    yield made, request.param
    assert made.process is not None
    made.process.stop()


def kill_and_restart(server: InfluxServer, *, torn: Path | None = None) -> None:
    assert server.process is not None
    server.process.kill()
    if torn is not None:
        with torn.open("ab") as log:
            log.write(TORN)
    server.process.restart()
    wait_until_healthy(server.url)


def test_what_was_acknowledged_after_a_death_in_the_middle_of_a_write_survives_the_next_one(
    server: tuple[InfluxServer, bool], tmp_path: Path
) -> None:
    influxd, closed = server
    store = InfluxDbStore(influxd.settings())
    store.prepare()
    span = {"start_ms": BEGIN_MS, "end_ms": BEGIN_MS + 1_000}
    assert store.write(READING, [row_at(number) for number in range(100)]) == []
    (log,) = (path for path in (tmp_path / "engine" / "wal").rglob("*.wal"))
    kill_and_restart(influxd, torn=log)
    assert store.write(READING, [row_at(number) for number in range(100, 600)]) == []
    assert store.count(READING, where={}, **span) == 600
    kill_and_restart(influxd)
    # The control: a bare InfluxDB loses them. Where it no longer does, the script has had its day.
    assert store.count(READING, where={}, **span) == (600 if closed else 100)
    store.close()
