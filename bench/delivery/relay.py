"""Between the gateways' broker and ingest's: passes every message on, and when told so late, twice and in any order."""

import threading
from random import Random
from typing import Final

from lamplighter.contract.topics import DOWN_LANES, DURABLE_LANES, all_gateways
from lamplighter.runtime.mqtt import BrokerSettings, Connection, Message
from tests.servers.processes import wait_for

_AT_ONCE: Final = 1_000


class Relay:
    """Two connections, one to each broker. Messages of the durable lanes are passed up, answers down."""

    def __init__(self, gateways_url: str, centre_url: str) -> None:
        self._lock = threading.Lock()
        self._kept: list[Message] | None = None
        self._gateways = Connection(
            BrokerSettings(url=gateways_url),
            "relay",
            on_message=self._rise,
            subscriptions=[all_gateways(lane) for lane in DURABLE_LANES],
        )
        self._centre = Connection(
            BrokerSettings(url=centre_url),
            "relay",
            on_message=self._fall,
            subscriptions=[all_gateways(lane) for lane in DOWN_LANES],
        )

    def start(self) -> None:
        """Connect to both."""
        self._centre.start()
        self._gateways.start()
        wait_for(lambda: self._gateways.up and self._centre.up, "the relay reaches both brokers")

    def stop(self) -> None:
        """Leave both."""
        self._gateways.stop()
        self._centre.stop()

    def _rise(self, message: Message) -> None:
        message.acknowledge()
        with self._lock:
            if self._kept is not None:
                self._kept.append(message)
                return
        self._centre.publish(message.topic, message.payload)

    def _fall(self, message: Message) -> None:
        message.acknowledge()
        self._gateways.publish(message.topic, message.payload)

    def keep(self) -> None:
        """From now on messages wait here."""
        with self._lock:
            self._kept = self._kept or []

    def kept(self) -> int:
        """How many wait."""
        with self._lock:
            return len(self._kept or [])

    def shuffle(self, dice: Random) -> None:
        """Send what waits, each message twice, all in one random order; then pass on as usual."""
        with self._lock:
            kept, self._kept = self._kept or [], None
        doubled = kept * 2
        dice.shuffle(doubled)
        for message in doubled:
            self._centre.publish(message.topic, message.payload)
