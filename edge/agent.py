"""The agent: starts what the settings name, gathers readings once a flush, watches the levels, and stops cleanly."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Final

from edge.commands.cameras import CameraCommands
from edge.commands.desk import Desk
from edge.drivers.kinds import poll
from edge.drivers.protocol import Sample
from edge.estate.clocks import CameraClocks
from edge.estate.rounds import Rounds
from edge.estate.watch import RecorderWatch
from edge.evidence.clips import Clips, Recorded
from edge.evidence.kept import KeptClips
from edge.evidence.sending import Sending
from edge.evidence.tapes import Taped
from edge.health import ClockOffset, read_health
from edge.levels import Levels
from edge.outbox import Outbox
from edge.removed import ends_of
from edge.rules.base import VideoRule
from edge.rules.protocol import Level
from edge.senses import Senses
from edge.sensing import Sensing
from edge.settings import GatewaySettings
from edge.uplink import Uplink
from edge.watchers.build import Post, posts_of, tapes_of
from edge.watchers.protocol import Watch
from edge.watchers.remote import WatchProcess
from edge.watchers.shares import shares_of
from lamplighter.contract.errors import Unavailable
from lamplighter.contract.records import ENCODER, Condition, Health, Reading, Readings
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.interpreter import take_quick_turns
from lamplighter.runtime.logs import logger
from lamplighter.runtime.stopping import stop_on_signals, wait_for

MOST_READINGS: Final = 1000
"""Readings in one message, well below what the lane carries."""
MOST_UNACCEPTED: Final = 20_000
"""Readings kept in memory while the disk takes none; the oldest beyond that are lost, and the log says how many."""


class Agent:
    """One gateway."""

    def __init__(self, settings: GatewaySettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._log = logger(gateway=settings.gateway)
        self._outbox = Outbox(settings.data_dir / "outbox.sqlite", settings.outbox, clock)
        self._offset = ClockOffset(clock)
        self._by_id: dict[str, Watch] = {}
        commands = CameraCommands(settings, self._by_id, outbox=self._outbox, clock=clock)
        self._desk = Desk(commands.handlers, answer=self._reply, clock=clock)
        self._uplink = Uplink(
            settings.identity,
            self._outbox,
            broker=settings.broker,
            settings=settings.uplink,
            clock=clock,
            on_server_time=self._offset.heard,
            on_command=self._command,
        )
        self.levels = Levels(
            self._outbox,
            clock,
            spaces=settings.spaces,
            repeat_s=settings.repeat_s,
            on_added=self._uplink.wake,
            on_raised=self._raised,
        )
        shares = shares_of([camera.id for camera in settings.cameras], processes=settings.camera_processes)
        self._processes = [WatchProcess(settings, share, publish=self.levels, clock=clock) for share in shares]
        self._tapes = tapes_of(settings, [] if shares else [camera.id for camera in settings.cameras])
        self._clips = self._make_clips() if settings.evidence.clips and settings.cameras else None
        self._samples: list[Sample] = []
        self._senses = Senses(settings.spaces)
        self._silent: set[str] = set()
        self._posts: list[Post] = []
        self.watches: list[Watch] = []
        self._sensing = Sensing(
            settings.buses,
            [rule for rule in settings.rules if not isinstance(rule, VideoRule)],
            trust=settings.trust,
            clock=clock,
            on_level=self.levels,
            memory_file=settings.data_dir / "trust.json",
        )
        self._first_reading = asyncio.Event()
        self._started_s = clock.monotonic()

    async def run(self, *, for_s: float | None = None, drain_s: float = 60.0) -> None:
        """Work until a signal comes, or for `for_s` seconds from the first reading; then drain for up to `drain_s`."""
        take_quick_turns()
        self.watches = list(self._make_watches())
        self._by_id.update({watch.camera.id: watch for watch in self.watches})
        for level in ends_of(self._outbox.levels(), self._settings, at_ms=self._clock.now_ms()):
            self.levels(level)
        with stop_on_signals() as stop:
            self._uplink.start()
            self._log.info("gateway_started", boot=self._outbox.boot, cameras=len(self.watches), processes=len(self._processes))
            rounds = list(self._make_rounds(asyncio.get_running_loop()))
            for process in self._processes:
                process.start()
            for post in self._posts:
                post.start()
            for one in rounds:
                one.start()
            if self._clips is not None:
                self._clips.start(self.levels)
            self._desk.start()
            await self._produce(stop, for_s)
            await asyncio.gather(*(asyncio.to_thread(one.stop) for one in rounds))
            await self._stop(drain_s=drain_s if for_s is not None and not stop.is_set() else 0.5)

    async def _produce(self, stop: asyncio.Event, for_s: float | None) -> None:
        tasks = [
            asyncio.create_task(poll(bus, clock=self._clock, on_samples=self._take, on_level=self._hear))
            for bus in self._settings.buses
        ]
        tasks += [asyncio.create_task(self._every(self._settings.flush_s, self._flush))]
        tasks += [asyncio.create_task(self._every(self._settings.health_s, self._tell_health))]
        tasks += [asyncio.create_task(self._every(1.0, self._repeat))]
        ending = asyncio.create_task(self._until(stop, for_s))
        done, _pending = await asyncio.wait([*tasks, ending], return_when=asyncio.FIRST_COMPLETED)
        for task in [*tasks, ending]:
            task.cancel()
        await asyncio.gather(*tasks, ending, return_exceptions=True)
        for task in done:
            task.result()  # a bug ends the process with its trace

    async def _until(self, stop: asyncio.Event, for_s: float | None) -> None:
        if for_s is None:
            await stop.wait()
            return
        if self._settings.buses:
            await _either(stop, self._first_reading)
        await wait_for(stop, for_s)

    async def _every(self, seconds: float, act: Callable[[], Awaitable[None]]) -> None:
        next_s = self._clock.monotonic() + seconds
        while True:
            await self._clock.sleep(max(0.0, next_s - self._clock.monotonic()))
            next_s += seconds
            await act()

    def _reply(self, payload: bytes) -> None:
        """The snapshot that the answer names is on its way before it."""
        self._uplink.wake()
        self._uplink.latest("answer", payload)

    async def _repeat(self) -> None:
        self._sensing.tick()
        await asyncio.to_thread(self.levels.repeat_due)

    def _make_watches(self) -> Iterator[Watch]:
        """Those of other processes, or of posts in this one."""
        if self._processes:
            yield from (watch for process in self._processes for watch in process.watches)
            return
        self._posts = list(posts_of(self._settings, self._tapes, senses=self._senses, publish=self.levels, clock=self._clock))
        yield from (post.watch for post in self._posts)

    def _make_rounds(self, loop: asyncio.AbstractEventLoop) -> Iterator[Rounds]:
        def take(samples: Sequence[Sample]) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: a round that outlasts the agent
                loop.call_soon_threadsafe(self._take, samples)

        if self.watches:
            yield Rounds(CameraClocks(self.watches, clock=self._clock, take=take), "camera clocks", self._clock)
        for recorder in self._settings.recorders:
            watch = RecorderWatch(recorder, clock=self._clock, publish=self.levels, take=take)
            yield Rounds(watch, f"recorder {recorder.id}", self._clock)

    def _make_clips(self) -> Clips:
        settings = self._settings
        given, outbox = settings.evidence, self._outbox
        tapes: dict[str, Taped] = {watch.camera.id: watch for process in self._processes for watch in process.watches}
        tapes.update(self._tapes)
        recorded = {camera.id: Recorded(tapes[camera.id], camera.privacy_masks) for camera in settings.cameras}
        kept = KeptClips(settings.data_dir / "clips", given, self._clock)
        sending = Sending(kept, outbox, self._clock, camera=settings.cameras[0].id, on_added=self._uplink.wake)
        return Clips(given, recorded, kept, sending=sending, gateway=settings.gateway, clock=self._clock)

    def _raised(self, condition: Condition) -> None:
        if self._clips is not None:
            self._clips.raised(condition)

    def _command(self, payload: bytes) -> None:
        if self._clips is None or not self._clips.hear(payload):
            self._desk.hear(payload)

    def _take(self, samples: Sequence[Sample]) -> None:
        self._samples.extend(self._sensing.take(samples))
        self._senses.take(samples)
        for process in self._processes:
            process.sense(samples)
        self._first_reading.set()

    def _hear(self, level: Level) -> None:
        """A driver's word: which devices are silent also stands in the health record."""
        if level.kind == "sensor_silent":
            (self._silent.add if level.active else self._silent.discard)(level.source)
        self.levels(level)

    async def _flush(self) -> None:
        samples, self._samples = self._samples, []  # on the loop's thread, as is `_take`: nothing slips between
        if samples:
            refused = await asyncio.to_thread(self._add, samples)
            self._samples[:0] = refused[-MOST_UNACCEPTED:]
            self._uplink.wake()

    def _add(self, samples: Sequence[Sample]) -> Sequence[Sample]:
        """Put the samples into the outbox; returns those the disk did not take, to be tried again at the next flush."""
        for start in range(0, len(samples), MOST_READINGS):
            part = samples[start : start + MOST_READINGS]
            readings = [Reading(row.device, row.point, row.at_ms, row.value, row.quality) for row in part]
            try:
                self._outbox.add("readings", ENCODER.encode(Readings(readings)), items=len(readings))
            except Unavailable as error:
                dropped = max(0, len(samples) - start - MOST_UNACCEPTED)
                self._log.error("outbox_refuses_readings", reason=str(error), waiting=len(samples) - start, dropped=dropped)
                return samples[start:]
        return ()

    async def _tell_health(self) -> None:
        health = await asyncio.to_thread(self._health, sorted(self._silent))
        self._uplink.latest("health", ENCODER.encode(health))

    def _health(self, silent: list[str]) -> Health:
        """Waits for the processes that watch cameras, which may be slow to answer."""
        return read_health(
            clock=self._clock,
            data_dir=self._settings.data_dir,
            started_s=self._started_s,
            outbox=self._outbox,
            cameras=[watch.health() for watch in self.watches],
            offset=self._offset,
            silent=silent,
        )

    async def _stop(self, *, drain_s: float) -> None:
        """Stop producing, send what waits as far as time allows, write down what this start did."""
        await asyncio.to_thread(self._desk.stop)
        stops = [post.stop for post in self._posts]
        stops += [watch.stop for process in self._processes for watch in process.watches]
        await asyncio.gather(*(asyncio.to_thread(stop) for stop in stops))
        if self._clips is not None:
            await asyncio.to_thread(self._clips.stop)
        await self._flush()
        await self._tell_health()
        times_ms = await asyncio.gather(*(asyncio.to_thread(watch.inference_ms) for watch in self.watches))
        await asyncio.gather(*(asyncio.to_thread(process.close) for process in self._processes))
        until_s = self._clock.monotonic() + drain_s
        while self._clock.monotonic() < until_s and any(lane.rows for lane in self._outbox.status().values()):
            await self._clock.sleep(0.1)
        await asyncio.to_thread(self._uplink.stop)
        self._write_summary(sorted(ms for watch_ms in times_ms for ms in watch_ms))
        left = {lane: state.rows for lane, state in self._outbox.status().items() if state.rows}
        self._outbox.close()
        self._log.info("gateway_stopped", waiting=left)

    def _write_summary(self, inference_ms: Sequence[float]) -> None:
        """`summary.json`: what this start accepted, from the outbox's own record, and how long inference took, shortest first."""
        summary = {
            "boot": self._outbox.boot,
            "produced": {lane: state.produced for lane, state in self._outbox.status().items()},
            "first_reading_at_ms": self._outbox.status()["readings"].first_at_ms,
            "counts": self._outbox.counts(),
            "inference": {
                "count": len(inference_ms),
                "ms_p50": _quantile(inference_ms, 0.5),
                "ms_p95": _quantile(inference_ms, 0.95),
            },
        }
        (self._settings.data_dir / "summary.json").write_text(json.dumps(summary, indent=1), "utf-8")


def _quantile(values: Sequence[float], share: float) -> float | None:
    return round(values[min(len(values) - 1, int(len(values) * share))], 2) if values else None


async def _either(first: asyncio.Event, second: asyncio.Event) -> None:
    waits = [asyncio.create_task(event.wait()) for event in (first, second)]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
