"""Listening at a broker that devices speak to: what comes while connected, with whether it was retained."""

import threading
from collections import deque
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from lamplighter.contract.errors import Unavailable
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.logs import logger
from lamplighter.runtime.mqtt import BrokerSettings
from lamplighter.runtime.mqtt_client import Client
from lamplighter.runtime.tls import fault_in_words

MOST_WAITING: Final = 10_000
"""Messages kept until they are read; the oldest beyond are lost, and the log says how many."""


class Word(NamedTuple):
    """What a device said; a retained word may be of any age."""

    topic: str
    payload: bytes
    retained: bool
    at_ms: int


class Feed:
    """A connection without a session: what was said while it was away is old and not asked for, but for what the broker retains.

    Delivery is kept by the outbox, from the reading on; QoS 0 is enough for a device that goes on speaking.
    """

    def __init__(self, settings: BrokerSettings, client_id: str, topics: Sequence[str], *, timeout_s: float, clock: Clock) -> None:
        self._settings = settings
        self._client_id = client_id
        self._topics = tuple(topics)
        self._timeout_s = timeout_s
        self._clock = clock
        self._waiting: deque[Word] = deque()
        self._lost = 0
        self._lock = threading.Lock()
        self._client: Client | None = None
        self._answered = threading.Event()
        self._refusal = ""
        self.connected = False

    def connect(self) -> None:
        """Log in and subscribe; blocking. Raises Unavailable, and SettingsError for a secret that cannot be read."""
        self.close()
        url = self._settings.url
        client = self._client = self._new_client()
        try:
            client.connect(self._settings.host, self._settings.port, self._settings.keepalive_s)
        except OSError as error:
            self.close()
            raise Unavailable(f"{url}: {fault_in_words(error)}") from error
        client.loop_start()
        if not self._answered.wait(self._timeout_s):
            self.close()
            raise Unavailable(f"{url}: the broker gives no answer to the login within {self._timeout_s:g} s")
        if self._refusal:
            refusal = self._refusal
            self.close()
            raise Unavailable(f"{url}: the broker refuses {self._client_id}: {refusal}; see its users and rights")

    def words(self) -> list[Word]:
        """What came since the last call."""
        with self._lock:
            words, self._waiting = list(self._waiting), deque()
            lost, self._lost = self._lost, 0
        if lost:
            logger(broker=self._settings.url).warning("sensor_messages_lost", count=lost, reason="more came than can be read")
        return words

    def close(self) -> None:
        """Leave; safe to call more than once."""
        client, self._client = self._client, None
        self.connected = False
        if client is not None:
            client.disconnect()
            client.loop_stop()
            client.release()

    def _new_client(self) -> Client:
        self._answered, self._refusal = threading.Event(), ""
        version = paho.MQTTv5 if self._settings.protocol == "5" else paho.MQTTv311
        client = Client(CallbackAPIVersion.VERSION2, client_id=self._client_id, protocol=version, reconnect_on_failure=False)
        client.connect_timeout = self._timeout_s
        login = self._settings.login(self._client_id)
        if login is not None:
            client.username_pw_set(*login)
        if self._settings.secured:
            client.tls_set_context(self._settings.tls())
        client.on_connect = self._connected
        client.on_subscribe = self._subscribed
        client.on_disconnect = self._disconnected
        client.on_message = self._received
        return client

    def _connected(self, client: paho.Client, _data: object, _flags: object, reason: Any, _properties: object) -> None:
        if reason.is_failure:
            self._refusal = str(reason)
            self._answered.set()
        else:
            client.subscribe([(topic, 0) for topic in self._topics])

    def _subscribed(self, _client: paho.Client, _data: object, _mid: int, reasons: Any, _properties: object) -> None:
        refused = [topic for topic, reason in zip(self._topics, reasons, strict=True) if reason.is_failure]
        if refused:
            self._refusal = f"it may not read {', '.join(refused)}"
        self.connected = not refused
        self._answered.set()

    def _disconnected(self, *_arguments: object) -> None:
        self.connected = False

    def _received(self, _client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        word = Word(message.topic, bytes(message.payload), message.retain, self._clock.now_ms())
        with self._lock:
            if len(self._waiting) >= MOST_WAITING:
                self._waiting.popleft()
                self._lost += 1
            self._waiting.append(word)
