"""A long day of media time, watched twice: the same transitions, and memory that stays flat.

    python -m bench.replay --hours 24 [--model NAME|FILE.onnx] [--fps 2]

The hour that is played again and again is made at run time from the clips of ../shared/media, 480x360: 16 minutes with people
(vtest), a minute of a visit now and then, else an empty room. The two runs are two processes. Each decodes the film, and looks at
`--fps` pictures a second with every incident's default rule and camera_tamper; at 2 a second all of them are at work, but a fall or
a flame is judged as well as at 5 only at 5, and at 1 nobody is followed. Prints one JSON object; its exit status is 1 where the
runs differ, memory grew, or people were followed in less than a quarter of the pictures.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import chain, cycle, islice
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import psutil

from bench.clips import MEDIA
from bench.quiet import load
from edge.analysis import Analysis
from edge.cameras.file import FileCamera
from edge.cameras.protocol import Image
from edge.detectors.footage import footage
from edge.newest import Rate
from edge.rules.kinds import default_rules
from edge.tracking import TrackingSettings
from lamplighter.runtime.clock import FakeClock, SystemClock
from tests.rtsp.clip import write_clip

SIZE_PX: Final = (480, 360)
HOUR_S: Final = 3600
BUSY_MINUTES: Final = 16
VISITS_AT_MINUTE: Final = (20, 30, 40, 50)
FLAT_MB: Final = 15.0
"""Memory may grow by so much after the first hour: what allocators keep."""
BUSY_SHARE: Final = 0.25
CAMERA: Final = "replay"


def _film(path: str, *, fps: int, first_s: float = 0.0, last_s: float = 1e9) -> list[Image]:
    """Pictures of a clip at so many a second, resized."""
    rate = Rate(fps)
    frames = (frame for frame in footage(str(MEDIA / path)) if first_s <= frame.media_s < last_s and rate.due(frame.media_s))
    return [np.asarray(cv2.resize(frame.image, SIZE_PX, interpolation=cv2.INTER_AREA), np.uint8) for frame in frames]


def hour(fps: int) -> Iterator[Image]:
    """Its pictures: people, then an empty room with visits."""
    walk = _film("people/vtest_pets09s2l1_480x360.avi", fps=fps)
    room = _film("people/one-by-one-person-detection.mp4", fps=fps)
    empty = _film("people/one-by-one-person-detection.mp4", fps=fps, first_s=0.8, last_s=5.6)
    still = [*empty, *empty[-2:0:-1]]
    minute = 60 * fps
    yield from islice(cycle(walk), BUSY_MINUTES * minute)
    for number in range(BUSY_MINUTES, 60):
        visit = room if number in VISITS_AT_MINUTE else []
        yield from islice(chain(visit, cycle(still)), minute)


def watch(film: Path, *, hours: float, fps: float, model: str | None) -> dict[str, Any]:
    """One run: its transitions, what it cost, and the memory of this process at each half hour of media time."""
    detector, clock, process = load(model), SystemClock(), psutil.Process()
    tracking = TrackingSettings(sure_score=detector.sure_score)
    rules = [rule.watch() for rule in default_rules(CAMERA)]
    analysis = Analysis(CAMERA, detector=detector, rules=rules, clock=clock, tracking=tracking)
    camera = FileCamera(id=CAMERA, space=CAMERA, path=film, loop=True, fps=fps)
    begun_s, moving = clock.monotonic(), 0
    active: dict[str, bool] = {}
    transitions: list[list[Any]] = []
    rss_mb: list[float] = []
    for frame in camera.open(FakeClock(0)).frames(Rate(fps).due):
        if frame.media_s >= hours * HOUR_S:
            break
        for level, _still in analysis.analyse(frame):
            if level.active != active.get(level.name, False):
                active[level.name] = level.active
                transitions.append([round(frame.media_s, 3), level.kind, level.name, level.active, dict(level.evidence)])
        moving += bool(analysis.scene and analysis.scene.tracks)
        if frame.media_s >= len(rss_mb) * HOUR_S / 2:
            rss_mb.append(round(process.memory_info().rss / 1e6, 1))
    used = process.cpu_times()
    return {
        "analysed": analysis.analysed,
        "inferences": analysis.inferences,
        "share_with_people": round(moving / analysis.analysed, 3),
        "transitions": len(transitions),
        "kinds": sorted({str(row[1]) for row in transitions}),
        "sha256": hashlib.sha256(json.dumps(transitions).encode()).hexdigest(),
        "wall_s": round(clock.monotonic() - begun_s, 1),
        "cpu_s": round(used.user + used.system, 1),
        "rss_mb": rss_mb,
    }


def grown_mb(rss_mb: list[float]) -> float:
    """From the end of the first hour to the most there was afterwards."""
    return max(rss_mb[2:], default=rss_mb[-1]) - rss_mb[min(2, len(rss_mb) - 1)]


def twice(film: Path, given: argparse.Namespace) -> list[dict[str, Any]]:
    """Both runs, at the same time."""
    command = [sys.executable, "-m", "bench.replay", "--film", str(film), "--hours", str(given.hours), "--fps", str(given.fps)]
    command += ["--model", given.model] if given.model else []
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _run in range(2)]
    return [json.loads(run.communicate()[0]) for run in runs]


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=2.0, help="of media time")
    parser.add_argument("--fps", type=int, default=2, help="pictures looked at a second")
    parser.add_argument("--model")
    parser.add_argument("--film", type=Path, help="watch this film once: what each of the two processes does")
    given = parser.parse_args()
    if given.film is not None:
        print(json.dumps(watch(given.film, hours=given.hours, fps=given.fps, model=given.model)))
        return
    load_before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        film = write_clip(Path(folder) / "hour.mp4", hour(given.fps), fps=given.fps)
        runs = twice(film, given)
    same = runs[0]["sha256"] == runs[1]["sha256"]
    flat = all(grown_mb(run["rss_mb"]) <= FLAT_MB for run in runs)
    busy = all(run["share_with_people"] >= BUSY_SHARE for run in runs)
    loads = {"before": load_before, "after": os.getloadavg()[0]}
    held = {"same": same, "flat": flat, "busy": busy}
    print(json.dumps({"hours": given.hours, "fps": given.fps, **held, "load": loads, "runs": runs}))
    sys.exit(0 if all(held.values()) else 1)


if __name__ == "__main__":
    main()
