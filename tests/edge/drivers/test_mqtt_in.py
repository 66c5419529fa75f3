"""Devices heard at a real Mosquitto: Zigbee2MQTT's and Home Assistant's ways of speaking."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from pydantic import ValidationError
from structlog.testing import capture_logs

from edge.drivers.kinds import poll
from edge.drivers.mqtt_feed import MOST_WAITING, Feed
from edge.drivers.mqtt_in import MqttIn, MqttLink
from edge.drivers.protocol import Sample
from edge.rules.protocol import Level
from lamplighter.contract.errors import SettingsError, Unavailable
from lamplighter.runtime.clock import FakeClock, SystemClock
from lamplighter.runtime.mqtt import BrokerSettings
from tests.servers.mosquitto import Mosquitto
from tests.servers.processes import free_port

CLOSED = {"true": 0, "false": 1}
DOOR: dict[str, Any] = {
    "id": "door",
    "kind": "door_contact",
    "space": "b101",
    "topic": "zigbee2mqtt/door",
    "availability": "zigbee2mqtt/door/availability",
    "time_path": "last_seen",
    "points": [{"point": "door_open", "path": "contact", "words": CLOSED}, {"point": "battery_level_pct", "path": "battery"}],
}
AIR: dict[str, Any] = {
    "id": "air",
    "kind": "air_sensor",
    "space": "b101",
    "points": [{"point": "co2_ppm", "topic": "ha/sensor/co2/state"}, {"point": "temperature_c", "topic": "ha/sensor/t/state"}],
}


def bus_at(url: str, *devices: dict[str, Any], **settings: Any) -> MqttIn:
    given = {"id": "zigbee", "broker": {"url": url}, "poll_s": 0.05, "devices": list(devices) or [DOOR, AIR]}
    return MqttIn.model_validate({**given, **settings})


class Voice:
    """A device, or its bridge."""

    def __init__(self, url: str) -> None:
        self._client = paho.Client(CallbackAPIVersion.VERSION2)
        self._client.connect("127.0.0.1", int(url.rsplit(":", 1)[1]))
        self._client.loop_start()

    def say(self, topic: str, payload: Any, *, retain: bool = False) -> None:
        """Published and received by the broker."""
        text = payload if isinstance(payload, str | bytes) else json.dumps(payload)
        self._client.publish(topic, text, qos=1, retain=retain).wait_for_publish(5)

    def leave(self) -> None:
        """End."""
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def voice(mosquitto: Mosquitto) -> Iterator[Voice]:
    """Speaks at the run's broker; takes back what it had retained."""
    made = Voice(mosquitto.url)
    yield made
    for topic in ("zigbee2mqtt/door", "zigbee2mqtt/door/availability"):
        made.say(topic, b"", retain=True)
    made.leave()


async def heard(link: MqttLink, device: str, count: int) -> list[Sample]:
    """The next `count` samples of the device."""
    samples: list[Sample] = []
    async with asyncio.timeout(20):
        while len(samples) < count:
            samples += await link.read(device, [])
            await SystemClock().sleep(0.01)
    return samples


@pytest.mark.services
def test_both_ways_of_speaking_are_heard(mosquitto: Mosquitto, voice: Voice) -> None:
    async def work() -> tuple[list[Sample], list[Sample]]:
        link = bus_at(mosquitto.url).open(SystemClock())
        await link.connect()
        try:
            voice.say("zigbee2mqtt/door", {"contact": False, "battery": 87, "last_seen": "2026-11-22T00:00:00Z", "linkquality": 4})
            door = await heard(link, "door", 2)
            voice.say("ha/sensor/co2/state", "812")
            voice.say("ha/sensor/t/state", "unavailable")
            return door, await heard(link, "air", 2)
        finally:
            link.close()

    door, air = asyncio.run(work())
    assert [(row.point, row.value, row.quality, row.said_ms) for row in door] == [
        ("door_open", 1.0, "good", 1_795_305_600_000),
        ("battery_level_pct", 87.0, "good", 1_795_305_600_000),
    ]
    assert [(row.point, row.value, row.quality) for row in air] == [("co2_ppm", 812.0, "good"), ("temperature_c", None, "bad")]


