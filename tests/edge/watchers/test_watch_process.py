"""Another process watches cameras: its levels, stills, boxes and film reach the gateway, and its end is told and mended."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import psutil
import pytest

from edge.rules.protocol import Level
from edge.settings import GatewaySettings
from edge.watchers.remote import WatchProcess
from edge.watchers.shares import Share
from lamplighter.contract.errors import Unavailable
from lamplighter.runtime.backoff import Backoff
from lamplighter.runtime.clock import SystemClock
from tests.edge.gateways import STEADY_S, filmed
from tests.edge.watching import wait_until

pytestmark = [pytest.mark.services, pytest.mark.slow]
FIRST_CORE = min(os.sched_getaffinity(0))
START_S = 60.0
"""A process that has to share two cores takes its time to begin."""


def settings_of(folder: Path) -> GatewaySettings:
    return filmed(folder, ("c1", "c2", "c3"), first_s=4, last_s=16, loop=True)


class Gateway:
    """The gateway's end, and what it was told."""

    def __init__(self, folder: Path) -> None:
        self.told: list[Level] = []
        self.stills: list[bytes] = []
        self.process = WatchProcess(
            settings_of(folder),
            Share(("c1", "c3"), (FIRST_CORE,)),
            publish=self._take,
            clock=SystemClock(),
            backoff=Backoff(0.1, 0.2),
        )
        self.watch, self.other = self.process.watches
        self.process.start()

    def _take(self, level: Level, *, still: Callable[[], bytes] | None = None) -> None:
        self.told.append(level)
        if still is not None:
            self.stills.append(still())

    def levels(self, kind: str, *, active: bool) -> list[Level]:
        """Those of a kind that hold, or that do not."""
        return [level for level in self.told if level.kind == kind and level.active is active]


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    made = Gateway(tmp_path)
    yield made
    made.process.close()


def test_what_the_process_sees_reaches_the_gateway(gateway: Gateway) -> None:
    """Levels with their stills, health, boxes, a snapshot and footage; only its own cameras are watched."""
    wait_until(lambda: bool(gateway.levels("intrusion", active=True)), within_s=START_S)
    raised = gateway.levels("intrusion", active=True)[0]
    assert raised.source in {"c1", "c3"}
    still = cv2.imdecode(np.frombuffer(gateway.stills[0], np.uint8), cv2.IMREAD_COLOR)
    assert still is not None
    assert still.shape == (360, 640, 3)
    health = gateway.watch.health()
    assert (health.id, health.state) == ("c1", "online")
    assert health.analysed > 0
    assert len(gateway.watch.inference_ms()) > 0
    wait_until(lambda: any(len(moment.boxes) for moment in gateway.watch.moments()))
    snapshot = gateway.watch.snapshot(within_s=5)
    assert (snapshot.width_px, snapshot.height_px) == (640, 360)
    gateway.watch.clock_asked(7.0)
    assert gateway.watch.clock_ahead_s() == 7.0
    assert gateway.other.clock_ahead_s() is None
    (footage,) = gateway.watch.cut(SystemClock().now_ms(), before_s=2, after_s=0, privacy=[])
    assert footage.reels
    assert footage.looks
    assert {level.source for level in gateway.told} == {"c1", "c3"}
    assert psutil.Process(gateway.process.pid).cpu_affinity() == [FIRST_CORE]


def test_a_process_that_is_killed_is_told_of_once_and_started_again(gateway: Gateway) -> None:
    """Both cameras are offline with the reason, are back by themselves, and counts go on."""
    wait_until(lambda: gateway.watch.health().analysed > 5, within_s=START_S)
    before, first = gateway.watch.health(), gateway.process.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: len(gateway.levels("camera_offline", active=True)) == 2)
    assert "ended (-9)" in str(gateway.levels("camera_offline", active=True)[0].evidence["reason"])
    with pytest.raises(Unavailable, match="is being started"):
        gateway.watch.snapshot(within_s=1)
    told = len(gateway.told)
    wait_until(
        lambda: {level.source for level in gateway.told[told:] if level.kind == "camera_offline"} == {"c1", "c3"},
        within_s=START_S,
    )
    wait_until(lambda: gateway.watch.health().analysed > before.analysed)
    assert gateway.process.pid != first
    after = gateway.watch.health()
    assert after.armed_s - after.watched_s > before.armed_s - before.watched_s, "nobody watched meanwhile"


def test_processes_that_end_again_and_again_are_one_condition_with_a_count(gateway: Gateway) -> None:
    killed: set[int] = set()
    while len(killed) < 2:
        wait_until(
            lambda: gateway.process.pid not in {None, *killed} and gateway.watch.health().state == "online", within_s=START_S
        )
        pid = gateway.process.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        killed.add(pid)
        wait_until(lambda: len(gateway.levels("camera_offline", active=True)) == 2 * len(killed))
    told = gateway.levels("camera_offline", active=True)
    assert [level.evidence["losses"] for level in told] == [1, 1, 2, 2]
    wait_until(lambda: gateway.levels("camera_offline", active=False)[-1].at_ms > told[-1].at_ms, within_s=START_S)
    back = gateway.levels("camera_offline", active=False)[-1]
    assert back.evidence["losses"] == 2
    assert back.at_ms - told[-1].at_ms > 1000 * STEADY_S


def test_a_process_that_hangs_stops_neither_questions_nor_the_end(gateway: Gateway) -> None:
    """A question is given up, health says so, and closing ends the process by force."""
    wait_until(lambda: gateway.watch.health().state == "online", within_s=START_S)
    pid = gateway.process.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(Unavailable, match="no answer within"):
        gateway.process.ask("c1", "moments", within_s=0.2)
    gateway.process.close()
    assert not psutil.pid_exists(pid)


KILLED = """
import sys, time
from pathlib import Path
from edge.settings import GatewaySettings
from edge.watchers.remote import WatchProcess
from edge.watchers.shares import Share
from lamplighter.runtime.clock import SystemClock

settings = GatewaySettings.model_validate_json(Path(sys.argv[1]).read_text("utf-8"))
process = WatchProcess(settings, Share(("c1",), (int(sys.argv[2]),)), publish=lambda level, still=None: None, clock=SystemClock())
process.start()
while process.watches[0].health().state != "online":
    time.sleep(0.05)
print(process.pid, flush=True)
time.sleep(600)
"""


def test_a_process_ends_with_the_gateway(tmp_path: Path) -> None:
    """The gateway is killed: nothing goes on watching for nobody."""
    (tmp_path / "settings.json").write_text(settings_of(tmp_path).model_dump_json(), "utf-8")
    command = [sys.executable, "-c", KILLED, str(tmp_path / "settings.json"), str(FIRST_CORE)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as gateway:
        assert gateway.stdout is not None
        watching = psutil.Process(int(gateway.stdout.readline()))
        gateway.kill()
    wait_until(lambda: not watching.is_running() or watching.status() == psutil.STATUS_ZOMBIE)
