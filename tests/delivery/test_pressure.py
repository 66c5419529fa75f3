"""Ingest under pressure: a store away for longer than memory holds, workers that come and go, and what a gateway had to give up."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from edge.outbox import OutboxSettings
from edge.uplink import UplinkSettings
from ingest.settings import PressureSettings
from lamplighter.contract.errors import Unavailable
from lamplighter.contract.records import DECODERS, ENCODER, Envelope, Reading, Readings, Stored
from lamplighter.contract.topics import DURABLE_LANES, Gateway
from lamplighter.runtime.mqtt import BrokerSettings, Connection, Message
from lamplighter.storage.sql.completeness import accounts
from lamplighter.storage.sql.engine import snapshot
from lamplighter.storage.sql.tables import LANES
from tests.delivery.rig import Centre, Gate
from tests.servers.mosquitto import Mosquitto
from tests.servers.processes import wait_for

pytestmark = pytest.mark.services


def make_away(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """The store refuses while the event is set."""
    away = threading.Event()
    away.set()
    write: Callable[..., object] = centre.store.write

    def refusing(*arguments: object) -> object:
        if away.is_set():
            raise Unavailable("away", retry_after_s=0.05)
        return write(*arguments)

    monkeypatch.setattr(centre.store, "write", refusing)
    return away


@pytest.fixture
def quick(own_mosquitto: Mosquitto, tmp_path: Path, unique_name: str) -> Centre:
    """A centre that spools at once."""
    return Centre(tmp_path, own_mosquitto.url, unique_name, PressureSettings(spool_after_s=0.0, look_s=0.5))


def test_held_messages_are_not_sent_again_and_are_stored_when_the_store_returns(
    quick: Centre, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = make_away(quick, monkeypatch)
    quick.start()
    gate.uplink.start()
    gate.produce(*range(1, 101))  # five windows of 20
    wait_for(lambda: len(gate.uplink.held()) == 100, "all are held on the centre's disk", within_s=30)
    assert gate.uplink.unconfirmed() == []
    assert gate.outbox.status()["readings"].rows == 100, "nothing is forgotten before it is stored"
    away.clear()
    wait_for(gate.drained, "the outbox is empty", within_s=30)
    assert quick.values(gate.gateway.school) == [float(value) for value in range(1, 101)]
    with quick.sql.connect() as connection:
        assert connection.scalar(select(func.sum(LANES.c.duplicates))) == 0
    quick.stop()


def test_what_was_held_when_ingest_died_is_stored_by_the_next(quick: Centre, gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    away = make_away(quick, monkeypatch)
    quick.start()
    gate.uplink.start()
    gate.produce(*range(1, 31))
    wait_for(lambda: len(gate.uplink.held()) == 30, "all are held", within_s=30)
    quick.stop()
    away.clear()
    quick.start()
    wait_for(gate.drained, "the outbox is empty", within_s=30)
    assert quick.values(gate.gateway.school) == [float(value) for value in range(1, 31)]
    quick.stop()


def test_restarting_ingest_on_a_live_broker_causes_no_resend(centre: Centre, own_mosquitto: Mosquitto, tmp_path: Path) -> None:
    gate = Gate(tmp_path, own_mosquitto.url, "s1", UplinkSettings(resend_first_s=60.0))
    centre.start()
    gate.uplink.start()
    gate.produce(1.0)
    wait_for(gate.drained, "the first is stored")
    centre.stop()
    gate.produce(*range(2, 12))
    wait_for(lambda: len(gate.uplink.unconfirmed()) == 10, "all are at the broker")
    centre.start()
    wait_for(gate.drained, "the outbox is empty: nothing had to come again")
    with centre.sql.connect() as connection:
        assert connection.scalar(select(func.sum(LANES.c.duplicates))) == 0
    gate.stop()


def test_what_was_shed_is_accounted_for_to_the_last_message(centre: Centre, own_mosquitto: Mosquitto, tmp_path: Path) -> None:
    gate = Gate(tmp_path, own_mosquitto.url, "s1", outbox=OutboxSettings(max_bytes=64 * 1024))
    gate.produce(*range(1, 1501))
    shed = gate.outbox.status()["readings"].shed
    assert shed > 0
    centre.start()
    gate.uplink.start()
    wait_for(gate.drained, "the outbox is empty", within_s=60)

    def told() -> int:
        with snapshot(centre.sql) as connection:
            return sum(one.shed for one in accounts(connection) if one.lane == "readings")

    wait_for(lambda: told() == shed, "every shed message is told")
    with snapshot(centre.sql) as connection:
        (readings,) = [one for one in accounts(connection) if one.lane == "readings"]
    assert (readings.produced, readings.missing, readings.stored) == (1500, 0, 1500 - shed)
    gate.stop()


def test_a_message_never_answered_is_put_aside_and_told_while_others_go(
    own_mosquitto: Mosquitto, tmp_path: Path, unique_name: str
) -> None:
    """A centre that answers all but one message stands in for one that a message makes fail."""
    settings = UplinkSettings(resend_first_s=0.05, resend_most_s=0.05, dead_after=3)
    gate = Gate(tmp_path, own_mosquitto.url, unique_name, settings)
    told: list[str] = []

    def answer(message: Message) -> None:
        message.acknowledge()
        lane = message.topic.rsplit("/", 1)[1]
        envelope: Envelope[object] = DECODERS[lane].decode(message.payload)
        if lane == "conditions":
            told.extend(span.why for span in getattr(envelope.body, "given_up", []))
        if (lane, envelope.seq) != ("readings", 1):
            stored = Stored(at_ms=1, boot=envelope.boot, boot_id=envelope.boot_id, lane=lane, ranges=[(envelope.seq,) * 2])  # type: ignore[arg-type] # a lane by name
            centre.publish(gate.gateway.topic("stored"), ENCODER.encode(stored))

    centre = Connection(
        BrokerSettings(url=own_mosquitto.url),
        "centre",
        on_message=answer,
        subscriptions=[gate.gateway.topic(lane) for lane in DURABLE_LANES],
    )
    centre.start()
    wait_for(lambda: centre.up, "the centre listens")
    gate.uplink.start()
    for value in range(1, 200):
        gate.produce(float(value))
        if gate.outbox.status()["readings"].dead:
            break
        wait_for(lambda: len(gate.uplink.unconfirmed()) <= 1, "the others are answered")
    wait_for(lambda: gate.outbox.status()["readings"].dead == 1, "it is put aside")
    wait_for(lambda: told == ["dead"], "it is told")
    centre.stop()
    gate.stop()


def test_a_reading_of_a_gateway_nobody_heard_of_is_stored_where_no_site_file_says_otherwise(centre: Centre, gate: Gate) -> None:
    other = Gateway("d9", gate.gateway.school, "gw9")
    body = Readings([Reading("lux1", "illuminance_lx", 1_780_000_000_000, 5.0)])
    payload = ENCODER.encode(Envelope(boot=1, boot_id="x", seq=1, low=1, high=1, body=body))
    centre.start()
    gate.uplink.start()
    wait_for(lambda: gate.uplink.up, "on line")
    gate.uplink._connection.publish(other.topic("readings"), payload)
    wait_for(lambda: centre.values(other.school) == [5.0], "it is stored")
