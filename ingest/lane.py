"""One durable lane at the centre: its own connection, its own queue, its own thread that commits and then acknowledges."""

import queue
import threading
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from ingest.metrics import LaneMetrics
from ingest.settings import BatchSettings
from lamplighter.contract.errors import Unavailable
from lamplighter.contract.records import ENCODER, RejectedNotice, Stored
from lamplighter.contract.topics import Gateway, all_gateways
from lamplighter.runtime.backoff import Backoff
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.logs import logger
from lamplighter.runtime.mqtt import BrokerSettings, Connection, Message

LaneName = Literal["conditions", "readings", "evidence"]


class Confirmation(NamedTuple):
    """The centre's answer for one start of one gateway: what is safe (cumulative), and what is refused for good."""

    gateway: Gateway
    boot: int
    boot_id: str
    stored: list[tuple[int, int]]
    rejected: list[tuple[int, str]]


Commit = Callable[[Sequence[Message]], list[Confirmation]]
"""Stores a batch durably and returns the answers; raises Unavailable, then the batch is tried again."""


class Lane:
    """Takes messages in, hands batches to `commit`, and only after it returns answers the gateways and the broker."""

    def __init__(
        self,
        lane: LaneName,
        *,
        worker: str,
        broker: BrokerSettings,
        batch: BatchSettings,
        commit: Commit,
        clock: Clock,
        metrics: LaneMetrics,
    ) -> None:
        self._lane: LaneName = lane
        self._batch = batch
        self._commit = commit
        self._clock = clock
        self._metrics = metrics
        self._log = logger(lane=lane, worker=worker)
        self._queue: queue.Queue[Message] = queue.Queue()
        self._stopping = threading.Event()
        self._connection = Connection(
            broker,
            f"{worker}.{lane}",
            on_message=self._queue.put_nowait,  # bounded by the broker's in-flight limit: nothing is acknowledged yet
            subscriptions=[all_gateways(lane)],
        )
        self._thread = threading.Thread(target=self._run, name=f"lane-{lane}", daemon=True)

    def start(self) -> None:
        """Connect and begin; returns at once."""
        self._thread.start()
        self._connection.start()

    @property
    def up(self) -> bool:
        """Whether the broker is reached."""
        return self._connection.up

    def stop(self) -> None:
        """Finish the batch in hand, leave the broker; what was not committed stays unacknowledged there."""
        self._stopping.set()
        self._thread.join(10)
        self._connection.stop()

    def _run(self) -> None:
        while not self._stopping.is_set():
            batch = self._collect()
            if batch:
                self._settle(batch)

    def _collect(self) -> list[Message]:
        try:
            batch = [self._queue.get(timeout=0.2)]
        except queue.Empty:
            return []
        until_s = self._clock.monotonic() + self._batch.wait_s
        while len(batch) < self._batch.most_messages:
            left_s = until_s - self._clock.monotonic()
            try:
                batch.append(self._queue.get(timeout=left_s) if left_s > 0 else self._queue.get_nowait())
            except queue.Empty:
                break
        return batch

    def _settle(self, batch: list[Message]) -> None:
        backoff = Backoff(0.2, 10.0)
        held = False
        while not self._stopping.is_set():
            started_s = self._clock.monotonic()
            try:
                answers = self._commit(batch)
            except Unavailable as error:
                if not held:
                    self._log.error("store_unavailable", reason=str(error), held=len(batch), waiting=self._queue.qsize())
                    held = True
                self._metrics.refused()
                self._stopping.wait(error.retry_after_s or backoff.next_s())
                continue
            if held:
                self._log.info("store_available")
            self._metrics.committed(len(batch), self._clock.monotonic() - started_s, self._queue.qsize())
            self._answer(answers)
            for message in batch:
                message.acknowledge()
            return

    def _answer(self, answers: list[Confirmation]) -> None:
        """Tell the gateways; if the broker is away they will ask again by sending again."""
        try:
            for answer in answers:
                if answer.stored:
                    record = Stored(
                        at_ms=self._clock.now_ms(),
                        boot=answer.boot,
                        boot_id=answer.boot_id,
                        lane=self._lane,
                        ranges=answer.stored,
                    )
                    self._connection.publish(answer.gateway.topic("stored"), ENCODER.encode(record))
                for seq, reason in answer.rejected:
                    notice = RejectedNotice(
                        at_ms=self._clock.now_ms(),
                        boot=answer.boot,
                        boot_id=answer.boot_id,
                        lane=self._lane,
                        seq=seq,
                        reason=reason[:500],
                    )
                    self._connection.publish(answer.gateway.topic("rejected"), ENCODER.encode(notice))
        except Unavailable as error:
            self._log.warning("answers_not_sent", reason=str(error))
