"""One MQTT connection: a thin layer over paho with late acknowledgement, used by every process alike."""

import contextlib
import random
import ssl
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from socket import SHUT_RDWR
from typing import Annotated, Any, Final, Literal, NamedTuple
from urllib.parse import urlsplit

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from pydantic import AfterValidator, Field

from lamplighter.contract.errors import SettingsError, Unavailable
from lamplighter.runtime.logs import logger
from lamplighter.runtime.mqtt_client import Client
from lamplighter.runtime.settings import Settings

_MOST_IN_FLIGHT = 500
SESSION_EXPIRY_S = 7 * 86_400
_REFUSED_FOR_GOOD = {"Bad user name or password", "Not authorized", "Client identifier not valid", "Unsupported protocol version"}


def _broker_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname or parts.username or parts.password:
        raise ValueError("must look like mqtt://HOST:PORT or mqtts://HOST:PORT; user and password have keys of their own")
    return url


BrokerUrl = Annotated[str, AfterValidator(_broker_url)]


class BrokerSettings(Settings):
    """How to reach the broker."""

    url: BrokerUrl = Field(description="mqtt://HOST:PORT, or mqtts://HOST:PORT for TLS")
    protocol: Literal["5", "3.1.1"] = Field("3.1.1", description="MQTT version; the embedded amqtt broker speaks 3.1.1 only")
    username: str | None = Field(None, description="broker user")
    password_file: Path | None = Field(None, description="file that holds the password")
    ca_file: Path | None = Field(None, description="certificate of the authority that signed the broker's certificate")
    cert_file: Path | None = Field(None, description="this client's certificate")
    key_file: Path | None = Field(None, description="this client's private key")
    keepalive_s: int = Field(30, ge=2, le=3600, description="seconds between signs of life")


class Message(NamedTuple):
    """What arrived; `acknowledge()` ends the broker's own retry."""

    topic: str
    payload: bytes
    acknowledge: Callable[[], None]


class Receipt:
    """Acknowledges one message of one connection."""

    __slots__ = ("connection", "generation", "mid")

    def __init__(self, connection: "Connection", generation: int, mid: int) -> None:
        self.connection = connection
        self.generation = generation
        self.mid = mid

    def __call__(self) -> None:
        """End the broker's own retry."""
        self.connection.acknowledge([self])


def acknowledge_all(messages: Iterable[Message]) -> None:
    """Acknowledge many messages, those of one connection in one write."""
    receipts: dict[Connection, list[Receipt]] = defaultdict(list)
    for message in messages:
        if isinstance(message.acknowledge, Receipt):
            receipts[message.acknowledge.connection].append(message.acknowledge)
        else:
            message.acknowledge()
    for connection, found in receipts.items():
        connection.acknowledge(found)


class Will(NamedTuple):
    """What the broker publishes, retained, if this connection dies."""

    topic: str
    payload: bytes


class Session(NamedTuple):
    """What MQTT 5 lets a client ask: how long its session outlives the connection; how many messages it takes unacknowledged."""

    expiry_s: int = SESSION_EXPIRY_S
    receive_maximum: int | None = None
    has_room: Callable[[], bool] = lambda: True
    """Whether messages can be taken in now; while not, they are left unread."""


DEFAULT_SESSION: Final = Session()


