"""Devices that speak to an MQTT broker: Zigbee2MQTT (a JSON topic a device), Home Assistant (a topic a value) and their like."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Final, Literal, NamedTuple

from pydantic import AfterValidator, Field, model_validator

from edge.drivers.bus import Bus
from edge.drivers.device import DeviceBase, doubled, problems_of_points
from edge.drivers.document import DocumentPoint, parsed, time_of, value_of
from edge.drivers.json_path import MISSING, JsonPath, at, steps_of
from edge.drivers.mqtt_feed import Feed, Word
from edge.drivers.protocol import PointPlan, Sample
from lamplighter.contract.errors import Unavailable
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.mqtt import BrokerSettings


def _one_topic(topic: str) -> str:
    if not topic or "+" in topic or "#" in topic or len(topic.encode()) > 65_535:
        raise ValueError("must be one topic, without + and #: name each device")
    return topic


Topic = Annotated[str, AfterValidator(_one_topic)]
_AWAY: Final = frozenset({"offline", "unavailable", "false", "0"})


class MqttPoint(DocumentPoint):
    """Where a device's messages hold a point."""

    topic: Topic | None = Field(
        None, description="topic of this point, where it has one of its own; the device's topic when absent"
    )


class MqttDevice(DeviceBase):
    """A device that publishes its values."""

    topic: Topic | None = Field(None, description='topic of its messages, such as "zigbee2mqtt/b101-door"')
    availability: Topic | None = Field(None, description='topic that says "online" or "offline", or {"state": "online"}')
    points: tuple[MqttPoint, ...] = Field(min_length=1, description="its points and where they are")
    time_path: JsonPath | None = Field(
        None, description='place of the time at which the device measured, such as "last_seen"; tells a wrong clock and old words'
    )
    stale_after_s: float = Field(
        7200.0, gt=0, description="seconds without a message after which it is silent; a little more than its longest pause"
    )

    @model_validator(mode="after")
    def _readable(self) -> "MqttDevice":
        problems = problems_of_points(self.kind, [row.point for row in self.points], what="place")
        problems += [f"{row.point} has no topic; give it one, or the device" for row in self.points if self.topic_of(row) is None]
        if problems:
            raise ValueError("; ".join(f"device {self.id!r}: {problem}" for problem in problems))
        return self

    def topic_of(self, row: MqttPoint) -> str | None:
        """Where this point is said."""
        return row.topic or self.topic


class MqttIn(Bus):
    """Devices heard at a broker: the school's own, or the one that Zigbee2MQTT and Home Assistant use."""

    pushed: ClassVar[bool] = True
    kind: Literal["mqtt"] = "mqtt"
    broker: BrokerSettings = Field(description="where the devices speak; not where this gateway sends")
    client_id: str = Field("", max_length=64, description="name at that broker; lamplighter-ID of the bus when absent")
    timeout_s: float = Field(5.0, gt=0, le=60, description="seconds the broker has to answer the login")
    retained: Literal["uncertain", "ignore"] = Field(
        "uncertain", description="what a retained message without a time is: a reading of uncertain quality, or nothing"
    )
    devices: tuple[MqttDevice, ...] = Field(min_length=1, description="the devices heard there")

    @model_validator(mode="after")
    def _devices_differ(self) -> "MqttIn":
        problems = doubled(self.devices)
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def check(self) -> None:
        """Raises SettingsError for a password or certificate that cannot be read."""
        self.broker.login(self.login_name)
        if self.broker.secured:
            self.broker.tls()

    @property
    def login_name(self) -> str:
        """The client id at that broker."""
        return self.client_id or f"lamplighter-{self.id}"

    def plan(self) -> Mapping[str, tuple[PointPlan, ...]]:
        """Device id -> its points; all are looked at in every poll."""
        return {device.id: tuple(PointPlan(row.point, self.poll_s) for row in device.points) for device in self.devices}

    def open(self, clock: Clock) -> "MqttLink":
        """The bus, not yet connected."""
        return MqttLink(self, clock)


