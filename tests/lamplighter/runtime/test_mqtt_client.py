"""The connection over a real broker: bounded intake by leaving bytes unread, acknowledgements in one write, nothing garbled."""

import socket
from collections.abc import Iterator

import pytest

from lamplighter.runtime.mqtt import BrokerSettings, Connection, Message, Session, acknowledge_all
from lamplighter.runtime.mqtt_client import BufferedSocket
from tests.servers.mosquitto import Mosquitto
from tests.servers.processes import wait_for


@pytest.fixture
def pair() -> Iterator[tuple[BufferedSocket, socket.socket]]:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.setblocking(False)
    buffered = BufferedSocket(ours)
    yield buffered, theirs
    buffered.close()
    theirs.close()


@pytest.mark.unit
def test_bytes_come_in_order_however_they_are_asked_for(pair: tuple[BufferedSocket, socket.socket]) -> None:
    ours, theirs = pair
    theirs.send(b"abcdefgh")
    assert [ours.recv(1), ours.recv(3), ours.pending(), ours.recv(99)] == [b"a", b"bcd", 4, b"efgh"]
    with pytest.raises(BlockingIOError):
        ours.recv(1)


@pytest.mark.unit
def test_what_the_other_side_does_not_take_yet_is_sent_later(pair: tuple[BufferedSocket, socket.socket]) -> None:
    ours, theirs = pair
    data = bytes(range(256)) * 4096  # 1 MiB: more than the system buffers
    assert ours.send(data) == len(data)
    ours.flush()
    assert ours.unsent() > 0
    with pytest.raises(BlockingIOError):
        ours.send(b"x" * (1024 * 1024)) and ours.send(b"y")
    taken = bytearray()
    while len(taken) < len(data):
        taken += theirs.recv(65_536)
        ours.flush()
    assert bytes(taken[: len(data)]) == data


@pytest.mark.unit
def test_what_waits_is_sent_before_the_end() -> None:
    ours, theirs = socket.socketpair()
    buffered = BufferedSocket(ours)
    buffered.send(b"goodbye")
    buffered.close()
    assert theirs.recv(99) == b"goodbye"
    theirs.close()


@pytest.mark.services
@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_messages_of_every_size_arrive_whole_and_acknowledged_ones_do_not_come_again(
    mosquitto: Mosquitto, unique_name: str, protocol: str
) -> None:
    found: list[Message] = []
    settings = BrokerSettings.model_validate({"url": mosquitto.url, "protocol": protocol})
    topic = f"{unique_name}/x"
    ours = Connection(settings, unique_name, on_message=found.append, subscriptions=[topic])
    theirs = Connection(settings, unique_name + "-sender")
    ours.start()
    theirs.start()
    wait_for(lambda: ours.up and theirs.up, "both are on line")
    sent = [bytes([n % 256]) * size for n, size in enumerate((0, 1, 126, 127, 128, 16_383, 16_384, 200_000, 3))]
    for payload in sent:
        theirs.publish(topic, payload)
    wait_for(lambda: len(found) == len(sent), "all have come")
    assert [(message.topic, message.payload) for message in found] == [(topic, payload) for payload in sent]
    acknowledge_all(found[:-1])
    theirs.publish(topic, b"after")
    wait_for(lambda: found[-1].payload == b"after", "the connection goes on")
    ours.renew()
    wait_for(lambda: len(found) == len(sent) + 3, "those not acknowledged come again")
    assert sorted(message.payload for message in found[-2:]) == [sent[-1], b"after"]
    ours.stop()
    theirs.stop()


@pytest.mark.services
def test_a_connection_without_room_reads_no_further_and_stays_on_line(mosquitto: Mosquitto, unique_name: str) -> None:
    found: list[Message] = []
    room = [10]
    settings = BrokerSettings(url=mosquitto.url, protocol="5", keepalive_s=2)
    session = Session(has_room=lambda: len(found) < room[0])
    ours = Connection(settings, unique_name, on_message=found.append, subscriptions=[unique_name], session=session)
    theirs = Connection(settings, unique_name + "-sender")
    ours.start()
    theirs.start()
    wait_for(lambda: ours.up and theirs.up, "both are on line")
    for _ in range(300):
        theirs.publish(unique_name, b"x")
    wait_for(lambda: len(found) == 10, "as many as there is room for")
    acknowledge_all(found)
    theirs.publish_and_wait(unique_name, b"x")
    assert len(found) == 10
    room[0] = 10**6
    wait_for(lambda: len(found) == 301, "the others, when there is room")
    assert ours.up
    ours.stop()
    theirs.stop()
