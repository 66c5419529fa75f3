"""How many cameras a gateway sustains, and what a quiet one costs.

    python -m bench.edge --json [--model NAME|FILE.onnx] [--busy 4,8,16] [--quiet 4] [--seconds 40] [--cores 2]

Streams are looped H.264 of at least 640x360 at 15 frames/s over RTSP, made from the clips of ../shared/media (busy: vtest; quiet:
one by one, before the first visit) and served by another process on the same cores. Each run is a whole gateway (`edge.agent`):
capture, decoding, gate, inference, tracking, an intrusion rule a camera, the outbox on disk. Counted after a warm-up of 10 s.
"""

import argparse
import asyncio
import json
import os
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import psutil

from bench.quiet import forward_ms, quiet_without_decoding
from bench.stages import stages
from bench.streams import streams
from edge.agent import Agent
from edge.settings import GatewaySettings
from lamplighter.contract.records import CameraHealth
from lamplighter.runtime.clock import SystemClock
from lamplighter.runtime.logs import configure_logs
from lamplighter.runtime.settings import check_settings

WARM_UP_S = 10.0
FPS = 5.0


class Reading(NamedTuple):
    """Counters of one moment; `cpu_s` is this process's own."""

    at_s: float
    cpu_s: float
    rss_mb: float
    cameras: list[CameraHealth]


def settings_of(url: str, cameras: int, *, model: str | None, folder: Path, every_frame: bool) -> GatewaySettings:
    """A gateway with so many cameras on one stream; its broker is away, so everything stays in the outbox."""
    names = [f"cam{number}" for number in range(cameras)]
    given: dict[str, Any] = {
        "district": "d",
        "school": "s",
        "gateway": "g",
        "data_dir": str(folder),
        "broker": {"url": "mqtt://127.0.0.1:9"},
        "detector": {} if model is None else {"model": model},
        "cameras": [
            {
                "kind": "rtsp",
                "id": name,
                "space": "yard",
                "url": url,
                "fps": FPS,
                "open_timeout_s": 30,
                "read_timeout_s": 30,
                "attention": {"every_frame": every_frame},
            }
            for name in names
        ],
        "rules": [{"kind": "intrusion", "camera": name} for name in names],
    }
    return check_settings(given, GatewaySettings, where="bench")


async def watch(settings: GatewaySettings, seconds: float) -> tuple[Reading, Reading]:
    """Counters after the warm-up and `seconds` later."""
    agent, process, clock = Agent(settings, SystemClock()), psutil.Process(), SystemClock()

    def read() -> Reading:
        used = process.cpu_times()
        health = [watch.health() for watch in agent.watches]
        return Reading(clock.monotonic(), used.user + used.system, process.memory_info().rss / 1e6, health)

    running = asyncio.create_task(agent.run(for_s=WARM_UP_S + seconds + 2, drain_s=0.1))
    await clock.sleep(WARM_UP_S)
    first = read()
    await clock.sleep(seconds)
    last = read()
    await running
    return first, last


def run(url: str, cameras: int, *, given: argparse.Namespace, every_frame: bool = False) -> dict[str, Any]:
    """One run's figures."""
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_of(url, cameras, model=given.model, folder=Path(folder), every_frame=every_frame)
        first, last = asyncio.run(watch(settings, given.seconds))
    wall_s = last.at_s - first.at_s
    analysed, inferences, skipped = (
        sum(getattr(camera, key) for camera in last.cameras) - sum(getattr(camera, key) for camera in first.cameras)
        for key in ("analysed", "inferences", "skipped")
    )
    return {
        "cameras": cameras,
        "every_frame": every_frame,
        "wall_s": round(wall_s, 1),
        "analysed": analysed,
        "analysed_per_camera_s": round(analysed / cameras / wall_s, 2),
        "inferences": inferences,
        "skipped": skipped,
        "online": sum(camera.state == "online" for camera in last.cameras),
        "share_of_forward_limit": round(analysed * given.forward_ms / (given.cores * wall_s * 1000), 3),
        "cpu_ms_per_camera_s": round((last.cpu_s - first.cpu_s) * 1000 / cameras / wall_s, 1),
        "rss_mb": round(last.rss_mb, 1),
    }


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="the only form there is")
    parser.add_argument("--model")
    parser.add_argument("--busy", default="8,16")
    parser.add_argument("--quiet", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=40.0)
    parser.add_argument("--cores", type=int, default=2)
    given = parser.parse_args()
    configure_logs(level="error")  # to stderr: stdout is for the figures
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: given.cores])
    report: dict[str, Any] = {"model": given.model or "hog_person", "cores": given.cores, "load_before": os.getloadavg()[0]}
    report["forward_ms"] = given.forward_ms = forward_ms(given.model)
    report["busy_by_stage"] = stages(given.model, cores=given.cores, forward_ms=given.forward_ms)
    report["quiet_without_decoding"] = quiet_without_decoding(given.model)
    with streams("busy", "quiet") as (busy, quiet):
        if given.quiet:
            gated, every = (run(quiet, given.quiet, given=given, every_frame=every) for every in (False, True))
            cost = round(gated["cpu_ms_per_camera_s"] / every["cpu_ms_per_camera_s"], 3)
            report["quiet"] = {"gated": gated, "every_frame": every, "cost_share_with_decoding": cost}
        report["busy"] = [run(busy, int(count), given=given) for count in given.busy.split(",")]
    report["load_after"] = os.getloadavg()[0]
    print(json.dumps(report))


if __name__ == "__main__":
    main()
