"""One ingest worker: three durable lanes and presence."""

import asyncio
import json
from collections.abc import Sequence

from sqlalchemy import Engine

from ingest.answers import LaneName
from ingest.clips import Fetching
from ingest.commits import CommitPath, ConditionsPath, EvidencePath, ReadingsPath
from ingest.lane import Lane
from ingest.metrics import IngestMetrics, LaneMetrics
from ingest.presence import Presence
from ingest.roster import Roster
from ingest.settings import IngestSettings
from ingest.watchdog import Watchdog
from lamplighter.contract.errors import Unavailable
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.interpreter import collect_seldom, take_quick_turns
from lamplighter.runtime.logs import logger
from lamplighter.runtime.stopping import wait_for
from lamplighter.site.model import Site
from lamplighter.storage.clip_files import ClipFiles
from lamplighter.storage.evidence_files import EvidenceFiles
from lamplighter.storage.timeseries.protocol import TimeSeries


class IngestService:
    """Owns the lanes; the stores and the site files are handed in, so that a server process can share them."""

    def __init__(self, settings: IngestSettings, *, sites: Sequence[Site], store: TimeSeries, sql: Engine, clock: Clock) -> None:
        self._settings = settings
        self._sites = sites
        self._store = store
        self._clock = clock
        self._log = logger(worker=settings.worker)
        self.metrics = IngestMetrics()
        roster = Roster(sites)
        paths: dict[str, CommitPath] = {}
        self._lane_metrics: dict[str, LaneMetrics] = {}
        for kind in (ConditionsPath, ReadingsPath):
            self._lane_metrics[kind.lane] = self.metrics.lane(kind.lane)
            paths[kind.lane] = kind(sql=sql, store=store, roster=roster, clock=clock, metrics=self._lane_metrics[kind.lane])
        self._lane_metrics["evidence"] = self.metrics.lane("evidence")
        paths["evidence"] = EvidencePath(
            EvidenceFiles(settings.data_dir / "stills"),
            clips := ClipFiles(settings.data_dir / "clips"),
            sql=sql,
            store=store,
            roster=roster,
            clock=clock,
            metrics=self._lane_metrics["evidence"],
        )
        names: tuple[LaneName, ...] = ("conditions", "readings", "evidence")
        self._lanes = [
            Lane(name, settings, commit=paths[name], roster=roster, clock=clock, metrics=self._lane_metrics[name]) for name in names
        ]
        self._fetching = Fetching(sql, clips, clock, send=self._lanes[names.index("evidence")].tell)
        self._watchdog = Watchdog(sql, settings.pressure, clock)
        presence = Presence(worker=settings.worker, broker=settings.broker, sql=sql, store=store, roster=roster, clock=clock)
        self._parts: tuple[Lane | Presence, ...] = (*self._lanes, presence)

    @property
    def up(self) -> bool:
        """Whether every lane reaches the broker."""
        return all(part.up for part in self._parts)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set."""
        collect_seldom()
        take_quick_turns()
        for part in self._parts:
            part.start()
        self._log.info("ingest_started", sites=len(self._sites))
        try:
            await self._watch(stop)
        finally:
            await asyncio.gather(*(asyncio.to_thread(part.stop) for part in self._parts))
            self._write_summary()
            self._log.info("ingest_stopped")

    async def _watch(self, stop: asyncio.Event) -> None:
        """Until the stop: bring the gauges up to date, and look after the gateways now and then."""
        look_at_s = self._clock.monotonic() + self._settings.pressure.look_s
        while not await wait_for(stop, 1.0):
            for lane in self._lanes:
                lane.watch()
            await asyncio.to_thread(self._fetch)
            if self._clock.monotonic() >= look_at_s:
                look_at_s = self._clock.monotonic() + self._settings.pressure.look_s
                await asyncio.to_thread(self._watchdog.look)

    def _fetch(self) -> None:
        try:
            self._fetching.look()
        except Unavailable as error:
            self._log.warning("clips_not_asked_for", reason=str(error))

    def _write_summary(self) -> None:
        """`ingest.json`: for each start of a gateway, from its readings' time to their commit, in ms."""
        lags = {boot: sorted(found) for boot, found in self._lane_metrics["readings"].lags_ms.items()}
        summary = {"lag_ms": {boot: {"p50": _quantile(found, 0.5), "p99": _quantile(found, 0.99)} for boot, found in lags.items()}}
        self._settings.data_dir.mkdir(parents=True, exist_ok=True)
        (self._settings.data_dir / "ingest.json").write_text(json.dumps(summary), "utf-8")


def _quantile(values: Sequence[int], share: float) -> int | None:
    return values[min(len(values) - 1, int(len(values) * share))] if values else None
