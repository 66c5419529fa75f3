"""What the DuckDB store promises beyond the contract: one owner, durable on return, mended after a failure."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lamplighter.contract.errors import SettingsError, Unavailable
from lamplighter.contract.measurements import READING, RowTuple
from lamplighter.storage.timeseries.duckdb import DuckDbSettings, DuckDbStore
from lamplighter.storage.timeseries.settings import open_existing_store
from lamplighter.storage.timeseries.spans import GAP_MS

pytestmark = pytest.mark.unit

START_MS = 1_795_200_000_000
WRITER = """
import sys
from pathlib import Path
from lamplighter.contract.measurements import READING
from lamplighter.storage.timeseries.duckdb import DuckDbSettings, DuckDbStore
store = DuckDbStore(DuckDbSettings(path=Path(sys.argv[1])))
for batch in range(1_000_000):
    store.write(READING, [("school", "gateway", f"d{i}", "illuminance_lx", batch, 1.0, 0) for i in range(500)])
    print(batch, flush=True)
"""
FULL_DISK = """
import resource, sys
from pathlib import Path
from lamplighter.contract.errors import Unavailable
from lamplighter.contract.measurements import READING
from lamplighter.storage.timeseries.duckdb import DuckDbSettings, DuckDbStore
path = Path(sys.argv[1])
store = DuckDbStore(DuckDbSettings(path=path))
rows = [[("school", "gateway", f"d{i}", "illuminance_lx", batch, i / 7, 0) for i in range(5_000)] for batch in range(3)]
store.write(READING, rows[0])
log = path.with_name(path.name + ".wal")
resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size + 5_000, resource.RLIM_INFINITY))
try:
    store.write(READING, rows[1])
