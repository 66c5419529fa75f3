"""The simulator's own connection to the broker: publishes one gateway's readings and hears the answers."""

import asyncio
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from lamplighter.contract.errors import SettingsError
from lamplighter.contract.records import DECODERS, RejectedNotice, Stored
from lamplighter.contract.topics import Gateway

Answer = Stored | RejectedNotice


class Reached(NamedTuple):
    """The broker has accepted us and our subscriptions."""


class Lost(NamedTuple):
    """The broker is gone; the client tries again by itself."""


Event = Answer | Reached | Lost


class Link:
    """A connection as `async with`; `events` holds what happened, in order."""

    def __init__(self, url: str, gateway: Gateway) -> None:
        parts = urlsplit(url)
        if parts.scheme != "mqtt" or not parts.hostname:
            raise SettingsError(f"--broker {url}: must look like mqtt://HOST:PORT")
        self._address = (parts.hostname, parts.port or 1883)
        self._gateway = gateway
        self.events: asyncio.Queue[Event] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id=f"{gateway.school}-{gateway.gateway}-history", clean_session=True
        )
        client.reconnect_delay_set(1, 5)
        client.on_connect = self._connected
        client.on_subscribe = lambda *_arguments: self._tell(Reached())
        client.on_disconnect = lambda *_arguments: self._tell(Lost())
        client.on_message = self._received
        self._client = client

    async def __aenter__(self) -> "Link":
        self._client.connect_async(*self._address)
        self._client.loop_start()
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._client.disconnect()
        await asyncio.to_thread(self._client.loop_stop)

    def publish(self, payload: bytes) -> None:
        """Hand readings to the client, QoS 1; what a broken connection swallows is never confirmed and so comes again."""
        self._client.publish(self._gateway.topic("readings"), payload, qos=1)

    def _tell(self, event: Event) -> None:
        self._loop.call_soon_threadsafe(self.events.put_nowait, event)

    def _connected(
        self, client: paho.Client, _data: object, _flags: object, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if not reason.is_failure:
            client.subscribe([(self._gateway.topic(lane), 1) for lane in ("stored", "rejected")])

    def _received(self, _client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        lane = message.topic.rpartition("/")[2]
        try:
            self._tell(DECODERS[lane].decode(message.payload))
        except (KeyError, msgspec.DecodeError):
            return  # not an answer to us
