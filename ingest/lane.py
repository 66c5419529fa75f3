"""One durable lane at the centre: its own connection, its own intake, threads of its own that commit and then acknowledge."""

import threading
from collections.abc import Callable, Sequence

from ingest.answers import Confirmation, LaneName, answers_of
from ingest.holding import Holding, StoreState
from ingest.intake import Intake
from ingest.metrics import LaneMetrics
from ingest.roster import Roster
from ingest.settings import IngestSettings
from lamplighter.contract.errors import Unavailable
from lamplighter.contract.topics import all_gateways
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.logs import logger
from lamplighter.runtime.mqtt import Connection, Message, Session, acknowledge_all

Commit = Callable[[Sequence[Message]], list[Confirmation]]
"""Stores a batch durably and returns the answers; raises Unavailable, then the batch is tried again. Called by several threads."""

_MB = 1_000_000
_STOP_WITHIN_S = 20.0
_URGENT_S = 0.01


class Lane:
    """Takes messages in, hands batches to `commit`, and only after it returns answers the gateways and the broker."""

    def __init__(
        self,
        lane: LaneName,
        settings: IngestSettings,
        *,
        commit: Commit,
        roster: Roster,
        clock: Clock,
        metrics: LaneMetrics,
    ) -> None:
        self._lane: LaneName = lane
        self._batch = settings.batch
        self._pressure = pressure = settings.pressure
        self._commit = commit
        self._clock = clock
        self._metrics = metrics
        self._log = logger(lane=lane, worker=settings.worker)
        self._intake = Intake(clock, most_messages=pressure.waiting_messages, most_bytes=pressure.waiting_mb * _MB)
        self._store = StoreState(clock)
        self._holding: Holding | None = None
        if pressure.spool_mb:
            self._holding = Holding(
                settings.data_dir / "spool" / settings.worker / lane,
                roster,
                most_bytes=pressure.spool_mb * _MB,
                most_messages=settings.batch.most_messages,
            )
        self._spool_full = False
        self._stopping = threading.Event()
        share = "" if settings.share is None else f"$share/{settings.share}/"
        self._connection = Connection(
            settings.broker,
            f"{settings.worker}.{lane}",
            on_message=self._intake.put,
            subscriptions=[share + all_gateways(lane)],
            session=Session(settings.session_expiry_s, pressure.in_flight, self._intake.has_room),
        )
        # A condition does not wait for company: many come seldom, and one is urgent.
        self._wait_s = settings.batch.wait_s if lane == "readings" else min(_URGENT_S, settings.batch.wait_s)
        committers = settings.batch.committers if lane == "readings" else 1
        self._threads = [threading.Thread(target=self._run, name=f"lane-{lane}-{n}", daemon=True) for n in range(committers)]

    def start(self) -> None:
        """Connect and begin; returns at once."""
        for thread in self._threads:
            thread.start()
        self._connection.start()

    @property
    def up(self) -> bool:
        """Whether the broker is reached."""
        return self._connection.up

    def tell(self, topic: str, payload: bytes) -> None:
        """Publish to a gateway over this lane's connection; raises Unavailable while the broker is away."""
        self._connection.publish(topic, payload)

    def stop(self) -> None:
        """Take no more, commit what was taken, leave the broker; what was not committed stays unacknowledged there."""
        self._intake.close()
        self._stopping.set()
        for thread in self._threads:
            thread.join(_STOP_WITHIN_S)
        self._connection.stop()

    def watch(self) -> None:
        """Bring the gauges up to date; called from time to time."""
        waiting = self._intake.waiting()
        spooled = 0 if self._holding is None else self._holding.size_bytes
        self._metrics.waits(waiting, spooled_bytes=spooled, away_s=self._store.away_s())

    def _run(self) -> None:
        batch_most = self._batch
        while True:
            batch = self._intake.take(
                most_messages=batch_most.most_messages,
                most_bytes=batch_most.most_mb * _MB,
                first_within_s=0.2,
                all_within_s=self._wait_s,
            )
            if batch:
                self._settle(batch)
            elif self._stopping.is_set():
                return
            if not self._stopping.is_set():
                self._drain_a_part()

    def _settle(self, batch: list[Message]) -> None:
        """Store the batch or put it on disk, however long that takes; stopping, what cannot be stored is left to the broker."""
        while True:
            if self._store.may_try() and self._try(batch):
                return
            if self._spools() and self._spool(batch):
                return
            if self._stopping.wait(self._store.next_try_in_s()):
                return

    def _try(self, batch: list[Message]) -> bool:
        started_s = self._clock.monotonic()
        try:
            answers = self._commit(batch)
        except Unavailable as error:
            self._note_failure(error, len(batch))
            return False
        self._note_success()
        self._metrics.committed(len(batch), self._clock.monotonic() - started_s)
        self._finish(batch, answers)
        return True

    def _note_failure(self, error: Unavailable, held: int) -> None:
        self._metrics.refused()
        if self._store.failed(error):
            self._log.error("store_unavailable", reason=str(error), held=held, waiting=self._intake.waiting().messages)

    def _note_success(self) -> None:
        if self._store.succeeded():
            self._spool_full = False
            self._log.info("store_available")

    def _spools(self) -> bool:
        """Whether to put messages on disk: the store is away for long, memory is full, or others are there already."""
        if self._holding is None:
            return False
        away_s = self._store.away_s()
        full = not self._intake.has_room()
        return away_s > 0 and (away_s >= self._pressure.spool_after_s or full or self._holding.size_bytes > 0)

    def _spool(self, batch: list[Message]) -> bool:
        if self._holding is None:
            return False
        try:
            answers = self._holding.keep(batch)
        except Unavailable as error:
            if not self._spool_full:
                self._log.error("spool_unavailable", reason=str(error))
                self._spool_full = True
            return False
        self._finish(batch, answers)
        return True

    def _drain_a_part(self) -> None:
        """Store the oldest messages on disk, if there are any and the store is there."""
        if self._holding is None or self._holding.size_bytes == 0 or not self._store.may_try():
            return
        try:
            part = self._holding.next_part()
        except Unavailable as error:
            self._note_failure(error, 0)
            return
        if not part:
            return
        try:
            answers = self._commit([Message(one.topic, one.payload, _nothing_to_acknowledge) for one in part])
        except Unavailable as error:
            self._holding.failed()
            self._note_failure(error, len(part))
            return
        self._holding.stored()
        self._note_success()
        self._finish([], answers)

    def _finish(self, batch: Sequence[Message], answers: list[Confirmation]) -> None:
        self._answer(answers)
        acknowledge_all(batch)

    def _answer(self, answers: list[Confirmation]) -> None:
        """Tell the gateways; if the broker is away they will ask again by sending again."""
        at_ms = self._clock.now_ms()
        try:
            for answer in answers:
                for topic, payload in answers_of(answer, self._lane, at_ms):
                    self._connection.publish(topic, payload)
        except Unavailable as error:
            self._log.warning("answers_not_sent", reason=str(error))


def _nothing_to_acknowledge() -> None:
    """The broker was told when the message went to disk."""
