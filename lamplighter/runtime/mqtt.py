"""One MQTT connection: a thin layer over paho with late acknowledgement, used by every process alike."""

import contextlib
import random
import ssl
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from ipaddress import ip_address
from pathlib import Path
from socket import SHUT_RDWR
from typing import Annotated, Any, Final, Literal, NamedTuple
from urllib.parse import urlsplit

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from pydantic import AfterValidator, Field, model_validator

from lamplighter.contract.errors import SettingsError, Unavailable
from lamplighter.runtime.logs import logger
from lamplighter.runtime.mqtt_client import Client
from lamplighter.runtime.settings import Settings
from lamplighter.runtime.tls import fault_in_words, tls_context

_MOST_IN_FLIGHT = 500
SESSION_EXPIRY_S = 7 * 86_400
_REFUSED_FOR_GOOD = {"Bad user name or password", "Not authorized", "Client identifier not valid", "Unsupported protocol version"}


def _broker_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname or parts.username or parts.password:
        raise ValueError("must look like mqtt://HOST:PORT or mqtts://HOST:PORT; user and password have keys of their own")
    return url


BrokerUrl = Annotated[str, AfterValidator(_broker_url)]


def is_loopback(url: str) -> bool:
    """Whether what is sent there stays on this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class BrokerSettings(Settings):
    """How to reach the broker."""

    url: BrokerUrl = Field(description="mqtt://HOST:PORT, or mqtts://HOST:PORT for TLS")
    protocol: Literal["5", "3.1.1"] = Field("3.1.1", description="MQTT version; the embedded amqtt broker speaks 3.1.1 only")
    username: str | None = Field(
        None, description="broker user; with `password_dir`, or with a password alone, it is each connection's client id"
    )
    password_file: Path | None = Field(None, description="file that holds the password")
    password_dir: Path | None = Field(
        None, description="instead: folder with a file CLIENT_ID.password for each connection, as every lane of ingest is a user"
    )
    ca_file: Path | None = Field(None, description="certificate of the authority that signed the broker's certificate")
    cert_file: Path | None = Field(None, description="this client's certificate")
    key_file: Path | None = Field(None, description="this client's private key")
    keepalive_s: int = Field(30, ge=2, le=3600, description="seconds between signs of life")

    @model_validator(mode="after")
    def _safe(self) -> "BrokerSettings":
        problems = []
        if not self.secured and not is_loopback(self.url):
            problems.append(f"url {self.url}: without TLS only on 127.0.0.1; use mqtts:// (`lamplighter init` sets it up)")
        if (self.cert_file is None) != (self.key_file is None):
            problems.append("cert_file and key_file belong together; set both or none")
        if self.password_dir is not None and (self.password_file is not None or self.username is not None):
            problems.append("password_dir stands alone: leave out username and password_file")
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @property
    def secured(self) -> bool:
        """Whether it speaks TLS."""
        return urlsplit(self.url).scheme == "mqtts"

    @property
    def host(self) -> str:
        """The broker's name or address."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """As in the URL, or the usual one."""
        return urlsplit(self.url).port or (8883 if self.secured else 1883)

    def login(self, client_id: str) -> tuple[str, str | None] | None:
        """User and password of a connection, None where it has neither; raises SettingsError for a file that cannot be read."""
        if self.password_dir is not None:
            return client_id, _read_secret(self.password_dir / f"{client_id}.password")
        if self.username is None and self.password_file is None:
            return None
        return self.username or client_id, None if self.password_file is None else _read_secret(self.password_file)

    def tls(self) -> ssl.SSLContext:
        """How the broker is checked and we are; raises SettingsError."""
        return tls_context(ca_file=self.ca_file, cert_file=self.cert_file, key_file=self.key_file)


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
        self._stopping = False
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
        login = settings.login(client_id)
        if login is not None:
            client.username_pw_set(*login)
        if settings.secured:
            client.tls_set_context(settings.tls())
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
        host, port = self._settings.host, self._settings.port
        if self._settings.protocol == "5":
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call] # paho leaves it untyped
            properties.SessionExpiryInterval = self._session.expiry_s
            if self._session.receive_maximum is not None:
                properties.ReceiveMaximum = self._session.receive_maximum
            self._client.connect_async(host, port, self._settings.keepalive_s, clean_start=False, properties=properties)
        else:
            self._client.connect_async(host, port, self._settings.keepalive_s)
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
        self._stopping = True
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
        # paho calls this while it handles the error, which it does not hand on.
        error = sys.exception()
        self._tell_fault("broker_unreachable", "does not answer" if error is None else fault_in_words(error))

    def _disconnected(self, *_arguments: object) -> None:
        if self._up:
            self._up = False
            self._log.warning("broker_lost")
            self._on_state(False)
        elif not self._stopping and self.refusal is None:
            # In TLS 1.3 a broker looks at our certificate after our side of the handshake is done: it can only hang up.
            self._tell_fault("broker_hung_up", "ended the connection before the login; does it accept our certificate?")

    def _tell_fault(self, event: str, reason: str) -> None:
        if self.refusal != reason:
            self.refusal = reason
            self._log.warning(event, reason=reason, remedy="trying again; `lamplighter doctor FILE` looks closer")

    def _received(self, topic: str, payload: bytes, mid: int) -> None:
        self._on_message(Message(topic, payload, Receipt(self, self._generation, mid)))


def _read_secret(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except OSError as error:
        raise SettingsError(f"{path}: cannot read the broker password: {error.strerror}") from error
