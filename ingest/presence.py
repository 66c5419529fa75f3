"""Health and availability, latest only: who is there, how they do, and who has gone."""

import queue
import threading
from collections.abc import Callable, Mapping
from typing import Final

import msgspec
from sqlalchemy import Engine, select, update

from ingest.centre import NOTHING, tell
from ingest.roster import Roster
from lamplighter.contract.errors import Unavailable
from lamplighter.contract.measurements import CAMERA, GATEWAY, RowTuple
from lamplighter.contract.records import DECODERS, Availability, EvidenceNumber, Health
from lamplighter.contract.topics import Gateway, Topic, TopicError, all_gateways
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.logs import logger
from lamplighter.runtime.mqtt import BrokerSettings, Connection, Message
from lamplighter.storage.sql.completeness import note_ended
from lamplighter.storage.sql.engine import snapshot, transaction
from lamplighter.storage.sql.tables import GATEWAYS
from lamplighter.storage.sql.upsert import upsert
from lamplighter.storage.timeseries.protocol import TimeSeries

SKEW_MS: Final = 30_000
"""A gateway's clock that is wrong by more than this is told of; readings are kept apart only beyond 5 minutes."""


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
        rival = self._is_rival(gateway, health)
        self._note(
            gateway,
            health_at_ms=now_ms,
            health=msgspec.json.encode(health).decode(),
            first_boot=health.boot,
            boot=health.boot,
            boot_id=health.boot_id[:64],
            **({"rival_at_ms": now_ms} if rival else {}),
        )
        if health.starts:
            with transaction(self._sql) as connection:
                note_ended(connection, gateway, health.starts)
        if health.clock_offset_ms is not None:
            ahead_ms = round(health.clock_offset_ms)
            self._tell(gateway, "clock_skew", active=abs(ahead_ms) > SKEW_MS, evidence={"ahead_ms": ahead_ms})
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
                camera.undecoded,
            )
            for camera in health.cameras
        ]
        if rows:
            self._store.write(CAMERA, rows)

    def _is_rival(self, gateway: Gateway, health: Health) -> bool:
        """Whether this start is not the one last heard and yet no later one: two of them live."""
        if not health.boot_id:
            return False
        with snapshot(self._sql) as connection:
            last = connection.execute(select(GATEWAYS.c.boot, GATEWAYS.c.boot_id).filter_by(**gateway._asdict())).one_or_none()
        return last is not None and bool(last.boot_id) and health.boot_id != last.boot_id and health.boot <= last.boot

    def _note_availability(self, gateway: Gateway, availability: Availability) -> None:
        now_ms = self._clock.now_ms()
        self._note(gateway, state=availability.state, state_at_ms=now_ms, first_boot=availability.boot)
        self._log.info("gateway_" + availability.state, gateway="/".join(gateway))
        self._tell(gateway, "gateway_offline", active=availability.state == "offline")

    def _tell(self, gateway: Gateway, kind: str, *, active: bool, evidence: Mapping[str, EvidenceNumber] = NOTHING) -> None:
        with transaction(self._sql) as connection:
            tell(connection, gateway, kind, active=active, at_ms=self._clock.now_ms(), evidence=evidence)

    def _note(self, gateway: Gateway, *, first_boot: int, **columns: object) -> None:
        """Change these columns of the gateway's row; `first_boot` counts only where there is no row yet."""
        key = gateway._asdict()
        with transaction(self._sql) as connection:
            if connection.execute(update(GATEWAYS).filter_by(**key).values(**columns)).rowcount == 0:
                row = {"state": "online", "state_at_ms": 0, "boot": first_boot, **columns}
                upsert(connection, GATEWAYS, [{**key, **row}], key=list(key))