@pytest.mark.services
@pytest.mark.parametrize(
    ("kept", "seen"),
    [
        (("uncertain", None), [("uncertain", 0.0)]),
        (("ignore", None), []),
        (("ignore", 60), [("good", 0.0)]),
        (("uncertain", 90_000), []),
    ],
    ids=["of unknown age", "ignored", "fresh by its own time", "old by its own time"],
)
def test_a_retained_word_is_as_old_as_it_says(
    mosquitto: Mosquitto, voice: Voice, kept: tuple[str, int | None], seen: list[tuple[str, float]]
) -> None:
    retained, age_s = kept

    async def work() -> list[Sample]:
        message: dict[str, Any] = {"contact": True}
        if age_s is not None:
            message["last_seen"] = SystemClock().now_ms() - age_s * 1000
        voice.say("zigbee2mqtt/door", message, retain=True)
        link = bus_at(mosquitto.url, retained=retained).open(SystemClock())
        await link.connect()
        try:
            voice.say("ha/sensor/co2/state", "1")  # said after the subscription, so after what was retained
            await heard(link, "air", 1)
            return await link.read("door", [])
        finally:
            link.close()

    assert [(row.quality, row.value) for row in asyncio.run(work())] == seen


@pytest.mark.services
def test_a_device_that_says_it_is_away_is_silent_once_and_back_once(mosquitto: Mosquitto, voice: Voice) -> None:
    levels: list[Level] = []

    async def work() -> None:
        samples: list[Sample] = []

        async def until(active: list[bool], *, saying: Any = None, topic: str = "zigbee2mqtt/door/availability") -> None:
            async with asyncio.timeout(20):
                while [level.active for level in levels] != active:
                    if saying is not None:
                        voice.say(topic, saying)
                    await SystemClock().sleep(0.02)

        def take(rows: Sequence[Sample]) -> None:
            samples.extend(rows)

        bus = bus_at(mosquitto.url, DOOR, silent_after_s=0.1)
        task = asyncio.create_task(poll(bus, clock=SystemClock(), on_samples=take, on_level=levels.append))
        await until([False], saying={"contact": True}, topic="zigbee2mqtt/door")
        await until([False, True], saying={"state": "offline"})
        await until([False, True, False], saying={"contact": True}, topic="zigbee2mqtt/door")
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(work())
    assert {level.source for level in levels} == {"door"}


@pytest.mark.services
def test_a_device_that_says_nothing_for_too_long_is_silent(mosquitto: Mosquitto) -> None:
    async def work() -> None:
        clock = FakeClock()
        link = bus_at(mosquitto.url, {**DOOR, "stale_after_s": 3600}).open(clock)
        await link.connect()
        try:
            clock.advance(3600)
            assert await link.read("door", []) == []
            clock.advance(1)
            with pytest.raises(Unavailable, match="nothing heard for 3600 s"):
                await link.read("door", [])
        finally:
            link.close()

    asyncio.run(work())


@pytest.mark.unit
def test_a_broker_that_is_away_is_named() -> None:
    url = f"mqtt://127.0.0.1:{free_port()}"
    with pytest.raises(Unavailable, match=f"{url}: nobody listens there"):
        asyncio.run(bus_at(url).open(SystemClock()).connect())


@pytest.mark.unit
def test_what_is_lost_of_a_flood_is_counted_and_the_newest_kept() -> None:
    feed = Feed(BrokerSettings(url="mqtt://127.0.0.1:1883"), "flooded", ["flood"], timeout_s=5, clock=FakeClock())
    client = paho.Client(CallbackAPIVersion.VERSION2)
    for number in range(MOST_WAITING + 5):
        message = paho.MQTTMessage(topic=b"flood")
        message.payload = str(number).encode()
        feed._received(client, None, message)
    with capture_logs() as logs:
        words = feed.words()
    assert (len(words), words[-1].payload) == (MOST_WAITING, b"10004")
    assert [(row["event"], row["count"]) for row in logs] == [("sensor_messages_lost", 5)]


@pytest.mark.unit
def test_every_slip_in_a_device_is_told_at_once() -> None:
    with pytest.raises(ValidationError) as refusal:
        bus_at("mqtt://127.0.0.1:1883", {**DOOR, "topic": None, "points": [{"point": "co2_ppm"}, {"point": "door_open"}]})
    assert "a door_contact has no co2_ppm" in str(refusal.value)
    assert "door_open has no topic; give it one, or the device" in str(refusal.value)


@pytest.mark.unit
@pytest.mark.parametrize("topic", ["zigbee2mqtt/+", "#", ""])
def test_a_topic_for_many_devices_is_refused(topic: str) -> None:
    with pytest.raises(ValidationError, match="must be one topic"):
        bus_at("mqtt://127.0.0.1:1883", {**DOOR, "topic": topic})


@pytest.mark.unit
def test_a_password_that_cannot_be_read_is_known_before_anything_starts(tmp_path: Path) -> None:
    broker = {"url": "mqtt://127.0.0.1:1883", "username": "u", "password_file": tmp_path / "gone"}
    with pytest.raises(SettingsError, match="cannot read the broker password"):
        bus_at("", broker=broker).check()
