"""The gateway's side: what it does comes out as these bytes."""

import asyncio
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from edge.agent import Agent
from edge.drivers.protocol import Sample
from edge.levels import Levels
from edge.outbox import Outbox
from edge.rules.protocol import Level
from edge.settings import GatewaySettings
from edge.uplink import Uplink
from lamplighter.contract.records import ENCODER, CameraHealth, EvidenceNumber, Health
from lamplighter.runtime.clock import FakeClock
from lamplighter.runtime.mqtt import Message

pytestmark = pytest.mark.unit

JPEG = bytes.fromhex("ffd8ffe000104a46494600ffd9")
SPACES = {"a101-lamp": "a101", "gate-camera": "gate"}


@pytest.fixture
def clock(golden: Any) -> FakeClock:
    return FakeClock(golden.at_ms)


@pytest.fixture
def agent(gateway_settings: GatewaySettings, clock: FakeClock, golden: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Agent]:
    """A gateway that is not connected; its start has the golden messages' boot and boot_id."""
    monkeypatch.setattr(uuid, "uuid4", lambda: uuid.UUID(golden.boot_id))
    agent = Agent(gateway_settings, clock)
    monkeypatch.undo()
    yield agent
    agent._outbox.close()


@pytest.fixture
def outbox(agent: Agent) -> Outbox:
    return agent._outbox


@pytest.fixture
def uplink(agent: Agent) -> Uplink:
    return agent._uplink


def sent(outbox: Outbox, lane: str) -> list[bytes]:
    return [waiting.payload() for waiting in outbox.waiting(lane, after=0, limit=100)]


def lamp(*, active: bool, at_ms: int) -> Level:
    evidence = {"dimming_level_pct": 100.0, "active_power_w": 3.0} if active else {"dimming_level_pct": 100.0}
    return Level("lamp_failure", "lamp-failure", "a101-lamp", active, at_ms, evidence)


def test_readings_go_out_as_in_the_golden_message(agent: Agent, outbox: Outbox, golden: Any) -> None:
    at_ms = golden.at_ms
    agent._take([Sample("a101-lux1", "illuminance_lx", at_ms, 318.5), Sample("a101-lux2", "illuminance_lx", at_ms, None, "bad")])
    agent._take([Sample("a101-lamp", "lamp_failure", at_ms + 40, 0.0), Sample("a101-lamp", "active_power_w", at_ms + 40, 41.0)])
    asyncio.run(agent._flush())
    assert sent(outbox, "readings") == [golden.bytes_of("readings")]


def test_levels_go_out_as_in_the_golden_messages(outbox: Outbox, clock: FakeClock, golden: Any) -> None:
    levels = Levels(outbox, clock, spaces=SPACES, repeat_s=300)
    levels(lamp(active=True, at_ms=golden.at_ms))
    clock.advance(300)
    levels(lamp(active=True, at_ms=golden.at_ms + 300_000))
    levels.repeat_due()
    levels(lamp(active=False, at_ms=golden.at_ms + 420_000))
    offline = Level("camera_offline", "camera", "gate-camera", True, golden.at_ms + 430_000, {"reason": "摄像机无应答，请检查网线"})
    levels(offline)
    intruder: dict[str, EvidenceNumber] = {"count": 1, "score": 0.813, "box": [0.4, 0.3, 0.5, 0.9]}
    levels(Level("intrusion", "gate-at-night", "gate-camera", True, golden.at_ms + 440_000, intruder), still=lambda: JPEG)
    names = ("conditions-raised", "conditions-repeat", "conditions-cleared", "conditions-chinese", "conditions-with-still")
    assert sent(outbox, "conditions") == [golden.bytes_of(name) for name in names]
    assert sent(outbox, "evidence") == [golden.bytes_of("evidence")]


def test_health_goes_out_as_in_the_golden_message(golden: Any) -> None:
    camera = CameraHealth(id="gate-camera", state="offline", frames=51, inferences=50, inference_ms=38.2, reason="无应答")
    health = Health(
        at_ms=golden.at_ms,
        boot=golden.boot,
        uptime_s=61.5,
        cpu_pct=41.0,
        memory_pct=37.5,
        disk_free_mb=18230.4,
        temperature_c=48.0,
        clock_offset_ms=-12.5,
        outbox_rows={"conditions": 0, "readings": 2, "evidence": 0},
        devices_silent=["a101-lux2"],
        cameras=[camera],
    )
    assert ENCODER.encode(health) == golden.bytes_of("health")


@pytest.mark.parametrize("state", ["online", "offline"])
def test_availability_goes_out_as_in_the_golden_messages(uplink: Uplink, golden: Any, state: Any) -> None:
    assert uplink._availability(state) == golden.bytes_of(f"availability-{state}")


@pytest.mark.parametrize(("answer", "left"), [("stored", [3]), ("rejected", [1, 3])])
def test_the_golden_answers_let_the_gateway_forget(uplink: Uplink, golden: Any, answer: str, left: list[int]) -> None:
    outbox = uplink._outbox
    for _message in range(3):
        outbox.add("readings", b'{"readings":[]}')
    acknowledged: list[bool] = []
    uplink._answered(Message(golden.topic_of(answer), golden.bytes_of(answer), lambda: acknowledged.append(True)))
    assert [waiting.seq for waiting in outbox.waiting("readings", after=0, limit=9)] == left
    assert acknowledged == [True]


def test_the_gateway_listens_to_answers_and_commands_of_its_own_alone(uplink: Uplink, golden: Any) -> None:
    lanes = ("stored", "rejected", "command")
    assert uplink._connection._subscriptions == tuple(golden.gateway.topic(lane) for lane in lanes)


def test_a_command_is_handed_on_as_it_came(gateway_settings: GatewaySettings, golden: Any, uplink: Uplink) -> None:
    heard: list[bytes] = []
    listening = Uplink(
        golden.gateway,
        uplink._outbox,
        broker=gateway_settings.broker,
        settings=gateway_settings.uplink,
        clock=uplink._clock,
        on_command=heard.append,
    )
    listening._answered(Message(golden.gateway.topic("command"), b"anything", lambda: None))
    assert heard == [b"anything"]
