"""A short call at the broker: log in once, perhaps hear one's own word back, and leave."""

import queue
import threading
from types import TracebackType
from typing import Self

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from lamplighter.contract.errors import SettingsError, Unavailable
from lamplighter.runtime.mqtt import SESSION_EXPIRY_S, BrokerSettings
from lamplighter.runtime.tls import fault_in_words


class BrokerVisit:
    """Where a process is connected under the same client id, it is thrown off and comes back; the session is kept for it.

    Nothing that the broker delivers meanwhile is acknowledged, so it comes again to whom it is for. `expiry_s` is how long (MQTT 5)
    the broker keeps the session if that process does not come back.
    """

    def __init__(
        self, settings: BrokerSettings, client_id: str, *, timeout_s: float = 5.0, expiry_s: int = SESSION_EXPIRY_S
    ) -> None:
        self._settings = settings
        self._client_id = client_id
        self._timeout_s = timeout_s
        self._expiry_s = expiry_s
        self._answers: queue.Queue[ReasonCode] = queue.Queue()
        self._subscribed = threading.Event()
        self._heard: queue.Queue[str] = queue.Queue()
        self._gone = threading.Event()
        self._client = self._new_client()

    def __enter__(self) -> Self:
        """Log in; raises Unavailable (not reached), SettingsError (refused)."""
        url = self._settings.url
        try:
            self._connect()
        except OSError as error:
            self._let_go()
            raise Unavailable(f"{url}: {fault_in_words(error)}") from error
        self._client.loop_start()
        try:
            answer = self._answers.get(timeout=self._timeout_s)
        except queue.Empty:
            self._leave()
            raise Unavailable(f"{url}: the broker gives no answer to the login; does it accept our certificate?") from None
        if answer.is_failure:
            self._leave()
            raise SettingsError(f"{url}: the broker refuses {self._client_id}: {answer}")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Leave."""
        self._leave()

    def echoes(self, topic: str, *, within_s: float = 3.0) -> bool:
        """Whether what is published there comes back to one who subscribes to it; raises Unavailable when thrown off meanwhile."""
        self._client.subscribe(topic, qos=1)
        if not self._subscribed.wait(within_s) or self._gone.is_set():
            raise Unavailable("the broker does not answer a subscription, or another process took this user's place")
        self._client.publish(topic, b"{}", qos=1)
        try:
            while self._heard.get(timeout=within_s) != topic:
                continue
        except queue.Empty:
            if self._gone.is_set():
                raise Unavailable("another process took this user's place while its rights were looked at; try again") from None
            return False
        finally:
            self._client.unsubscribe(topic)
        return True

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Publish and wait for the broker's receipt; raises Unavailable."""
        sent = self._client.publish(topic, payload, qos=1, retain=retain)
        try:
            sent.wait_for_publish(self._timeout_s)
        except (RuntimeError, ValueError) as error:
            raise Unavailable(f"{self._settings.url}: {error}") from error
        if not sent.is_published():
            raise Unavailable(f"{self._settings.url}: the broker gives no receipt for {topic}")

    def _new_client(self) -> paho.Client:
        version_5 = self._settings.protocol == "5"
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._client_id,
            protocol=paho.MQTTv5 if version_5 else paho.MQTTv311,
            clean_session=None if version_5 else False,
            manual_ack=True,
            reconnect_on_failure=False,
        )
        client.connect_timeout = self._timeout_s
        login = self._settings.login(self._client_id)
        if login is not None:
            client.username_pw_set(*login)
        if self._settings.secured:
            client.tls_set_context(self._settings.tls())
        client.on_connect = lambda _client, _data, _flags, reason, _properties: self._answers.put(reason)
        client.on_subscribe = lambda *_arguments: self._subscribed.set()
        client.on_message = self._take
        client.on_disconnect = lambda *_arguments: self._gone.set()
        return client

    def _take(self, client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        if message.topic.endswith("/doctor"):
            client.ack(message.mid, message.qos)
        self._heard.put(message.topic)

    def _connect(self) -> MQTTErrorCode:
        host, port = self._settings.host, self._settings.port
        if self._settings.protocol != "5":
            return self._client.connect(host, port)
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call] # paho leaves it untyped
        properties.SessionExpiryInterval = self._expiry_s
        return self._client.connect(host, port, clean_start=False, properties=properties)

    def _leave(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()
        self._let_go()

    def _let_go(self) -> None:
        """Forget the callbacks: in a circle with us the client would close its sockets only when the collector comes by."""
        client = self._client
        client.on_connect = client.on_subscribe = client.on_message = client.on_disconnect = None
