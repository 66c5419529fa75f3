"""How the InfluxDB store meets a server that is away, busy, wrongly set up, or of another opinion about a line."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec
import pytest

from lamplighter.contract.errors import SettingsError, Unavailable
from lamplighter.contract.measurements import READING, ROOM_10MIN, RowTuple
from lamplighter.runtime.clock import SystemClock
from lamplighter.storage.timeseries import influxdb_http
from lamplighter.storage.timeseries.influxdb import InfluxDbStore
from lamplighter.storage.timeseries.influxdb_http import InfluxDb, InfluxDbSettings
from tests.servers.absent import absent, program
from tests.servers.influxdb import InfluxServer, start, wait_until_healthy
from tests.servers.processes import free_port

NOW_MS = SystemClock().now_ms()
HOUR_MS = 3_600_000


def reading(at_ms: int, device: str = "desk") -> RowTuple:
    return ("yucai", "gateway", device, "illuminance_lx", at_ms, 300.0, 0)


def stored(store: InfluxDbStore) -> list[int]:
    rows = store.select(READING, where={}, start_ms=NOW_MS - 1_000 * HOUR_MS, end_ms=NOW_MS + HOUR_MS)
    return [int(row["at_ms"] or 0) - NOW_MS for row in rows]


class StandIn(ThreadingHTTPServer):
    """Answers every write with `status`, `headers` and `body`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.status, self.headers, self.body = 204, {}, b""
        self.released = threading.Event()
        self.released.set()

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"


class _Answer(BaseHTTPRequestHandler):
    server: StandIn

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.released.wait(20)
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    server = StandIn()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.released.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    path = tmp_path / "token"
    path.write_text("a token\n", "utf-8")
    return path


@pytest.fixture
def store(stand_in: StandIn, token_file: Path) -> Iterator[InfluxDbStore]:
    """A store that writes to the stand-in."""
    opened = InfluxDbStore(InfluxDbSettings(url=stand_in.url, token_file=token_file, create_buckets=False, timeout_s=5))
    yield opened
    opened.close()


@pytest.mark.unit
@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_unavailable_for_as_long_as_it_says(store: InfluxDbStore, stand_in: StandIn, status: int) -> None:
    stand_in.status, stand_in.headers = status, {"Retry-After": "7"}
    with pytest.raises(Unavailable) as caught:
        store.write(READING, [reading(NOW_MS)])
    assert caught.value.retry_after_s == 7


@pytest.mark.unit
@pytest.mark.parametrize("status", [301, 400, 422, 500, 502, 504])
def test_an_answer_that_is_not_about_lines_is_unavailable(store: InfluxDbStore, stand_in: StandIn, status: int) -> None:
    stand_in.status, stand_in.body = status, b"<html>a proxy says no</html>"
    with pytest.raises(Unavailable):
        store.write(READING, [reading(NOW_MS)])


@pytest.mark.unit
@pytest.mark.parametrize("then", [b'{"results":[{"error":"query timeout"}]}\n', b'{"results":[{"ser'])
def test_a_long_answer_that_ends_in_an_error_or_breaks_off_is_unavailable(
    store: InfluxDbStore, stand_in: StandIn, then: bytes
) -> None:
    part = {"tags": dict.fromkeys(READING.tags, "x"), "columns": ["time", "value"], "values": [[NOW_MS, 1.0]]}
    stand_in.status, stand_in.body = 200, msgspec.json.encode({"results": [{"series": [part]}]}) + b"\n" + then
    with pytest.raises(Unavailable):
        store.windows(READING, "value", where={}, start_ms=NOW_MS, end_ms=NOW_MS + 1, every_ms=600_000)


@pytest.mark.unit
def test_a_server_that_does_not_answer_in_time_is_unavailable(stand_in: StandIn, token_file: Path) -> None:
    stand_in.released.clear()
    store = InfluxDbStore(InfluxDbSettings(url=stand_in.url, token_file=token_file, create_buckets=False, timeout_s=0.1))
    with pytest.raises(Unavailable):
        store.write(READING, [reading(NOW_MS)])
    store.close()


@pytest.mark.unit
def test_nobody_listening_is_unavailable(token_file: Path) -> None:
    store = InfluxDbStore(InfluxDbSettings(url=f"http://127.0.0.1:{free_port()}", token_file=token_file))
    for _ in range(2):
        with pytest.raises(Unavailable, match="refused"):
            store.write(READING, [reading(NOW_MS)])
    store.close()


