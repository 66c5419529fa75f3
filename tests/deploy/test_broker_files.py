"""The real Mosquitto on what `init` wrote: who is admitted, and what each may do."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from queue import Empty, Queue

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from edge.settings import GatewaySettings
from lamplighter.contract.errors import SettingsError, Unavailable
from lamplighter.contract.topics import DOWN_LANES, UP_LANES, Gateway
from lamplighter.deployment.access import HEALTH, gateway_user, worker_users
from lamplighter.deployment.authority import new_authority
from lamplighter.deployment.secret_files import FILE_MODE, replace
from lamplighter.runtime.broker_visit import BrokerVisit
from lamplighter.runtime.mqtt import BrokerSettings, Connection, Message
from lamplighter.runtime.settings import load_settings
from tests.servers.processes import wait_for
from tests.servers.secured import SecuredBroker

pytestmark = pytest.mark.services

A = Gateway("d1", "s1", "gw-a")
B = Gateway("d1", "s1", "gw-b")


def settings_of(folder: Path) -> BrokerSettings:
    """As the bundle says."""
    return load_settings(folder / "gateway.toml", GatewaySettings).broker


class Client:
    """A connection and what it heard."""

    def __init__(self, settings: BrokerSettings, client_id: str, *topics: str) -> None:
        self.heard: Queue[str] = Queue()
        self.lost = threading.Event()
        self.connection = Connection(
            settings,
            client_id,
            on_message=self._take,
            on_state=lambda up: None if up else self.lost.set(),
            subscriptions=topics,
        )
        self.connection.start()

    def _take(self, message: Message) -> None:
        message.acknowledge()
        self.heard.put(message.topic)

    def close(self) -> None:
        """Leave."""
        self.connection.stop()


@contextmanager
def connected(settings: BrokerSettings, client_id: str, *topics: str) -> Iterator[Client]:
    with closing(Client(settings, client_id, *topics)) as client:
        wait_for(lambda: client.connection.up, f"{client_id} is connected")
        yield client


def answer_on_plain_text(broker: SecuredBroker, user: str | None, password: str | None) -> str:
    answers: Queue[str] = Queue()
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id="anything")
    if user is not None:
        client.username_pw_set(user, password)
    client.on_connect = lambda _client, _data, _flags, reason, _properties: answers.put(str(reason))
    client.connect("127.0.0.1", broker.plain_port)
    client.loop_start()
    try:
        return answers.get(timeout=10)
    finally:
        client.disconnect()
        client.loop_stop()


@pytest.mark.parametrize("user", worker_users("ingest-2"))
def test_each_connection_of_a_worker_is_admitted_with_its_own_password(secured_broker: SecuredBroker, user: str) -> None:
    with BrokerVisit(secured_broker.worker("ingest-2"), user):
        pass


def test_a_password_admits_nobody_else(secured_broker: SecuredBroker) -> None:
    wrong = secured_broker.folder / "secrets" / "ingest-1" / "ingest-1.readings.password"
    settings = secured_broker.worker().model_copy(
        update={"password_dir": None, "username": "ingest-1.conditions", "password_file": wrong}
    )
    with (
        pytest.raises(SettingsError, match=r"refuses ingest-1\.conditions: Not authorized"),
        BrokerVisit(settings, "ingest-1.conditions"),
    ):
        pass


def test_nobody_is_admitted_without_a_name(secured_broker: SecuredBroker) -> None:
    assert answer_on_plain_text(secured_broker, None, None) == "Not authorized"


def test_the_health_check_may_log_in_on_loopback(secured_broker: SecuredBroker) -> None:
    password = (secured_broker.folder / "secrets" / HEALTH / f"{HEALTH}.password").read_text("utf-8")
    assert answer_on_plain_text(secured_broker, HEALTH, password) == "Success"
    assert answer_on_plain_text(secured_broker, HEALTH, "health") == "Not authorized"


def test_nobody_is_admitted_without_a_certificate(secured_broker: SecuredBroker) -> None:
    bare = settings_of(secured_broker.admit(A)).model_copy(update={"cert_file": None, "key_file": None})
    with pytest.raises(Unavailable, match="certificate"), BrokerVisit(bare, gateway_user(A), timeout_s=1.0):
        pass


def test_a_running_connection_without_a_certificate_says_what_may_be_wrong(secured_broker: SecuredBroker) -> None:
    bare = settings_of(secured_broker.admit(A)).model_copy(update={"cert_file": None, "key_file": None})
    with closing(Client(bare, gateway_user(A))) as client:
        wait_for(lambda: client.connection.refusal is not None, "the fault is seen")
        assert "certificate" in (client.connection.refusal or "")


def test_a_broker_of_another_authority_is_refused_with_one_clear_line(secured_broker: SecuredBroker) -> None:
    folder = secured_broker.admit(A)
    other = new_authority("Other", now=secured_broker.clock.now())
    replace(folder / "ca.crt", other.certificate, mode=FILE_MODE)
    with pytest.raises(Unavailable) as caught, BrokerVisit(settings_of(folder), gateway_user(A)):
        pass
    assert str(caught.value) == f"{secured_broker.url}: its certificate is not signed by the authority in ca_file"


def test_a_running_connection_names_the_wrong_authority(secured_broker: SecuredBroker) -> None:
    folder = secured_broker.admit(A)
    other = new_authority("Other", now=secured_broker.clock.now())
    replace(folder / "ca.crt", other.certificate, mode=FILE_MODE)
    with closing(Client(settings_of(folder), gateway_user(A))) as client:
        wait_for(lambda: client.connection.refusal is not None, "the fault is seen")
        assert client.connection.refusal == "its certificate is not signed by the authority in ca_file"


def test_a_gateway_publishes_below_its_own_prefix_only(secured_broker: SecuredBroker) -> None:
    folders = {gateway: secured_broker.admit(gateway) for gateway in (A, B)}
    worker = secured_broker.worker()
    with (
        connected(worker, "ingest-1.readings", "campus/v1/+/+/+/readings") as ingest,
        connected(settings_of(folders[B]), gateway_user(B)) as b,
    ):
        b.connection.publish(A.topic("readings"), b"{}")
        b.connection.publish(B.topic("readings"), b"{}")
        assert ingest.heard.get(timeout=10) == B.topic("readings")
        with pytest.raises(Empty):
            ingest.heard.get(timeout=0.5)


@pytest.mark.parametrize("lane", DOWN_LANES)
def test_a_gateway_cannot_write_what_only_the_centre_says(secured_broker: SecuredBroker, lane: str) -> None:
    with connected(settings_of(secured_broker.admit(A)), gateway_user(A), A.topic(lane)) as a:
        a.connection.publish(A.topic(lane), b"{}")
        with pytest.raises(Empty):
            a.heard.get(timeout=0.5)


def test_a_gateway_hears_its_own_answers_and_nobody_elses(secured_broker: SecuredBroker) -> None:
    folder = secured_broker.admit(A)
    secured_broker.admit(B)
    greedy = ("#", "campus/v1/#", B.topic("command"), B.topic("stored"), B.topic("readings"), A.topic("stored"))
    with (
        connected(settings_of(folder), gateway_user(A), *greedy) as a,
        connected(secured_broker.worker(), "ingest-1.readings") as ingest,
    ):
        ingest.connection.publish(B.topic("stored"), b"{}")
        ingest.connection.publish(A.topic("stored"), b"{}")
        assert a.heard.get(timeout=10) == A.topic("stored")
        heard = {a.heard.get(timeout=0.5) for _again in range(a.heard.qsize())}
        assert heard <= {A.topic("stored")}


def test_a_gateway_cannot_throw_another_off_by_taking_its_client_id(secured_broker: SecuredBroker) -> None:
    folders = {gateway: secured_broker.admit(gateway) for gateway in (A, B)}
    with connected(settings_of(folders[A]), gateway_user(A), A.topic("stored")) as a:
        with connected(settings_of(folders[B]), gateway_user(A)) as b:  # B's user, A's client id
            b.connection.publish(B.topic("health"), b"{}")
        assert not a.lost.wait(0.5)
        assert a.connection.up


def test_a_lane_of_ingest_reads_its_own_lane_only(secured_broker: SecuredBroker) -> None:
    folder = secured_broker.admit(A)
    with (
        connected(secured_broker.worker(), "ingest-1.conditions", "campus/v1/+/+/+/+") as ingest,
        connected(settings_of(folder), gateway_user(A)) as a,
    ):
        for lane in reversed(UP_LANES):
            a.connection.publish(A.topic(lane), b"{}")
        assert ingest.heard.get(timeout=10) == A.topic("conditions")


def test_workers_share_one_subscription(secured_broker: SecuredBroker) -> None:
    folder, topic = secured_broker.admit(A), "$share/ingest/campus/v1/+/+/+/readings"
    with (
        connected(secured_broker.worker("ingest-1"), "ingest-1.readings", topic) as one,
        connected(secured_broker.worker("ingest-2"), "ingest-2.readings", topic) as two,
        connected(settings_of(folder), gateway_user(A)) as a,
    ):
        for _message in range(10):
            a.connection.publish(A.topic("readings"), b"{}")
        wait_for(lambda: one.heard.qsize() + two.heard.qsize() == 10, "all have come")
        assert one.heard.qsize() > 0
        assert two.heard.qsize() > 0
