"""Asks gateways on behalf of people: each request is logged, sent as a command, and its answer kept for whoever asked."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Final, Literal, NamedTuple
from uuid import uuid4

import msgspec
from sqlalchemy import Engine

from lamplighter.contract.records import DECODERS, ENCODER, Answer, Command, EvidenceNumber
from lamplighter.contract.topics import MAX_BYTES, Gateway, Topic, TopicError, all_gateways
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.logs import logger
from lamplighter.runtime.mqtt import BrokerSettings, Connection, Message
from lamplighter.storage.sql import requests as log
from lamplighter.storage.sql.engine import snapshot, transaction

CLIENT_ID: Final = "console"
"""The console's connection, and its user at a broker that knows users."""
ANSWER_WITHIN_S: Final = 20.0
MOST_KEPT: Final = 64

State = Literal["waiting", "answered", "silent", "unknown"]


class _Asked(NamedTuple):
    gateway: Gateway
    asked_at_s: float
    answer: Answer | None = None
    settled: bool = False


class Look(NamedTuple):
    """How a request stands; `silent`: the gateway did not answer in time; `unknown`: never asked, or too long ago."""

    state: State
    answer: Answer | None = None


class Requests:
    """`publish` sends a payload to a topic and raises Unavailable; `hear` may be called from any thread."""

    def __init__(self, sql: Engine, *, publish: Callable[[str, bytes], object], clock: Clock) -> None:
        self._sql = sql
        self._publish = publish
        self._clock = clock
        self._asked: OrderedDict[str, _Asked] = OrderedDict()
        self._lock = threading.Lock()
        self._log = logger()

    def ask(self, gateway: Gateway, kind: str, arguments: Mapping[str, EvidenceNumber], *, client: str) -> str:
        """Log and send a request; returns its id. Raises Unavailable, and ValueError for more than the lane carries."""
        name, at_ms = uuid4().hex, self._clock.now_ms()
        payload = ENCODER.encode(Command(id=name, kind=kind, at_ms=at_ms, arguments=dict(arguments)))
        if len(payload) > MAX_BYTES["command"]:
            raise ValueError(f"{len(payload)} bytes is more than a command carries ({MAX_BYTES['command']})")
        camera = str(arguments.get("camera", ""))
        with transaction(self._sql) as connection:
            log.note(connection, log.Request(name, gateway, kind, camera[:48], client[:64], at_ms))
        self._log.info("gateway_asked", kind=kind, gateway=gateway.gateway, camera=camera, command=name, client=client)
        with self._lock:
            self._asked[name] = _Asked(gateway, self._clock.monotonic())
            while len(self._asked) > MOST_KEPT:
                self._asked.popitem(last=False)
        self._publish(gateway.topic("command"), payload)
        return name

    def hear(self, topic: str, payload: bytes) -> None:
        """Take an answer; what was not asked here, or comes from another gateway, is passed over."""
        try:
            gateway = Topic.parse(topic).gateway
            answer: Answer = DECODERS["answer"].decode(payload)
        except (TopicError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            self._log.warning("answer_not_understood", topic=topic[:200], reason=str(error))
            return
        with self._lock:
            asked = self._asked.get(answer.command)
            if asked is not None and asked.gateway == gateway and asked.answer is None:
                self._asked[answer.command] = asked._replace(answer=answer)

    def look(self, name: str) -> Look:
        """How a request stands; its outcome is logged once seen. Raises Unavailable."""
        with self._lock:
            asked = self._asked.get(name)
        if asked is None:
            return Look("unknown")
        if asked.answer is None:
            return Look("silent" if self._clock.monotonic() - asked.asked_at_s > ANSWER_WITHIN_S else "waiting")
        if not asked.settled:
            with transaction(self._sql) as connection:
                log.settle(connection, name, at_ms=self._clock.now_ms(), outcome=asked.answer.refused or log.DONE)
            with self._lock:
                self._asked[name] = asked._replace(settled=True)
        return Look("answered", asked.answer)

    def newest(self, school: str, *, limit: int = 10) -> list[log.Request]:
        """The school's last requests, newest first; raises Unavailable."""
        with snapshot(self._sql) as connection:
            return log.newest(connection, school, limit=limit)


@contextmanager
def asking(broker: BrokerSettings, sql: Engine, clock: Clock) -> Generator[Requests]:
    """Requests over a broker while the block runs; raises SettingsError for a password that cannot be read."""

    def hear(message: Message) -> None:
        message.acknowledge()
        requests.hear(message.topic, message.payload)

    line = Connection(broker, CLIENT_ID, on_message=hear, subscriptions=[all_gateways("answer")])
    requests = Requests(sql, publish=line.publish, clock=clock)
    line.start()
    try:
        yield requests
    finally:
        line.stop()
