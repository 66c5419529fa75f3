"""What a person does by hand: look into an outbox, carry its messages, account for them, try refusals again, take rows out."""

import json
from pathlib import Path

import pytest
import tomli_w
from typer.testing import CliRunner

from edge.outbox import Outbox, OutboxSettings
from lamplighter.cli import app, commands
from lamplighter.contract.records import ENCODER, Condition, Envelope, Reading, Readings
from lamplighter.runtime.clock import FakeClock

pytestmark = pytest.mark.unit
AT_MS = 1_780_000_000_000
commands.register(app)
SITE = """
district = "d1"
school = "s1"
label = {{ zh = "校", en = "School" }}
[[spaces]]
id = "a1"
building = "a"
label = {{ zh = "室", en = "Room" }}
[[devices]]
id = "lux1"
gateway = "gw1"
space = "a1"
kind = "light_sensor"
[[cameras]]
id = "cam1"
gateway = "{owner}"
space = "a1"
label = {{ zh = "门", en = "Gate" }}
"""


@pytest.fixture
def gateway(tmp_path: Path) -> Path:
    """A gateway's settings file, and an outbox in which three messages wait."""
    outbox = Outbox(tmp_path / "gw" / "outbox.sqlite", OutboxSettings(reserve_bytes=0), FakeClock(AT_MS))
    outbox.add("readings", ENCODER.encode(Readings([Reading("lux1", "illuminance_lx", AT_MS, 300.0)])))
    outbox.add("readings", ENCODER.encode(Readings([Reading("lux9", "illuminance_lx", AT_MS + 1, -5.0)])))
    level = Condition(id="a", kind="intrusion", name="x", source="cam1", active=True, at_ms=AT_MS, since_ms=AT_MS)
    outbox.add("conditions", ENCODER.encode(level))
    outbox.close()
    broker = {"url": "mqtt://127.0.0.1:1"}
    content = {"district": "d1", "school": "s1", "gateway": "gw1", "data_dir": str(tmp_path / "gw"), "broker": broker}
    file = tmp_path / "gateway.toml"
    file.write_text(tomli_w.dumps(content), "utf-8")
    return file


@pytest.fixture
def ingest(tmp_path: Path) -> Path:
    """The settings file of an ingest with stores of its own."""
    content = {
        "data_dir": str(tmp_path / "centre"),
        "broker": {"url": "mqtt://127.0.0.1:1"},
        "store": {"kind": "duckdb", "path": str(tmp_path / "x.duckdb")},
        "sql": {"url": f"sqlite:///{tmp_path / 'x.sqlite'}"},
    }
    file = tmp_path / "ingest.toml"
    file.write_text(tomli_w.dumps(content), "utf-8")
    return file


def ran(*words: str | Path, code: int = 0) -> str:
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture
def carried(gateway: Path, ingest: Path, tmp_path: Path) -> Path:
    """What waited was carried to the centre and taken in."""
    file = tmp_path / "carried.jsonl"
    assert "3 messages" in ran("edge", "outbox", "export", gateway, "--out", file)
    assert "3 messages, 0 refused whole" in ran("ingest", "import", ingest, file)
    return file


def test_an_outbox_says_what_waits_and_begins_no_new_start(gateway: Path) -> None:
    first = json.loads(ran("edge", "outbox", "status", gateway, "--json"))
    assert (first["readings"]["messages"], first["conditions"]["messages"], first["evidence"]["messages"]) == (2, 1, 0)
    assert json.loads(ran("edge", "outbox", "status", gateway, "--json")) == first


@pytest.mark.usefixtures("carried")
def test_what_was_carried_by_hand_is_accounted_for(ingest: Path) -> None:
    lanes = [json.loads(line) for line in ran("completeness", ingest, "--json").splitlines()]
    assert [(lane["lane"], lane["produced"], lane["stored"], lane["missing"]) for lane in lanes] == [
        ("conditions", 1, 1, 0),
        ("readings", 2, 2, 0),
    ]


def test_carried_twice_it_is_stored_once(carried: Path, ingest: Path, tmp_path: Path) -> None:
    ran("ingest", "import", ingest, carried)
    out = tmp_path / "rows.csv"
    ran("export", "readings", "2026-05-28T00:00:00", "2026-05-29T00:00:00", out, ingest, code=2)
    ran("export", "readings", ingest, "--from", "2026-05-28", "--to", "2026-05-30", "--out", out)
    assert out.read_text("utf-8").splitlines()[1:] == [f"s1,gw1,lux1,illuminance_lx,{AT_MS},300.0,0"]


@pytest.mark.usefixtures("carried")
def test_rows_come_out_as_parquet(ingest: Path, tmp_path: Path) -> None:
    import duckdb

    out = tmp_path / "rows.parquet"
    ran("export", "conditions", ingest, "--from", "2026-05-28", "--to", "2026-05-30", "--out", out)
    with duckdb.connect() as connection:
        assert connection.execute(f"SELECT id, at_ms FROM '{out}'").fetchall() == [("a", AT_MS)]  # noqa: S608 - a test's path


def test_a_missing_message_makes_completeness_fail(carried: Path, ingest: Path) -> None:
    lines = carried.read_bytes().splitlines(keepends=True)
    carried.write_bytes(lines[-1].replace(b'"seq":2,"low":1,"high":2', b'"seq":9,"low":9,"high":9'))
    ran("ingest", "import", ingest, carried)
    assert "missing 3..8" in ran("completeness", ingest, code=1)


@pytest.mark.usefixtures("carried")
def test_the_quarantine_is_listed_shown_and_purged(ingest: Path) -> None:
    (line,) = ran("quarantine", "list", ingest).splitlines()
    number = line.split("\t")[0]
    assert "lies outside" in line
    assert '"lux9"' in ran("quarantine", "show", ingest, "--number", number)
    assert "1 thrown away" in ran("quarantine", "purge", ingest, "--before", "2100-01-01")
    assert ran("quarantine", "list", ingest) == ""


def test_a_refused_message_is_stored_when_its_reason_is_gone(ingest: Path) -> None:
    site = ingest.with_name("site.toml")
    ingest.write_text(f"site_files = ['{site}']\n" + ingest.read_text("utf-8"), "utf-8")
    site.write_text(SITE.format(owner="gw2"), "utf-8")
    level = Condition(id="a", kind="intrusion", name="x", source="cam1", active=True, at_ms=AT_MS, since_ms=AT_MS)
    envelope = Envelope(boot=1, boot_id="b", seq=1, low=1, high=1, body=level)
    file = ingest.with_name("one.jsonl")
    file.write_bytes(b'{"topic":"campus/v1/d1/s1/gw1/conditions","message":' + ENCODER.encode(envelope) + b"}\n")
    assert "1 refused whole" in ran("ingest", "import", ingest, file)
    number = ran("quarantine", "list", ingest).split("\t")[0]
    assert "refused again" in ran("quarantine", "replay", ingest, "--number", number, code=1)
    site.write_text(SITE.format(owner="gw1"), "utf-8")
    assert "stored" in ran("quarantine", "replay", ingest, "--number", number)
    assert ran("quarantine", "list", ingest) == ""


def test_neither_a_file_nor_a_folder_is_one_clear_error() -> None:
    result = CliRunner().invoke(app, ["completeness"])
    assert "give either FILE" in str(result.exception)
