"""How long it takes from a picture that makes a rule true to the event in the console's stream, the whole school at work.

    python -m bench.latency [--model NAME|FILE.onnx] [--cameras 8] [--conditions 100] [--cores 2]

Broker, server (ingest, alarms, verdicts, console), gateway and the RTSP server of the cameras are processes on the same cores. Each
camera shows vtest, looped, and has an intrusion rule for each of twelve parts of its picture, which people enter and leave. Counted
are raises of pictures captured after a warm-up of 15 s: the time at which the event's last byte was read, less the time at which
the picture was captured, both by this machine's clock. Prints one JSON object.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.request import urlopen

from bench.streams import streams
from edge.settings import GatewaySettings
from lamplighter.runtime.clock import SystemClock
from lamplighter.runtime.settings import check_settings
from lamplighter.up.children import Child
from lamplighter.up.plan import Plan, UpOptions
from tests.servers.processes import listens, wait_for

WARM_UP_MS: Final = 15_000
LONGEST_S: Final = 300.0
COLUMNS, ROWS = 4, 3
CLOCK: Final = SystemClock()


def rules(cameras: Sequence[str]) -> list[dict[str, Any]]:
    """An intrusion rule for each part of each camera's picture."""
    parts = [(column / COLUMNS, row / ROWS) for row in range(ROWS) for column in range(COLUMNS)]
    wide, high = 1 / COLUMNS, 1 / ROWS
    return [
        {
            "kind": "intrusion",
            "name": f"part-{number}",
            "camera": camera,
            "zone": [[left, top], [left + wide, top], [left + wide, top + high], [left, top + high]],
            "off_delay_s": 1.0,
        }
        for camera in cameras
        for number, (left, top) in enumerate(parts)
    ]


def plan_of(folder: Path, url: str, given: argparse.Namespace) -> Plan:
    """The demo's school with these cameras and rules in place of its own, without its sensors."""
    options = UpOptions(data=folder, cameras=(url,) * given.cameras, model=given.model)
    plan = Plan(options, now=datetime.fromtimestamp(CLOCK.now_ms() / 1000, UTC))
    names = [camera.id for camera in plan.edge.cameras]
    data = plan.edge.model_dump(mode="json", exclude_none=True) | {"rules": rules(names), "buses": []}
    plan.edge = check_settings(data, GatewaySettings, where="bench")
    return plan


@contextmanager
def running(child: Child, log: Path) -> Iterator[None]:
    """One process of the school, ended with the block."""
    with log.open("wb") as into:
        process = subprocess.Popen([sys.executable, "-m", "lamplighter", *child.arguments], stdout=into, stderr=into)
        try:
            yield
        finally:
            process.terminate()
            process.wait(30)


def events(port: int) -> Iterator[dict[str, Any]]:
    """Transitions as the console tells them (WHATWG HTML 9.2), each with the time it was read."""
    begun_s = CLOCK.monotonic()
    with urlopen(f"http://127.0.0.1:{port}/api/events", timeout=60) as stream:
        name = ""
        for line in stream:
            key, _, value = line.decode().rstrip("\n").partition(": ")
            if key == "event":
                name = value
            elif key == "data" and name == "transition":
                yield {**json.loads(value), "read_at_ms": CLOCK.now_ms()}
            if CLOCK.monotonic() - begun_s > LONGEST_S:
                return


def measure(plan: Plan, folder: Path, wanted: int) -> list[dict[str, Any]]:
    """That many raises after the warm-up, or as many as came within five minutes."""
    children, port = plan.children(), plan.server.console.port
    with ExitStack() as stack:
        for name, serves in (("broker", plan.broker_port), ("server", port)):
            stack.enter_context(running(children[name], folder / f"{name}.log"))
            wait_for(lambda serves=serves: listens(serves), f"{name} serves", within_s=60)  # type: ignore[misc] # bound now
        stack.enter_context(running(children["edge"], folder / "edge.log"))
        seen: list[dict[str, Any]] = []
        first_ms: int | None = None
        for event in events(port):
            first_ms = event["at_ms"] if first_ms is None else first_ms
            if event["active"] and event["kind"] == "intrusion" and event["at_ms"] >= first_ms + WARM_UP_MS:
                seen.append(event)
            if len(seen) >= wanted:
                break
    return seen


def quantiles(values_ms: list[int]) -> dict[str, int]:
    """Median, p95 and greatest, each a value that was measured (nearest rank)."""
    ordered = sorted(values_ms)
    return {name: ordered[math.ceil(share * len(ordered)) - 1] for name, share in (("p50", 0.5), ("p95", 0.95), ("max", 1.0))}


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model")
    parser.add_argument("--cameras", type=int, default=8)
    parser.add_argument("--conditions", type=int, default=100)
    parser.add_argument("--cores", type=int, default=2)
    given = parser.parse_args()
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: given.cores])
    load_before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as name, streams("busy") as (url,):
        folder = Path(name)
        seen = measure(plan_of(folder / "data", url, given), folder, given.conditions)
    report: dict[str, Any] = {"model": given.model or "hog_person", "cameras": given.cameras, "conditions": len(seen)}
    if seen:
        report["capture_to_event_ms"] = quantiles([event["read_at_ms"] - event["at_ms"] for event in seen])
        report["capture_to_ingest_ms"] = quantiles([event["received_at_ms"] - event["at_ms"] for event in seen])
    print(json.dumps({**report, "load_before": load_before, "load_after": os.getloadavg()[0]}))


if __name__ == "__main__":
    main()
