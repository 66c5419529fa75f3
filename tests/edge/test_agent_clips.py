"""A whole gateway: a camera's film, a raise, a pixelated clip on disk whose sha256 is told."""

import asyncio
import hashlib
import io
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import av
import pytest

from edge.agent import Agent
from edge.cameras.simulated import DEMO_ZONE
from edge.outbox import Outbox, OutboxSettings
from edge.settings import GatewaySettings
from lamplighter.contract.records import DECODERS
from lamplighter.runtime.clock import Clock, SystemClock
from lamplighter.runtime.settings import check_settings
from tests.edge.gateways import filmed
from tests.rtsp.clip import square_frames, write_clip
from tests.rtsp.server import RtspServer

pytestmark = [pytest.mark.services, pytest.mark.slow]
DEADLINE_S = 90.0


def settings_of(folder: Path, *, processes: int) -> GatewaySettings:
    rules = [{"kind": "intrusion", "camera": "c1", "zone": DEMO_ZONE}]
    return filmed(folder, ("c1", "c2"), first_s=4, last_s=14, loop=False, camera_processes=processes, rules=rules)


async def run_until(agent: Agent, done: Callable[[], bool], clock: Clock) -> None:
    """The gateway, then a signal as its supervisor sends; whoever makes clips has the lowest priority and all the time it needs."""
    running = asyncio.create_task(agent.run(drain_s=0.1))
    until_s = clock.monotonic() + DEADLINE_S
    while not done() and clock.monotonic() < until_s:
        await clock.sleep(0.1)
    signal.raise_signal(signal.SIGTERM)
    await running


@pytest.mark.parametrize("processes", [1, 2])
def test_a_raise_leaves_a_clip_that_plays_and_its_sha256_in_the_outbox(tmp_path: Path, processes: int) -> None:
    """Whether the gateway's own process watches the cameras or others do."""
    settings, clock = settings_of(tmp_path, processes=processes), SystemClock()
    agent = Agent(settings, clock)
    asyncio.run(run_until(agent, lambda: "clips" in agent._outbox.counts(), clock))
    outbox = Outbox(settings.data_dir / "outbox.sqlite", OutboxSettings(), clock)
    conditions = [DECODERS["conditions"].decode(row.payload()).body for row in outbox.waiting("conditions", after=0, limit=100)]
    outbox.close()
    ((condition, note),) = [(condition, clip) for condition in conditions for clip in condition.clips]
    film = (settings.data_dir / "clips" / f"{note.sha256}.mp4").read_bytes()
    assert condition.kind == "intrusion"
    assert hashlib.sha256(film).hexdigest() == note.sha256
    assert len(film) == note.bytes
    assert 2_500 <= note.end_ms - note.begin_ms <= 3_600
    assert note.begin_ms < note.raised_ms < note.end_ms
    with av.open(io.BytesIO(film), "r") as container:
        assert len(list(container.decode(video=0))) >= 25


def test_a_cameras_large_stream_is_on_tape_beside_the_small_one_and_let_go_of_at_the_end(tmp_path: Path) -> None:
    clock = SystemClock()
    small = write_clip(tmp_path / "small.mp4", square_frames(10))
    large = write_clip(tmp_path / "large.mp4", square_frames(10, size_px=(640, 384)))
    with RtspServer(small) as one, RtspServer(large) as other:
        camera = {"kind": "rtsp", "id": "c1", "space": "yard", "url": one.url, "evidence_url": other.url}
        given = settings_of(tmp_path, processes=1).model_dump() | {"cameras": [camera], "rules": []}
        agent = Agent(check_settings(given, GatewaySettings, where="test"), clock)
        tapes = agent._tapes["c1"]
        assert tapes.large is not None
        asyncio.run(run_until(agent, lambda: bool(tapes.small.bytes and tapes.large and tapes.large.bytes), clock))
    assert tapes.small.bytes > 0
    assert tapes.large.bytes > 0
    assert "evidence c1" not in {thread.name for thread in threading.enumerate()}


def test_a_camera_without_a_large_stream_has_no_tape_and_no_thread_for_one(tmp_path: Path) -> None:
    agent = Agent(settings_of(tmp_path, processes=1), SystemClock())
    assert [tapes.large for tapes in agent._tapes.values()] == [None, None]
    assert len(list(agent._make_watches())) == 2
    assert [post.stream for post in agent._posts] == [None, None]
    agent._outbox.close()
