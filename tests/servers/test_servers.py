"""The fixtures themselves: servers answer, restart in place, and are missed aloud."""

from types import SimpleNamespace
from typing import cast

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from tests.servers.absent import ABSENT, absent
from tests.servers.mosquitto import Mosquitto
from tests.servers.processes import wait_for


def retained(broker: Mosquitto, topic: str) -> list[bytes]:
    """What a new subscriber is told at once."""
    found: list[bytes] = []
    done: list[int] = []
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.on_message = lambda _client, _data, message: found.append(bytes(message.payload))
    client.on_connect = lambda *_: client.subscribe(topic, 1)  # type: ignore[assignment] # what it returns is ignored
    client.on_subscribe = lambda *_: client.publish(f"{topic}/done", b"", qos=1)  # type: ignore[assignment] # the same
    client.on_publish = lambda *_: done.append(1)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    wait_for(lambda: bool(done), "the broker answers")
    client.disconnect()
    client.loop_stop()
    return found


@pytest.mark.services
def test_a_broker_keeps_its_data_over_a_kill_and_loses_it_when_wiped(own_mosquitto: Mosquitto, unique_name: str) -> None:
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", own_mosquitto.port)
    client.loop_start()
    client.publish(unique_name, b"kept", qos=1, retain=True).wait_for_publish(10)
    client.disconnect()
    client.loop_stop()
    own_mosquitto.stop()
    own_mosquitto.restart()
    assert retained(own_mosquitto, unique_name) == [b"kept"]
    own_mosquitto.kill()
    own_mosquitto.wipe()
    own_mosquitto.restart()
    assert retained(own_mosquitto, unique_name) == []


@pytest.mark.unit
def test_a_server_that_is_absent_skips_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LAMPLIGHTER_REQUIRE", raising=False)
    config = cast("pytest.Config", SimpleNamespace(stash=pytest.Stash()))
    with pytest.raises(pytest.skip.Exception, match="apt install mosquitto"):
        absent(config, "mosquitto")
    assert config.stash[ABSENT] == {"mosquitto"}


@pytest.mark.unit
def test_a_server_that_is_absent_but_required_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAMPLIGHTER_REQUIRE", "postgres,mosquitto")
    config = cast("pytest.Config", SimpleNamespace(stash=pytest.Stash()))
    with pytest.raises(pytest.fail.Exception, match="mosquitto is not here"):
        absent(config, "mosquitto")
