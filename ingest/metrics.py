"""What ingest counts of itself: Prometheus metrics, and the lag from a reading's time to its commit."""

from collections import defaultdict, deque
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from ingest.intake import Waiting

_KEPT: Final = 20_000
_STARTS: Final = 8
"""Lags are kept of so many starts: gateways start for years, and a worker must not remember them all."""


class LaneMetrics:
    """One lane's counters; `lags_ms` keeps the newest lags of the last starts of gateways for a summary."""

    def __init__(self, metrics: "IngestMetrics", lane: str) -> None:
        self._messages = metrics.messages.labels(lane)
        self._commit_s = metrics.commit_s.labels(lane)
        self._queue = metrics.queue.labels(lane)
        self._queue_bytes = metrics.queue_bytes.labels(lane)
        self._oldest_s = metrics.oldest_s.labels(lane)
        self._spool_bytes = metrics.spool_bytes.labels(lane)
        self._store_away_s = metrics.store_away_s.labels(lane)
        self._again = metrics.again.labels(lane)
        self._refusals = metrics.refusals.labels(lane)
        self._quarantined = metrics.quarantined.labels(lane)
        self._rows = metrics.rows.labels(lane)
        self._lag_s = metrics.lag_s.labels(lane)
        self.lags_ms: dict[int, deque[int]] = defaultdict(lambda: deque(maxlen=_KEPT))

    def committed(self, messages: int, seconds: float) -> None:
        """A batch is safe."""
        self._messages.inc(messages)
        self._commit_s.observe(seconds)

    def waits(self, waiting: Waiting, *, spooled_bytes: int, away_s: float) -> None:
        """What is not stored yet."""
        self._queue.set(waiting.messages)
        self._queue_bytes.set(waiting.bytes)
        self._oldest_s.set(max(waiting.oldest_s, away_s))
        self._spool_bytes.set(spooled_bytes)
        self._store_away_s.set(away_s)

    def refused(self) -> None:
        """The store did not take a batch; it will be tried again."""
        self._refusals.inc()

    def counted(self, *, rows: int, quarantined: int, again: int) -> None:
        """What a batch held; `again`: messages asked for again, as their clock could not be judged."""
        self._rows.inc(rows)
        self._quarantined.inc(quarantined)
        self._again.inc(again)

    def lagged(self, boot: int, lag_ms: int) -> None:
        """How long after its own time the oldest item of a message was committed."""
        if boot not in self.lags_ms and len(self.lags_ms) >= _STARTS:
            del self.lags_ms[next(iter(self.lags_ms))]
        self.lags_ms[boot].append(lag_ms)
        self._lag_s.observe(lag_ms / 1000)


class IngestMetrics:
    """All of them, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.messages = Counter("lamplighter_messages", "messages committed", ["lane"], registry=self.registry)
        self.rows = Counter("lamplighter_rows", "rows stored", ["lane"], registry=self.registry)
        self.quarantined = Counter("lamplighter_quarantined", "messages and values refused", ["lane"], registry=self.registry)
        self.refusals = Counter("lamplighter_store_refusals", "batches the store did not take", ["lane"], registry=self.registry)
        self.again = Counter("lamplighter_asked_again", "messages asked for again", ["lane"], registry=self.registry)
        self.queue_bytes = Gauge("lamplighter_queue_bytes", "size of messages waiting in memory", ["lane"], registry=self.registry)
        self.oldest_s = Gauge("lamplighter_oldest_unstored_seconds", "age of the oldest", ["lane"], registry=self.registry)
        self.spool_bytes = Gauge("lamplighter_spool_bytes", "size of messages on our disk", ["lane"], registry=self.registry)
        self.store_away_s = Gauge("lamplighter_store_away_seconds", "since no try succeeded", ["lane"], registry=self.registry)
        self.queue = Gauge("lamplighter_queue_messages", "messages waiting in memory", ["lane"], registry=self.registry)
        self.commit_s = Histogram("lamplighter_commit_seconds", "time of a commit", ["lane"], registry=self.registry)
        self.lag_s = Histogram(
            "lamplighter_lag_seconds",
            "from an item's own time to its commit",
            ["lane"],
            buckets=(0.1, 0.25, 0.5, 1, 2, 5, 10, 60, 600, 3600, 86400),
            registry=self.registry,
        )

    def lane(self, name: str) -> LaneMetrics:
        """The metrics of one lane."""
        return LaneMetrics(self, name)
