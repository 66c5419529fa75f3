"""One whole gateway on looped streams, and what it used meanwhile: each run in a process of its own, so that memory is its own."""

import asyncio
import contextlib
import os
import tempfile
import threading
from collections import defaultdict
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final, NamedTuple

import psutil

from edge.agent import Agent
from edge.rules.protocol import Level
from edge.settings import GatewaySettings
from edge.watchers.protocol import Watch
from lamplighter.contract.records import CameraHealth
from lamplighter.runtime.clock import SystemClock
from lamplighter.runtime.logs import configure_logs
from lamplighter.runtime.settings import check_settings

WARM_UP_S: Final = 10.0
FPS: Final = 5.0
_MINUTE_S: Final = 60.0
_NEVER_RAISES_S: Final = 600.0
_PROCESSES: Final = {"edge.evidence.worker": "clips", "edge.watchers.process": "gateway", "bench.streams": "rtsp_server"}
"""By what stands in their command lines: processes beside the gateway's first one."""


class Load(NamedTuple):
    """What a gateway is given to do. `every_frame`: the network looks at each analysed picture, moving or not.

    `key_frames_after_s`: as in the settings of a camera; 0 has every picture decoded.
    """

    url: str
    cameras: int
    model: str | None
    seconds: float
    cores: int
    forward_ms: float
    every_frame: bool = False
    key_frames_after_s: float = 0.0


class Reading(NamedTuple):
    """Counters of one moment; seconds of processor time by role, and within the gateway's first process by kind of thread."""

    at_s: float
    process_s: Mapping[str, float]
    thread_s: Mapping[str, float]
    rss_mb: float
    cameras: list[CameraHealth]
    clips: int


def run(load: Load) -> dict[str, Any]:
    """One run's figures, from a fresh process on the same cores."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as fresh:
        return fresh.submit(_run, load).result()


def _run(load: Load) -> dict[str, Any]:
    configure_logs(level="error")
    with tempfile.TemporaryDirectory() as folder:
        first, last = asyncio.run(_watch(load, Path(folder)))
    wall_s = last.at_s - first.at_s
    analysed, inferences, skipped = (
        sum(getattr(camera, key) for camera in last.cameras) - sum(getattr(camera, key) for camera in first.cameras)
        for key in ("analysed", "inferences", "skipped")
    )

    def ms(after: Mapping[str, float], before: Mapping[str, float]) -> dict[str, float]:
        spent = {key: round((after[key] - before.get(key, 0.0)) * 1000 / load.cameras / wall_s, 1) for key in sorted(after)}
        return {key: value for key, value in spent.items() if value}

    cpu_ms = ms(last.process_s, first.process_s)
    return {
        "cameras": load.cameras,
        "every_frame": load.every_frame,
        "wall_s": round(wall_s, 1),
        "analysed": analysed,
        "analysed_per_camera_s": round(analysed / load.cameras / wall_s, 2),
        "inferences": inferences,
        "skipped": skipped,
        "online": sum(camera.state == "online" for camera in last.cameras),
        "share_of_forward_limit": round(analysed * load.forward_ms / (load.cores * wall_s * 1000), 3),
        "cpu_ms_per_camera_s": {**cpu_ms, "all": round(sum(cpu_ms.values()), 1)},
        "gateway_cpu_ms_by_thread": ms(last.thread_s, first.thread_s),
        "clips_made": last.clips - first.clips,
        "rss_mb": round(last.rss_mb, 1),
        "load": round(os.getloadavg()[0], 1),
    }


def _settings(load: Load, folder: Path) -> GatewaySettings:
    """Cameras on one stream, each with an intrusion rule that looks and never raises; the broker is away, the outbox on disk."""
    names = [f"cam{number}" for number in range(load.cameras)]
    camera = {
        "kind": "rtsp",
        "space": "yard",
        "url": load.url,
        "fps": FPS,
        "open_timeout_s": 30,
        "read_timeout_s": 30,
        "attention": {"every_frame": load.every_frame, "key_frames_after_s": load.key_frames_after_s},
    }
    given: dict[str, Any] = {
        "district": "d",
        "school": "s",
        "gateway": "g",
        "data_dir": str(folder),
        "broker": {"url": "mqtt://127.0.0.1:9"},
        "detector": {} if load.model is None else {"model": load.model},
        "cameras": [{**camera, "id": name} for name in names],
        "rules": [{"kind": "intrusion", "camera": name, "on_delay_s": _NEVER_RAISES_S} for name in names],
    }
    return check_settings(given, GatewaySettings, where="bench")


async def _watch(load: Load, folder: Path) -> tuple[Reading, Reading]:
    """Counters after the warm-up and `seconds` later."""
    clock = SystemClock()
    agent = Agent(_settings(load, folder), clock)
    running = asyncio.create_task(agent.run(for_s=WARM_UP_S + load.seconds + 2, drain_s=0.1))
    raising = asyncio.create_task(_raise_in_turn(agent, clock))
    await clock.sleep(WARM_UP_S)
    first = await asyncio.to_thread(_read, agent, folder)
    await clock.sleep(load.seconds)
    last = await asyncio.to_thread(_read, agent, folder)
    raising.cancel()
    await running
    return first, last


async def _raise_in_turn(agent: Agent, clock: SystemClock) -> None:
    """A condition a camera and minute, spread over the minute, each with its still; a clip of each follows by itself."""
    turn = 0
    while True:
        await clock.sleep(_MINUTE_S / max(1, len(agent.watches)))
        if agent.watches:
            await asyncio.to_thread(_raise, agent, agent.watches[turn % len(agent.watches)], clock.now_ms())
            turn += 1


def _raise(agent: Agent, watch: Watch, at_ms: int) -> None:
    picture = watch.snapshot(within_s=30.0).jpeg
    for active in (False, True):
        agent.levels(Level("intrusion", "in-turn", watch.camera.id, active, at_ms, {}), still=lambda: picture)


def _read(agent: Agent, folder: Path) -> Reading:
    process = psutil.Process()
    names = {thread.native_id: thread.name.split()[0] for thread in threading.enumerate()}
    threads: defaultdict[str, float] = defaultdict(float)
    for thread in process.threads():
        threads[names.get(thread.id, "other")] += thread.user_time + thread.system_time
    spent_s, rss = defaultdict(float, gateway=_cpu_s(process)), process.memory_info().rss
    for one in process.parents()[0].children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):  # it has just ended
            role = next((role for word, role in _PROCESSES.items() if word in " ".join(one.cmdline())), None)
            if role is not None:
                spent_s[role] += _cpu_s(one)
                rss += one.memory_info().rss * (role == "gateway")
    return Reading(
        SystemClock().monotonic(),
        spent_s,
        threads,
        rss / 1e6,
        [watch.health() for watch in agent.watches],
        len(list((folder / "clips").glob("*.mp4"))),
    )


def _cpu_s(process: psutil.Process) -> float:
    used = process.cpu_times()
    return float(used.user + used.system)
