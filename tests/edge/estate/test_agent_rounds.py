"""The agent looks after its recorders: what a recorder shows is in the outbox."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from edge.agent import Agent
from edge.outbox import Outbox, OutboxSettings
from edge.settings import GatewaySettings
from lamplighter.contract.errors import SettingsError
from lamplighter.contract.records import DECODERS
from lamplighter.runtime.clock import SystemClock
from lamplighter.runtime.settings import check_settings
from tests.onvif.answers import Kept
from tests.onvif.device import OnvifDevice
from tests.servers.processes import free_port

pytestmark = pytest.mark.services


def _settings(folder: Path, recorder: dict[str, object]) -> GatewaySettings:
    place = {"district": "d", "school": "s", "gateway": "g", "data_dir": folder, "flush_s": 0.2}
    broker = {"url": f"mqtt://127.0.0.1:{free_port()}"}
    return check_settings({**place, "broker": broker, "recorders": [recorder]}, GatewaySettings, where="gateway.toml")


def test_a_recorders_conditions_and_figures_are_in_the_outbox(tmp_path: Path) -> None:
    clock = SystemClock()
    now = clock.now()
    kept = Kept("r1", "gate", now - timedelta(days=3), now - timedelta(hours=2))
    with OnvifDevice(records=[kept]) as onvif:
        channel = {"camera": "gate-camera", "source": "gate", "space": "gate"}
        settings = _settings(tmp_path, {"id": "nvr1", "space": "office", "address": onvif.url, "channels": [channel]})
        asyncio.run(Agent(settings, clock).run(for_s=2.0, drain_s=0))
    outbox = Outbox(tmp_path / "outbox.sqlite", OutboxSettings(), clock)
    said = [DECODERS["conditions"].decode(row.payload()).body for row in outbox.waiting("conditions", after=0, limit=9)]
    assert [(row.kind, row.source, row.space) for row in said] == [
        ("recording_gap", "gate-camera", "gate"),
        ("retention_short", "gate-camera", "gate"),
    ]
    (message,) = outbox.waiting("readings", after=0, limit=9)
    readings = DECODERS["readings"].decode(message.payload()).body.readings
    assert [(row.point, row.quality) for row in readings] == [("recording_age_d", "bad"), ("unexplained_recording_gaps", "good")]


def test_what_is_wrong_with_a_recorder_is_told_all_at_once(tmp_path: Path) -> None:
    wrong = {"id": "nvr1", "space": "office", "address": "http://a:b@192.0.2.4", "channels": [], "replay_s": 0}
    with pytest.raises(SettingsError) as refusal:
        _settings(tmp_path, wrong)
    for words in ("must not hold a user or password", "channels", "replay_s"):
        assert words in str(refusal.value)
