"""From outbox to store over a real broker: what was accepted arrives once, whatever is lost in between."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import func, select

from edge.uplink import Uplink, UplinkSettings
from lamplighter.contract.errors import Unavailable
from lamplighter.runtime.mqtt import BrokerSettings
from lamplighter.storage.sql.tables import QUARANTINE
from tests.delivery.rig import CLOCK, Centre, Gate
from tests.servers.mosquitto import Mosquitto
from tests.servers.processes import wait_for

pytestmark = pytest.mark.services


def test_what_a_gateway_accepted_is_stored_and_then_forgotten_there(centre: Centre, gate: Gate) -> None:
    centre.start()
    gate.uplink.start()
    gate.produce(*range(1, 51))
    gate.tell(active=True)
    gate.tell(active=False)
    wait_for(gate.drained, "the outbox is empty")
    assert centre.values(gate.gateway.school) == [float(value) for value in range(1, 51)]
    assert [active for _id, active in centre.transitions()] == [True, False]


def test_what_was_produced_without_a_broker_arrives_when_it_is_there(centre: Centre, gate: Gate, own_mosquitto: Mosquitto) -> None:
    centre.start()
    own_mosquitto.kill()
    gate.uplink.start()
    gate.produce(*range(1, 31))
    own_mosquitto.restart()
    wait_for(gate.drained, "the outbox is empty", within_s=60)
    assert centre.values(gate.gateway.school) == [float(value) for value in range(1, 31)]


def test_a_broker_that_forgets_everything_costs_nothing(centre: Centre, gate: Gate, own_mosquitto: Mosquitto) -> None:
    centre.start()
    gate.uplink.start()
    gate.produce(1.0)
    wait_for(gate.drained, "the first is stored")
    centre.stop()
    gate.produce(*range(2, 21))  # accepted by the broker, heard by nobody
    wait_for(lambda: bool(gate.uplink.unconfirmed()), "messages are under way")
    own_mosquitto.kill()
    own_mosquitto.wipe()
    own_mosquitto.restart()
    centre.start()
    wait_for(gate.drained, "the outbox is empty", within_s=60)
    assert centre.values(gate.gateway.school) == [float(value) for value in range(1, 21)]


def test_a_store_that_is_away_loses_nothing_and_nothing_is_confirmed_meanwhile(
    centre: Centre, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = threading.Event()
    away.set()
    write = centre.store.write

    def refusing(*arguments: object) -> object:
        if away.is_set():
            raise Unavailable("away", retry_after_s=0.05)
        return write(*arguments)  # type: ignore[arg-type] # passed through

    monkeypatch.setattr(centre.store, "write", refusing)
    centre.start()
    gate.uplink.start()
    gate.produce(*range(1, 11))
    wait_for(lambda: len(gate.uplink.unconfirmed()) == 10, "all are under way")
    assert gate.outbox.status()["readings"].rows == 10
    away.clear()
    wait_for(gate.drained, "the outbox is empty")
    assert centre.values(gate.gateway.school) == [float(value) for value in range(1, 11)]


def test_a_message_that_cannot_be_read_is_answered_and_does_not_come_again(centre: Centre, gate: Gate) -> None:
    centre.start()
    gate.uplink.start()
    gate.outbox.add("readings", b'{"readings":"none"}')
    gate.produce(5.0)
    wait_for(gate.drained, "both are answered")
    assert centre.values(gate.gateway.school) == [5.0]
    with centre.sql.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(QUARANTINE)) == 1


def test_a_live_message_overtakes_the_backlog(centre: Centre, own_mosquitto: Mosquitto, tmp_path: Path, unique_name: str) -> None:
    slow = Gate(tmp_path, own_mosquitto.url, unique_name, UplinkSettings(backlog_per_s=1.0))
    slow.produce(*range(1, 41))  # its uplink never starts: they are the past of the one below
    again = Uplink(
        slow.gateway,
        slow.outbox,
        broker=BrokerSettings(url=own_mosquitto.url),
        settings=UplinkSettings(backlog_per_s=1.0),
        clock=CLOCK,
    )
    centre.start()
    again.start()
    wait_for(lambda: again.up, "the gateway is on line")
    slow.produce(99.0)
    wait_for(lambda: 99.0 in centre.values(unique_name), "the live reading is stored")
    assert len(centre.values(unique_name)) < 30, "the backlog is still under way"
    again.stop()
    slow.outbox.close()


def test_a_dead_gateway_is_told_by_its_last_will(centre: Centre, gate: Gate) -> None:
    centre.start()
    gate.uplink.start()
    wait_for(lambda: gate.uplink.up, "the gateway is on line")
    gate.uplink._connection.renew()  # no goodbye, as with a cut cable
    wait_for(lambda: ("gateway_offline:gw1:", True) in centre.transitions(), "gateway_offline is raised")
    wait_for(lambda: centre.transitions()[-1] == ("gateway_offline:gw1:", False), "it is cleared on return", within_s=30)