class Connection:
    """A client with a thread of its own.

    `on_message` and `on_state` are called on that thread: they must only enqueue. The session persists at the broker under
    `client_id` (MQTT 5: as `session` says); QoS is 1 throughout. Subscriptions are renewed on each
    connect. Reconnects by itself after 0.5-30 s.
    """

    def __init__(
        self,
        settings: BrokerSettings,
        client_id: str,
        *,
        on_message: Callable[[Message], None] | None = None,
        on_state: Callable[[bool], None] | None = None,
        on_delivered: Callable[[int], None] | None = None,
        subscriptions: Sequence[str] = (),
        will: Will | None = None,
        session: Session = DEFAULT_SESSION,
    ) -> None:
        self._settings = settings
        self._session = session
        self._log = logger(client=client_id, broker=settings.url)
        self._on_message = on_message or (lambda _message: None)
        self._on_state = on_state or (lambda _up: None)
        self._subscriptions = tuple(subscriptions)
        self._up = False
        self._generation = 0
        self.refusal: str | None = None
        version_5 = settings.protocol == "5"
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            protocol=paho.MQTTv5 if version_5 else paho.MQTTv311,
            clean_session=None if version_5 else False,
            manual_ack=True,
        )
        # Not all at the same moment: a thousand gateways lose their broker together.
        first_s: Any = random.uniform(0.5, 2.0)  # noqa: S311 - jitter, not a secret
        client.reconnect_delay_set(first_s, 30)
        if settings.username is not None:
            client.username_pw_set(settings.username, _read_secret(settings.password_file))
        if urlsplit(settings.url).scheme == "mqtts":
            client.tls_set_context(_tls_context(settings))
        if will is not None:
            client.will_set(will.topic, will.payload, qos=1, retain=True)
        client.has_room = session.has_room
        client.max_inflight_messages_set(_MOST_IN_FLIGHT)
        client.on_connect = self._connected
        client.on_connect_fail = self._unreachable
        client.on_disconnect = self._disconnected
        client.on_publication = self._received
        if on_delivered is not None:
            deliver = on_delivered
            client.on_publish = lambda _c, _u, mid, _rc, _p: deliver(mid)
        self._client = client

    @property
    def up(self) -> bool:
        """Whether the broker has accepted us and not gone since."""
        return self._up

    def start(self) -> None:
        """Begin connecting; returns at once and keeps trying."""
        parts = urlsplit(self._settings.url)
        port = parts.port or (8883 if parts.scheme == "mqtts" else 1883)
        if self._settings.protocol == "5":
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call] # paho leaves it untyped
            properties.SessionExpiryInterval = self._session.expiry_s
            if self._session.receive_maximum is not None:
                properties.ReceiveMaximum = self._session.receive_maximum
            self._client.connect_async(
                parts.hostname or "", port, self._settings.keepalive_s, clean_start=False, properties=properties
            )
        else:
            self._client.connect_async(parts.hostname or "", port, self._settings.keepalive_s)
        self._client.loop_start()

    def publish(self, topic: str, payload: bytes, *, retain: bool = False, qos: int = 1) -> int:
        """Hand a message to the client and return its packet id; raises Unavailable when not connected."""
        if not self._up:
            raise Unavailable(f"not connected to {self._settings.url}")
        info = self._client.publish(topic, payload, qos=qos, retain=retain)
        if info.rc not in (MQTTErrorCode.MQTT_ERR_SUCCESS, MQTTErrorCode.MQTT_ERR_NO_CONN):
            raise Unavailable(f"publish to {topic}: {paho.error_string(info.rc)}")
        return info.mid

    def publish_and_wait(self, topic: str, payload: bytes, *, retain: bool = False, timeout_s: float = 2.0) -> None:
        """Publish and wait for the broker's receipt; gives up quietly after `timeout_s` (used for a last word)."""
        if self._up:
            with contextlib.suppress(RuntimeError, ValueError):
                self._client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(timeout_s)

    def acknowledge(self, receipts: Iterable[Receipt]) -> None:
        """End the broker's own retry of these messages."""
        # A packet id of an earlier connection may by now belong to another message: the broker sends ours again.
        self._client.acknowledge_all(receipt.mid for receipt in receipts if receipt.generation == self._generation)

    def renew(self) -> None:
        """Break the connection, so that the broker sends again what was not acknowledged."""
        socket: Any = self._client.socket()
        if socket is not None:
            with contextlib.suppress(OSError):
                socket.shutdown(SHUT_RDWR)

    def stop(self) -> None:
        """Leave the broker politely and end the thread."""
        self._client.disconnect()
        self._client.loop_stop()
        self._client.release()
        self._up = False

    def _connected(
        self, _client: paho.Client, _data: object, _flags: object, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if reason.is_failure:
            if self.refusal != str(reason):
                self._log.error("broker_refused", reason=str(reason), final=str(reason) in _REFUSED_FOR_GOOD)
            self.refusal = str(reason)
            return
        self.refusal = None
        self._generation += 1
        if self._subscriptions:
            self._client.subscribe([(topic, 1) for topic in self._subscriptions])
        self._up = True
        self._log.info("broker_connected")
        self._on_state(True)

    def _unreachable(self, *_arguments: object) -> None:
        if self.refusal is None:
            self.refusal = "does not answer"
            self._log.warning("broker_unreachable", remedy="is the address right and the broker running? trying again")

    def _disconnected(self, *_arguments: object) -> None:
        if self._up:
            self._up = False
            self._log.warning("broker_lost")
            self._on_state(False)

    def _received(self, topic: str, payload: bytes, mid: int) -> None:
        self._on_message(Message(topic, payload, Receipt(self, self._generation, mid)))


def _read_secret(path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        return path.read_text("utf-8").strip()
    except OSError as error:
        raise SettingsError(f"{path}: cannot read the broker password: {error.strerror}") from error


def _tls_context(settings: BrokerSettings) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=settings.ca_file)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if settings.cert_file is not None:
            context.load_cert_chain(settings.cert_file, settings.key_file)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(f"TLS files for {settings.url}: {error}") from error
    return context
