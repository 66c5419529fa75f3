"""Health and availability, latest only: who is there, how they do, and who has gone."""

import queue
import threading
from collections.abc import Callable

import msgspec
from sqlalchemy import Engine, update

from alarms.levels import apply_level
from ingest.roster import Roster
from lamplighter.contract.errors import Unavailable
from lamplighter.contract.measurements import CAMERA, GATEWAY, RowTuple
from lamplighter.contract.records import DECODERS, Availability, Condition, Health
from lamplighter.contract.topics import Gateway, Topic, TopicError, all_gateways
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.logs import logger
from lamplighter.runtime.mqtt import BrokerSettings, Connection, Message
from lamplighter.storage.sql.engine import transaction
from lamplighter.storage.sql.tables import GATEWAYS
from lamplighter.storage.sql.upsert import upsert
from lamplighter.storage.timeseries.protocol import TimeSeries


class Presence:
    """A thread of its own: nothing here is durable, so the newest word wins and a lost one is made good by the next."""

    def __init__(
        self,
        *,
        worker: str,
        broker: BrokerSettings,
        sql: Engine,
        store: TimeSeries,
        roster: Roster,
        clock: Clock,
    ) -> None:
        self._sql = sql
        self._store = store
        self._roster = roster
        self._clock = clock
        self._log = logger(worker=worker)
        self._queue: queue.Queue[Message] = queue.Queue(maxsize=10_000)
        self._stopping = threading.Event()
        self._connection = Connection(
            broker,
            f"{worker}.presence",
            on_message=self._take,
            subscriptions=[all_gateways("health"), all_gateways("availability")],
        )
        self._thread = threading.Thread(target=self._run, name="presence", daemon=True)

    def start(self) -> None:
        """Connect and begin; returns at once."""
        self._thread.start()
        self._connection.start()

    @property
    def up(self) -> bool:
        """Whether the broker is reached."""
        return self._connection.up

    def stop(self) -> None:
        """Leave the broker and end the thread."""
        self._stopping.set()
        self._thread.join(5)
        self._connection.stop()

    def _take(self, message: Message) -> None:
        message.acknowledge()
        try:
            self._queue.put_nowait(message)
        except queue.Full:
            self._log.warning("health_dropped", topic=message.topic)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                message = self._queue.get(timeout=0.2)
            except queue.Empty:
                continue
            self._handle(message)

    def _handle(self, message: Message) -> None:
        try:
            topic = Topic.parse(message.topic)
            record = DECODERS[topic.lane].decode(message.payload)
        except (TopicError, msgspec.MsgspecError, UnicodeDecodeError) as error:
            self._log.warning("presence_not_understood", topic=message.topic[:200], reason=str(error))
            return
        if self._roster.fault_of_gateway(topic.gateway) is not None:
            return
        note: Callable[[], None] = (
            (lambda: self._note_health(topic.gateway, record))
            if isinstance(record, Health)
            else (lambda: self._note_availability(topic.gateway, record))
        )
        try:
            note()
        except Unavailable as error:
            self._log.warning("presence_not_stored", reason=str(error))

    def _note_health(self, gateway: Gateway, health: Health) -> None:
        now_ms = self._clock.now_ms()
        self._note(gateway, health_at_ms=now_ms, health=msgspec.json.encode(health).decode(), boot=health.boot)
        school, name = gateway.school, gateway.gateway
        waiting = sum(health.outbox_rows.values())
        self._store.write(GATEWAY, [(school, name, now_ms, health.cpu_pct, health.memory_pct, health.disk_free_mb, waiting)])
        rows: list[RowTuple] = [
            (
                school,
                name,
                camera.id,
                now_ms,
                int(camera.state == "online"),
                camera.fps,
                camera.skipped,
                camera.inference_ms,
                camera.armed_s,
                camera.watched_s,
            )
            for camera in health.cameras
        ]
        if rows:
            self._store.write(CAMERA, rows)

    def _note_availability(self, gateway: Gateway, availability: Availability) -> None:
        now_ms = self._clock.now_ms()
        self._note(gateway, state=availability.state, state_at_ms=now_ms, boot=availability.boot)
        self._log.info("gateway_" + availability.state, gateway="/".join(gateway))
        self._tell_offline(gateway, active=availability.state == "offline", now_ms=now_ms)

    def _tell_offline(self, gateway: Gateway, *, active: bool, now_ms: int) -> None:
        """The centre's own condition: it takes its order from the centre's clock, as no gateway numbers it."""
        condition = Condition(
            id=f"gateway_offline:{gateway.gateway}:",
            kind="gateway_offline",
            name="",
            source=gateway.gateway,
            active=active,
            at_ms=now_ms,
            since_ms=now_ms,
            repeat=True,  # a retained message is heard again at every start: kept only if it changes something
        )
        with transaction(self._sql) as connection:
            apply_level(connection, gateway, condition, boot=1, seq=now_ms, received_at_ms=now_ms)

    def _note(self, gateway: Gateway, **columns: object) -> None:
        key = gateway._asdict()
        with transaction(self._sql) as connection:
            if connection.execute(update(GATEWAYS).filter_by(**key).values(**columns)).rowcount == 0:
                row = {"state": "online", "state_at_ms": 0, **columns}
                upsert(connection, GATEWAYS, [{**key, **row}], key=list(key))