class _Heard:
    """What is known of one device: readings not yet taken, when it last spoke, whether it said that it is away."""

    def __init__(self, now_s: float) -> None:
        self.samples: list[Sample] = []
        self.last_s = now_s
        self.away = False


class _Route(NamedTuple):
    """Whom a topic is about; `row` is None for its availability."""

    device: MqttDevice
    row: MqttPoint | None


class MqttLink:
    """What the devices said since they were last asked."""

    def __init__(self, bus: MqttIn, clock: Clock) -> None:
        self._bus = bus
        self._clock = clock
        self._devices = {device.id: device for device in bus.devices}
        self._heard = {device.id: _Heard(clock.monotonic()) for device in bus.devices}
        self._routes: dict[str, list[_Route]] = defaultdict(list)
        for topic, route in _routes(bus.devices):
            self._routes[topic].append(route)
        self._feed = Feed(bus.broker, bus.login_name, sorted(self._routes), timeout_s=bus.timeout_s, clock=clock)

    @property
    def connected(self) -> bool:
        """Whether the broker is there."""
        return self._feed.connected

    async def connect(self) -> None:
        """Log in and subscribe; raises Unavailable."""
        await asyncio.to_thread(self._feed.connect)

    async def read(self, device: str, points: Sequence[str]) -> list[Sample]:  # noqa: ARG002 - a device says what it says
        """What it said since the last time; raises Unavailable when it is away or has been silent too long."""
        for word in self._feed.words():
            self._take(word)
        heard, stale_after_s = self._heard[device], self._devices[device].stale_after_s
        samples, heard.samples = heard.samples, []
        if samples:
            return samples
        if heard.away:
            raise Unavailable("its availability topic says that it is offline")
        if self._clock.monotonic() - heard.last_s > stale_after_s:
            raise Unavailable(f"nothing heard for {stale_after_s:g} s; is its battery empty, or out of reach?")
        return samples

    def close(self) -> None:
        """Leave the broker."""
        self._feed.close()

    def _take(self, word: Word) -> None:
        document = parsed(word.payload)
        for device, row in self._routes.get(word.topic, ()):
            heard = self._heard[device.id]
            if row is None:
                heard.away = _says_away(document)
                continue
            sample = self._sample(device, row, document, word)
            if sample is not None:
                heard.samples.append(sample)
                heard.last_s, heard.away = self._clock.monotonic(), False

    def _sample(self, device: MqttDevice, row: MqttPoint, document: Any, word: Word) -> Sample | None:
        decoded = value_of(document, row)
        if decoded is None:
            return None
        said_ms = time_of(document, device.time_path) if device.time_path is not None else None
        sample = Sample(device.id, row.point, word.at_ms, decoded.value, decoded.quality, said_ms)
        return self._old(device, sample) if word.retained else sample

    def _old(self, device: MqttDevice, sample: Sample) -> Sample | None:
        """A retained word: as old as it says; of unknown age, and so uncertain, where it does not say."""
        if sample.said_ms is not None:
            fresh = sample.at_ms - sample.said_ms <= device.stale_after_s * 1000
            # It is late by nature, so its time says nothing of the device's clock.
            return sample._replace(at_ms=min(sample.said_ms, sample.at_ms), said_ms=None) if fresh else None
        if self._bus.retained == "ignore":
            return None
        return sample if sample.value is None else sample._replace(quality="uncertain")


def _routes(devices: Sequence[MqttDevice]) -> Iterator[tuple[str, _Route]]:
    for device in devices:
        if device.availability is not None:
            yield device.availability, _Route(device, None)
        for row in device.points:
            yield device.topic_of(row) or "", _Route(device, row)


def _says_away(document: Any) -> bool:
    state = at(document, steps_of("state"))
    return str(document if state is MISSING else state).strip().lower() in _AWAY