except Unavailable:
    print("unavailable")
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
store.write(READING, rows[1])
store.write(READING, rows[2])
print(store.count(READING, where={}, start_ms=0, end_ms=10))
"""


def reading(after_ms: int, value: float | None, device: str = "desk") -> RowTuple:
    return ("yucai", "gateway", device, "illuminance_lx", START_MS + after_ms, value, 0)


def rows_of(store: DuckDbStore) -> dict[tuple[str, int], float | None]:
    rows = store.select(READING, where={}, start_ms=0, end_ms=2 * START_MS)
    found = {(str(row["device"]), int(row["at_ms"] or 0) - START_MS): row["value"] for row in rows}
    assert len(found) == len(rows)
    return found  # type: ignore[return-value] # `value` is a float


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new folder" / "series.duckdb"


@pytest.fixture
def store(path: Path) -> Iterator[DuckDbStore]:
    opened = DuckDbStore(DuckDbSettings(path=path))
    yield opened
    opened.close()


@pytest.fixture
def writer(path: Path) -> Iterator["subprocess.Popen[str]"]:
    """A process that writes a batch of 500 rows for each line it prints."""
    with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def test_every_row_of_a_write_that_returned_survives_a_kill(path: Path, writer: "subprocess.Popen[str]") -> None:
    assert writer.stdout is not None
    acknowledged = [int(writer.stdout.readline()) for _ in range(20)][-1] + 1
    writer.kill()
    acknowledged += len(writer.stdout.readlines())
    writer.wait()
    store = DuckDbStore(DuckDbSettings(path=path))
    assert store.count(READING, where={}, start_ms=0, end_ms=acknowledged) == 500 * acknowledged
    store.close()


def test_a_second_process_is_told_who_owns_the_file(path: Path, writer: "subprocess.Popen[str]") -> None:
    assert writer.stdout is not None
    writer.stdout.readline()
    with pytest.raises(SettingsError, match=rf"PID {writer.pid}\b.*choose another file"):
        DuckDbStore(DuckDbSettings(path=path))


def test_a_second_store_in_the_process_is_refused(path: Path, store: DuckDbStore) -> None:
    with pytest.raises(SettingsError, match="already open in this process"):
        DuckDbStore(DuckDbSettings(path=path))
    assert store.write(READING, [reading(0, 1.0)]) == []


def test_a_full_disk_is_unavailable_and_loses_nothing_when_it_has_room_again(path: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", FULL_DISK, str(path)], capture_output=True, text=True, check=False)
    assert ended.stdout.split() == ["unavailable", "15000"], ended.stderr


def test_a_file_that_is_no_database_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but long enough to look for a header in it" * 100, "utf-8")
    with pytest.raises(SettingsError, match=r"notes\.txt.*choose another"):
        DuckDbStore(DuckDbSettings(path=path))


def test_a_folder_that_cannot_be_made_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(SettingsError, match="folder cannot be made"):
        DuckDbStore(DuckDbSettings(path=tmp_path / "file" / "below" / "series.duckdb"))


def test_a_file_without_a_newer_field_gets_it(path: Path, store: DuckDbStore) -> None:
    store.write(READING, [reading(0, 1.0)])
    store.close()
    with duckdb.connect(str(path)) as connection:
        connection.execute("DROP VIEW reading")
        connection.execute("ALTER TABLE reading_rows DROP COLUMN quality")
    reopened = DuckDbStore(DuckDbSettings(path=path))
    reopened.write(READING, [reading(1, 2.0)])
    assert [row["quality"] for row in reopened.select(READING, where={}, start_ms=START_MS, end_ms=START_MS + 9)] == [None, 0]
    reopened.close()


def test_a_file_of_another_layout_is_refused(path: Path, store: DuckDbStore) -> None:
    store.close()
    with duckdb.connect(str(path)) as connection:
        connection.execute("DROP VIEW reading")
        connection.execute("ALTER TABLE reading_series RENAME gateway TO box")
    with pytest.raises(SettingsError, match="reading_series: gateway is absent"):
        DuckDbStore(DuckDbSettings(path=path))


def test_a_closed_store_is_unavailable(store: DuckDbStore) -> None:
    store.close()
    with pytest.raises(Unavailable, match="was closed"):
        store.write(READING, [reading(0, 1.0)])


def test_reading_and_writing_at_once_disturb_each_other_nowise(store: DuckDbStore) -> None:
    def write(batch: int) -> None:
        store.write(READING, [reading(batch * 100 + i, 1.0, f"d{i}") for i in range(100)])

    def read(_turn: int) -> int:
        return store.count(READING, where={"school": "yucai"}, start_ms=0, end_ms=2 * START_MS) % 100

    with ThreadPoolExecutor(4) as threads:
        writes, reads = threads.map(write, range(30)), threads.map(read, range(30))
        assert [*writes] == [None] * 30
        assert {*reads} == {0}, "a reader saw part of a batch"
    assert len(rows_of(store)) == 3_000


# Times around each other, some far enough apart to start a new span.
TIMES = st.builds(lambda far, near: far * GAP_MS * 2 + near, st.integers(0, 12), st.integers(0, 3))
BATCH = st.dictionaries(st.tuples(st.sampled_from("abc"), TIMES), st.none() | st.sampled_from([1.0, 2.0]), max_size=12)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(BATCH, max_size=8))
def test_any_order_of_batches_with_repeats_leaves_the_last_value_once(
    store: DuckDbStore, batches: list[dict[tuple[str, int], float | None]]
) -> None:
    prefix = uuid4().hex
    expected: dict[tuple[str, int], float | None] = {}
    for batch in batches:
        store.write(READING, [reading(after_ms, value, prefix + device) for (device, after_ms), value in batch.items()])
        expected |= {(prefix + device, after_ms): value for (device, after_ms), value in batch.items()}
    found = rows_of(store)
    assert {key: found[key] for key in found if key[0].startswith(prefix)} == expected


@settings(max_examples=4, deadline=None)
@given(before=BATCH, after=BATCH)
def test_a_restart_forgets_nothing_of_what_is_stored(
    tmp_path_factory: pytest.TempPathFactory,
    before: dict[tuple[str, int], float | None],
    after: dict[tuple[str, int], float | None],
) -> None:
    settings_ = DuckDbSettings(path=tmp_path_factory.mktemp("restart") / "series.duckdb")
    for batch in (before, after):
        store = DuckDbStore(settings_)
        store.write(READING, [reading(after_ms, value, device) for (device, after_ms), value in batch.items()])
        found = rows_of(store)
        store.close()
    assert found == before | after


def test_a_command_that_only_looks_makes_no_file(tmp_path: Path) -> None:
    given = DuckDbSettings(path=tmp_path / "series.duckdb")
    with pytest.raises(SettingsError, match=r"series\.duckdb: is not there; .* run it where ingest was started"):
        open_existing_store(given)
    assert list(tmp_path.iterdir()) == []
    DuckDbStore(given).close()
    open_existing_store(given).close()
