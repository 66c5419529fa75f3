"""A clip travels from a gateway to the centre over a real broker: asked for, in pieces, whole, also when the gateway restarts."""

import hashlib
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from edge.evidence.kept import KeptClips
from edge.evidence.sending import PIECE_BYTES, Sending
from edge.evidence.settings import EvidenceSettings
from lamplighter.contract.records import DECODERS
from lamplighter.storage.clip_files import ClipFiles
from lamplighter.storage.sql.engine import transaction
from lamplighter.storage.sql.tables import CLIP_FILES
from tests.delivery.rig import CLOCK, Centre, Gate
from tests.servers.mosquitto import Mosquitto
from tests.servers.processes import wait_for

pytestmark = pytest.mark.services
FILM = random.Random(1).randbytes(11 * PIECE_BYTES + 5)  # noqa: S311 - any bytes will do
SHA256 = hashlib.sha256(FILM).hexdigest()


class Keeper:
    """A gateway that keeps one clip; a thread would feed, here the test does."""

    def __init__(self, folder: Path, broker: str) -> None:
        self.gate = Gate(folder, broker, "clips", on_command=self._hear)
        self.kept = KeptClips(folder / "clips", EvidenceSettings(), CLOCK)
        self.sending = Sending(self.kept, self.gate.outbox, CLOCK, camera="c1", on_added=self.gate.uplink.wake)
        self.gate.uplink.start()

    def until(self, happened: Callable[[], bool], what: str) -> None:
        """Feed until it has happened."""

        def fed() -> bool:
            self.sending.feed()
            return happened()

        wait_for(fed, what)

    def _hear(self, payload: bytes) -> None:
        self.sending.ask(DECODERS["command"].decode(payload))


def state(centre: Centre) -> tuple[str, int]:
    with centre.sql.connect() as connection:
        row = connection.execute(select(CLIP_FILES.c.state, CLIP_FILES.c.got)).one()
    return row.state, row.got


def test_a_clip_that_was_asked_for_arrives_whole_over_a_restart_and_no_condition_waits_for_it(
    tmp_path: Path, own_mosquitto: Mosquitto, centre: Centre
) -> None:
    centre.start()
    keeper = Keeper(tmp_path / "gate", own_mosquitto.url)
    keeper.kept.add(FILM, b"", camera="c1", raised=[("intrusion:c1:x", 1)])
    with transaction(centre.sql) as connection:
        asked = {"state": "asked", "got": 0, "parts": 0, "reason": "", "at_ms": CLOCK.now_ms(), "told_at_ms": 0}
        connection.execute(insert(CLIP_FILES).values(**keeper.gate.gateway._asdict(), sha256=SHA256, **asked))
    wait_for(lambda: bool(keeper.kept.asked()), "the gateway hears that it was asked")
    keeper.until(lambda: state(centre)[1] >= 3, "three pieces are here")
    keeper.gate.stop()
    assert state(centre)[0] == "coming"

    keeper = Keeper(tmp_path / "gate", own_mosquitto.url)
    keeper.gate.tell(active=True)
    keeper.until(lambda: bool(centre.transitions()), "the condition is here")
    keeper.until(lambda: state(centre)[0] == "here", "the clip is here")
    path = ClipFiles(tmp_path / "clips").get(SHA256)
    assert path is not None
    assert path.read_bytes() == FILM
    wait_for(keeper.gate.drained, "nothing waits at the gateway")
    keeper.gate.stop()
