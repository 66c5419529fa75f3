"""The centre's side: these bytes are read, and answered with these bytes."""

from pathlib import Path
from typing import Any

import pytest

from ingest.answers import Confirmation
from ingest.lane import Lane
from ingest.metrics import IngestMetrics
from ingest.readings import ReadingRows, SeriesBook
from ingest.roster import Roster
from ingest.rows import Decoded, decode
from ingest.settings import IngestSettings
from lamplighter.contract.records import DECODERS, Availability, CameraHealth, Condition, Health, Still
from lamplighter.runtime.clock import FakeClock
from lamplighter.runtime.mqtt import BrokerSettings, Connection
from lamplighter.storage.sql.engine import SqlSettings
from lamplighter.storage.timeseries.duckdb import DuckDbSettings

pytestmark = pytest.mark.unit

PLACE = ("school-7", "gw1")


def read(golden: Any, roster: Roster, name: str) -> Decoded:
    decoded = decode(golden.topic_of(name), golden.bytes_of(name), roster)
    assert isinstance(decoded, Decoded), decoded
    return decoded


def test_golden_readings_become_rows(golden: Any, roster: Roster) -> None:
    decoded = read(golden, roster, "readings")
    at_ms = golden.at_ms
    rows = ReadingRows(SeriesBook(roster))
    assert rows.add(decoded, golden.topic_of("readings"), now_ms=at_ms + 1_000) == []
    assert list(rows.columns()) == [
        (*PLACE, "a101-lux1", "illuminance_lx", at_ms, 318.5, 0),
        (*PLACE, "a101-lux2", "illuminance_lx", at_ms, None, 2),
        (*PLACE, "a101-lamp", "lamp_failure", at_ms + 40, 0.0, 0),
        (*PLACE, "a101-lamp", "active_power_w", at_ms + 40, 41.0, 0),
    ]


def test_the_envelope_is_read_as_it_was_sent(golden: Any, roster: Roster) -> None:
    decoded = read(golden, roster, "conditions-cleared")
    envelope = decoded.envelope
    assert decoded.gateway == golden.gateway
    assert (envelope.boot, envelope.boot_id, envelope.seq, envelope.low, envelope.high) == (golden.boot, golden.boot_id, 3, 1, 5)


def test_fields_of_a_newer_gateway_are_ignored(golden: Any, roster: Roster) -> None:
    name = "readings-of-a-newer-gateway"
    rows = ReadingRows(SeriesBook(roster))
    assert rows.add(read(golden, roster, name), golden.topic_of(name), now_ms=golden.at_ms + 1_000) == []
    assert list(rows.columns()) == [(*PLACE, "a101-lux1", "illuminance_lx", golden.at_ms + 1_000, 318.0, 1)]


@pytest.mark.parametrize(
    ("name", "active", "repeat", "since_s"),
    [("conditions-raised", True, False, 0), ("conditions-repeat", True, True, 0), ("conditions-cleared", False, False, 420)],
)
def test_golden_levels_are_read(golden: Any, roster: Roster, name: str, *, active: bool, repeat: bool, since_s: int) -> None:
    body = read(golden, roster, name).envelope.body
    assert isinstance(body, Condition)
    assert (body.id, body.space) == ("lamp_failure:a101-lamp:lamp-failure", "a101")
    assert (body.active, body.repeat, body.since_ms) == (active, repeat, golden.at_ms + since_s * 1000)


def test_chinese_text_arrives_as_it_was_written(golden: Any, roster: Roster) -> None:
    assert read(golden, roster, "conditions-chinese").envelope.body.evidence == {"reason": "摄像机无应答，请检查网线"}


def test_the_golden_still_is_the_one_its_condition_names(golden: Any, roster: Roster) -> None:
    still = read(golden, roster, "evidence").envelope.body
    assert isinstance(still, Still)
    assert still.data == bytes.fromhex("ffd8ffe000104a46494600ffd9")
    assert still.sha256 == read(golden, roster, "conditions-with-still").envelope.body.still_sha256


def test_golden_health_is_read(golden: Any) -> None:
    health = DECODERS["health"].decode(golden.bytes_of("health"))
    assert isinstance(health, Health)
    assert (health.v, health.boot, health.outbox_rows["readings"], health.devices_silent) == (1, golden.boot, 2, ["a101-lux2"])
    assert health.cameras == [
        CameraHealth(id="gate-camera", state="offline", frames=51, inferences=50, inference_ms=38.2, reason="无应答")
    ]


@pytest.mark.parametrize("state", ["online", "offline"])
def test_golden_availability_is_read(golden: Any, state: Any) -> None:
    found = DECODERS["availability"].decode(golden.bytes_of(f"availability-{state}"))
    assert found == Availability(state=state, boot=golden.boot, at_ms=golden.at_ms)


def test_the_centre_answers_with_the_golden_bytes(
    golden: Any, roster: Roster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published: list[tuple[str, bytes]] = []
    monkeypatch.setattr(Connection, "publish", lambda _self, topic, payload, **_how: published.append((topic, payload)))
    settings = IngestSettings(
        data_dir=tmp_path,
        broker=BrokerSettings(url="mqtt://127.0.0.1:1"),
        store=DuckDbSettings(path=tmp_path / "x.duckdb"),
        sql=SqlSettings(url=f"sqlite:///{tmp_path / 'x.sqlite'}"),
    )
    lane = Lane(
        "readings",
        settings,
        commit=lambda _messages: [],
        roster=roster,
        clock=FakeClock(golden.at_ms + 180),
        metrics=IngestMetrics().lane("readings"),
    )
    refusal = (2, "'c301-lux1' belongs to gateway gw2, not gw1")
    lane._answer([Confirmation(golden.gateway, golden.boot, golden.boot_id, [(1, 2)], [refusal])])
    assert published == [(golden.topic_of(name), golden.bytes_of(name)) for name in ("stored", "rejected")]
