"""The past told through a real broker to a centre that answers, stays silent, or refuses."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from lamplighter.contract.errors import SettingsError
from lamplighter.contract.records import DECODERS, ENCODER, RejectedNotice, Stored
from lamplighter.contract.topics import Gateway
from lamplighter.runtime.clock import SystemClock
from simulator.backlog import Backlog
from simulator.history import HistoryRefused, tell
from tests.servers.mosquitto import Mosquitto
from tests.servers.processes import wait_for

pytestmark = pytest.mark.services

UNTIL_MS = 1_795_295_000_000


class Centre:
    """Hears one gateway's readings; answers each message while `answering`, refuses those in `refusing`."""

    def __init__(self, gateway: Gateway, *, answering: bool = True, refusing: frozenset[int] = frozenset()) -> None:
        self.heard: list[int] = []
        self.answering = answering
        self._refusing = refusing
        self._gateway = gateway
        self.ready = threading.Event()

    @contextmanager
    def at(self, broker: Mosquitto) -> Iterator[None]:
        """Connected to this broker."""
        client = paho.Client(CallbackAPIVersion.VERSION2)
        client.on_connect = self._connected
        client.on_subscribe = lambda *_arguments: self.ready.set()
        client.on_message = self._received
        client.reconnect_delay_set(1, 1)
        client.connect("127.0.0.1", broker.port)
        client.loop_start()
        assert self.ready.wait(20)
        try:
            yield
        finally:
            client.disconnect()
            client.loop_stop()

    def _connected(self, client: paho.Client, *_arguments: object) -> None:
        client.subscribe(self._gateway.topic("readings"), qos=1)

    def _received(self, client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        told = DECODERS["readings"].decode(message.payload)
        self.heard.append(told.seq)
        if not self.answering:
            return
        if told.seq in self._refusing:
            notice = RejectedNotice(at_ms=0, boot=told.boot, boot_id=told.boot_id, lane="readings", seq=told.seq, reason="no room")
            client.publish(self._gateway.topic("rejected"), ENCODER.encode(notice), qos=1)
        else:
            stored = Stored(at_ms=0, boot=told.boot, boot_id=told.boot_id, lane="readings", ranges=[(told.seq, told.seq)])
            client.publish(self._gateway.topic("stored"), ENCODER.encode(stored), qos=1)


def past_of(district: str, days: int = 1) -> Backlog:
    return Backlog(Gateway(district, "s", "g"), until_ms=UNTIL_MS, days=days)


def told(past: Backlog, broker: Mosquitto, marker: Path | None = None) -> bool:
    """Tell the whole past."""
    return asyncio.run(tell(past, broker_url=broker.url, clock=SystemClock(), marker=marker))


def test_the_whole_past_arrives_and_is_not_told_twice(mosquitto: Mosquitto, unique_name: str, tmp_path: Path) -> None:
    past, marker = past_of(unique_name), tmp_path / "marker.json"
    centre = Centre(past.gateway)
    with centre.at(mosquitto):
        assert told(past, mosquitto, marker)
        assert sorted(centre.heard) == list(range(1, past.messages + 1))
        assert told(past._replace(until_ms=UNTIL_MS + 5), mosquitto, marker)
    assert len(centre.heard) == past.messages


def test_a_broker_that_dies_and_forgets_costs_no_message(own_mosquitto: Mosquitto, unique_name: str) -> None:
    past = past_of(unique_name)
    centre = Centre(past.gateway, answering=False)

    async def work() -> bool:
        telling = asyncio.create_task(tell(past, broker_url=own_mosquitto.url, clock=SystemClock()))
        await asyncio.to_thread(wait_for, lambda: len(centre.heard) >= 40, "a window of messages is heard")
        own_mosquitto.kill()
        own_mosquitto.wipe()
        centre.ready.clear()
        centre.answering = True
        own_mosquitto.restart()
        async with asyncio.timeout(60):
            return await telling

    with centre.at(own_mosquitto):
        assert asyncio.run(work())
    assert set(centre.heard) == set(range(1, past.messages + 1))


def test_stopped_between_it_remembers_what_is_confirmed(mosquitto: Mosquitto, unique_name: str, tmp_path: Path) -> None:
    past, marker = past_of(unique_name, days=3), tmp_path / "marker.json"
    centre = Centre(past.gateway, answering=False)

    async def work() -> bool:
        stop = asyncio.Event()
        telling = asyncio.create_task(tell(past, broker_url=mosquitto.url, clock=SystemClock(), marker=marker, stop=stop))
        await asyncio.to_thread(wait_for, lambda: len(centre.heard) >= 40, "a window of messages is heard")
        stop.set()
        return await telling

    with centre.at(mosquitto):
        assert asyncio.run(work()) is False
        centre.answering = True
        assert told(past, mosquitto, marker)
    assert set(centre.heard) == set(range(1, past.messages + 1))


def test_a_refused_message_is_an_error_with_the_centres_reason(mosquitto: Mosquitto, unique_name: str) -> None:
    past = past_of(unique_name)
    centre = Centre(past.gateway, refusing=frozenset({3}))
    with centre.at(mosquitto), pytest.raises(HistoryRefused, match=r"refused 1 messages of the past, the first \(seq 3\): no room"):
        told(past, mosquitto)


@pytest.mark.parametrize("url", ["127.0.0.1:1883", "mqtts://h:1", "http://h:1"])
def test_a_wrong_broker_url_is_refused_with_its_remedy(url: str) -> None:
    with pytest.raises(SettingsError, match="must look like mqtt://HOST:PORT"):
        asyncio.run(tell(past_of("d"), broker_url=url, clock=SystemClock()))