@pytest.mark.unit
@pytest.mark.parametrize("content", [None, "", " \n"])
def test_a_missing_or_empty_token_is_a_settings_error(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "token"
    if content is not None:
        path.write_text(content, "utf-8")
    with pytest.raises(SettingsError, match="token"):
        InfluxDbStore(InfluxDbSettings(url="http://127.0.0.1:1", token_file=path))


@pytest.mark.services
def test_a_wrong_token_keeps_everything_and_says_so_loudly(influxdb: InfluxDbSettings, token_file: Path) -> None:
    store = InfluxDbStore(influxdb.model_copy(update={"token_file": token_file, "create_buckets": False}))
    for call in (lambda: store.write(READING, [reading(NOW_MS)]), lambda: stored(store)):
        with pytest.raises(Unavailable, match=r"SET UP WRONG.*401"):
            call()
    store.close()


@pytest.mark.services
def test_a_missing_bucket_keeps_everything_and_says_so_loudly(influxdb: InfluxDbSettings) -> None:
    store = InfluxDbStore(influxdb.model_copy(update={"create_buckets": False}))
    for call in (lambda: store.write(READING, [reading(NOW_MS)]), lambda: stored(store)):
        with pytest.raises(Unavailable, match=r"SET UP WRONG.*not found"):
            call()
    store.close()


@pytest.mark.services
def test_the_rollup_bucket_has_files_of_a_year_and_making_it_twice_is_harmless(influxdb: InfluxDbSettings) -> None:
    from influxdb_client.client.influxdb_client import InfluxDBClient

    store = InfluxDbStore(influxdb)
    store.prepare()
    store.prepare()
    with InfluxDBClient(influxdb.url, influxdb.token_file.read_text("utf-8"), org=influxdb.org) as client:
        rollup = client.buckets_api().find_bucket_by_name(influxdb.rollup_bucket)
        assert rollup.retention_rules[0].shard_group_duration_seconds == 365 * 86_400
    store.close()


@pytest.mark.services
def test_rows_older_than_the_bucket_keeps_are_expired_and_the_others_stored(influxdb_server: InfluxServer) -> None:
    store = InfluxDbStore(influxdb_server.settings(raw_days=1, request_lines=4))
    rows = [reading(NOW_MS - hours * HOUR_MS) for hours in (0, 50, 1, 2, 60, 3, 70, 4)]
    refused = store.write(READING, rows)
    assert [one.position for one in refused] == [1, 4, 6]
    assert all(one.reason.startswith("expired:") for one in refused)
    assert stored(store) == [hours * -HOUR_MS for hours in (4, 3, 2, 1, 0)]
    store.close()


@pytest.mark.services
def test_a_row_whose_field_has_another_type_in_the_bucket_is_refused_alone(influxdb: InfluxDbSettings) -> None:
    store = InfluxDbStore(influxdb)
    store.prepare()
    server = InfluxDb(influxdb)
    # Another program wrote text where we write numbers: the type holds within one file, here a week.
    line = f'reading,device=odd,gateway=gateway,point=illuminance_lx,school=yucai value="dark" {NOW_MS}'
    assert server.write(influxdb.raw_bucket, line) is None
    week_ms = 7 * 24 * HOUR_MS
    refused = store.write(READING, [reading(NOW_MS - 2 * week_ms), reading(NOW_MS), reading(NOW_MS - 3 * week_ms)])
    assert [one.position for one in refused] == [1]
    assert "field type conflict" in refused[0].reason
    assert [at_ms for at_ms in stored(store) if at_ms != 0] == [-3 * week_ms, -2 * week_ms]
    server.close()
    store.close()


@pytest.mark.services
def test_a_malformed_line_stores_nothing_of_its_request_as_servers_do(influxdb: InfluxDbSettings) -> None:
    store = InfluxDbStore(influxdb)
    store.prepare()
    server = InfluxDb(influxdb)
    refusal = server.write(influxdb.raw_bucket, f"reading,device=a value=1 {NOW_MS}\nreading,device=b value= {NOW_MS}")
    assert refusal is not None
    assert (refusal.status, "unable to parse" in refusal.message) == (400, True)
    assert store.count(READING, where={}, start_ms=0, end_ms=NOW_MS + 1) == 0
    server.close()
    store.close()


@pytest.mark.services
def test_more_rows_than_one_request_carries_are_all_stored(influxdb_server: InfluxServer) -> None:
    store = InfluxDbStore(influxdb_server.settings(request_lines=7, connections=3))
    assert store.write(READING, [reading(NOW_MS + i) for i in range(100)]) == []
    assert stored(store) == list(range(100))
    store.close()


@pytest.mark.services
def test_a_series_that_comes_in_parts_is_one(influxdb: InfluxDbSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(influxdb_http, "CHUNK_ROWS", 3)
    store = InfluxDbStore(influxdb)
    store.write(READING, [reading(NOW_MS + i, device) for device in ("desk", "door") for i in range(20)])
    found = store.windows(READING, "value", where={}, start_ms=NOW_MS, end_ms=NOW_MS + 20, every_ms=10**13)
    store.close()
    assert [(window.tags[2], window.n) for window in found] == [("desk", 20), ("door", 20)]


@pytest.mark.services
def test_a_killed_server_is_unavailable_and_comes_back_with_every_row(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    path = program("influxd") or absent(request.config, "influxdb")
    server = start(path, tmp_path)
    assert server.process is not None
    store = InfluxDbStore(server.settings())
    try:
        store.write(READING, [reading(NOW_MS + i) for i in range(1_000)])
        store.write(ROOM_10MIN, [("yucai", "r1", NOW_MS, 1.0, 1.0, 1, None, None, None, None)])
        server.process.kill()
        with pytest.raises(Unavailable):
            store.write(READING, [reading(NOW_MS + 1_000)])
        server.process.restart()
        wait_until_healthy(server.url)
        assert store.write(READING, [reading(NOW_MS + 1_000)]) == []
        assert stored(store) == list(range(1_001))
    finally:
        store.close()
        server.process.stop()
