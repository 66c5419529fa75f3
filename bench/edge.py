"""How many cameras a gateway sustains, and what a quiet one costs.

    python -m bench.edge --json [--model NAME|FILE.onnx] [--busy 16] [--quiet 4] [--seconds 40] [--cores 2]

Streams are looped H.264 of at least 640x360 at 15 frames/s over RTSP, made from the clips of ../shared/media (busy: vtest; quiet:
one by one, before the first visit) and served by another process on the same cores. Each run is a whole gateway (`edge.agent`):
capture, decoding, gate, inference, tracking, an intrusion rule a camera, the outbox on disk, and for each camera a condition a
minute with its still and its clip. Counted after a warm-up of 10 s. Four runs of `--seconds` each, so under five minutes in all:
the busy one is made once. The quiet camera is measured with every picture decoded, and with key frames only, as it is decoded once
nothing has moved for a minute (for 5 s here), since the stream has one a second. `answer` holds what issue 5 asks for.
"""

import argparse
import json
import os
from typing import Any, Final

from bench.one_gateway import FPS, Load, run
from bench.quiet import forward_ms, quiet_without_decoding
from bench.stages import stages
from bench.streams import streams
from lamplighter.runtime.logs import configure_logs

GOALS: Final = {"cameras": 16, "share_of_forward_limit": 0.55, "quiet_without_decoding": 0.05, "quiet_with_decoding": 0.25}
_FULL_RATE: Final = 0.98
"""Of the pictures that were due: the counters are read while one may be under way."""


def sustained(figures: dict[str, Any]) -> bool:
    """Whether every camera of a run was looked at in full: nothing skipped, every camera there, the rate held."""
    held = figures["analysed_per_camera_s"] >= FPS * _FULL_RATE
    return bool(held and not figures["skipped"] and figures["online"] == figures["cameras"])


def answer(report: dict[str, Any]) -> dict[str, Any]:
    """The report's figures against the goals; `holds` is true where all of them are met."""
    busy, quiet = report["busy"], report["quiet"]
    due = busy["cameras"] * FPS * busy["wall_s"]
    said = {
        "cameras": busy["cameras"],
        "sustained": sustained(busy),
        "skipped": busy["skipped"],
        "analysed_of_due": round(busy["analysed"] / due, 3),
        "share_of_forward_limit": busy["share_of_forward_limit"],
        "quiet_without_decoding": report["quiet_without_decoding"]["cost_share"],
        "quiet_with_decoding": quiet["idle_cost_share"],
        "quiet_with_every_picture_decoded": quiet["cost_share"],
        "clips_a_minute": round(busy["clips_made"] * 60 / busy["wall_s"], 1),
        "mb_a_camera": round((busy["rss_mb"] - quiet["gated"]["rss_mb"]) / max(1, busy["cameras"] - quiet["cameras"]), 1),
    }
    holds = {
        "cameras": said["sustained"] and said["cameras"] >= GOALS["cameras"],
        "share_of_forward_limit": said["share_of_forward_limit"] >= GOALS["share_of_forward_limit"],
        "quiet_without_decoding": said["quiet_without_decoding"] <= GOALS["quiet_without_decoding"],
        "quiet_with_decoding": said["quiet_with_decoding"] <= GOALS["quiet_with_decoding"],
    }
    return {**said, "goals": GOALS, "holds": holds, "all_hold": all(holds.values())}


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="the only form there is")
    parser.add_argument("--model")
    parser.add_argument("--busy", type=int, default=16, help="busy cameras")
    parser.add_argument("--quiet", type=int, default=4, help="quiet cameras")
    parser.add_argument("--seconds", type=float, default=40.0)
    parser.add_argument("--cores", type=int, default=2)
    given = parser.parse_args()
    configure_logs(level="error")  # to stderr: stdout is for the figures
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: given.cores])
    report: dict[str, Any] = {"model": given.model or "hog_person", "cores": given.cores, "load_before": os.getloadavg()[0]}
    report["forward_ms"] = alone_ms = forward_ms(given.model)
    report["busy_by_stage"] = stages(given.model, cores=given.cores, forward_ms=alone_ms)
    report["quiet_without_decoding"] = quiet_without_decoding(given.model)
    with streams("busy", "quiet") as (busy, quiet):
        load = Load(quiet, given.quiet, given.model, given.seconds, given.cores, alone_ms)
        gated, idle, every = (run(each) for each in (load, load._replace(key_frames_after_s=5.0), load._replace(every_frame=True)))
        gated_ms, idle_ms, every_ms = (one["cpu_ms_per_camera_s"]["gateway"] for one in (gated, idle, every))
        shares = {"cost_share": round(gated_ms / every_ms, 3), "idle_cost_share": round(idle_ms / every_ms, 3)}
        report["quiet"] = {"cameras": given.quiet, "gated": gated, "idle": idle, "every_frame": every, **shares}
        report["busy"] = run(load._replace(url=busy, cameras=given.busy))
    report["load_after"] = os.getloadavg()[0]
    report["answer"] = answer(report)
    print(json.dumps(report))


if __name__ == "__main__":
    main()
