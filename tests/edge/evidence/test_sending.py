"""A clip that was asked for goes out piece by piece, and goes on after a restart."""

import hashlib
from pathlib import Path

import pytest

from edge.evidence.kept import KeptClips
from edge.evidence.sending import PIECE_BYTES, Sending
from edge.evidence.settings import EvidenceSettings
from edge.outbox import Outbox, OutboxSettings
from lamplighter.contract.records import DECODERS, Command, Still
from lamplighter.contract.topics import MAX_BYTES
from lamplighter.runtime.clock import FakeClock

pytestmark = pytest.mark.unit
FILM = bytes(number % 253 for number in range(5 * PIECE_BYTES + 17))
SHA256 = hashlib.sha256(FILM).hexdigest()


class Gate:
    """An outbox, one kept clip, and who sends it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.clock = FakeClock()
        self.outbox = Outbox(folder / "outbox.sqlite", OutboxSettings(), self.clock)
        self.restart()
        self.kept.add(FILM, b"", camera="c1", raised=[("intrusion:c1:yard", 7)])

    def restart(self) -> None:
        """What a new process would read from disk."""
        self.kept = KeptClips(self._folder / "clips", EvidenceSettings(), self.clock)
        self.sending = Sending(self.kept, self.outbox, self.clock, camera="c1")

    def ask(self, sha256: object = SHA256, part: object = 0) -> None:
        """As the centre does."""
        arguments = {"sha256": sha256, "part": part}
        self.sending.ask(Command(id="1", kind="send_clip", at_ms=0, arguments=arguments))  # type: ignore[arg-type]

    def waiting(self) -> list[Still]:
        """What waits in the outbox."""
        rows = self.outbox.waiting("evidence", after=0, limit=100)
        assert all(len(row.payload()) <= MAX_BYTES["evidence"] for row in rows)
        return [DECODERS["evidence"].decode(row.payload()).body for row in rows]

    def stored(self) -> list[Still]:
        """Take everything that waits, as the centre would."""
        rows = self.outbox.waiting("evidence", after=0, limit=100)
        taken = self.waiting()
        for row in rows:
            self.outbox.forget(boot=row.boot, boot_id=row.boot_id, lane="evidence", ranges=[(row.seq, row.seq)])
        return taken


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    return Gate(tmp_path)


def test_nothing_goes_out_that_nobody_asked_for(gate: Gate) -> None:
    gate.sending.feed()
    assert gate.waiting() == []


def test_the_pieces_make_the_film_and_name_its_sha256(gate: Gate) -> None:
    gate.ask()
    found: list[Still] = []
    for _turn in range(10):
        gate.sending.feed()
        found += gate.stored()
    assert b"".join(piece.data for piece in found) == FILM
    assert [(piece.part, piece.parts) for piece in found] == [(number, 6) for number in range(6)]
    assert {(piece.sha256, piece.camera, piece.condition, piece.media) for piece in found} == {
        (SHA256, "c1", "intrusion:c1:yard", "video/mp4")
    }
    assert gate.kept.asked() == []


def test_few_pieces_wait_at_once_so_that_a_still_is_not_held_up(gate: Gate) -> None:
    gate.ask()
    for _turn in range(20):
        gate.sending.feed()
    assert len(gate.waiting()) == 4


def test_after_a_restart_the_next_piece_follows(gate: Gate) -> None:
    gate.ask()
    for _turn in range(4):
        gate.sending.feed()
    found = gate.stored()
    gate.restart()
    for _turn in range(4):
        gate.sending.feed()
    assert [piece.part for piece in [*found, *gate.waiting()]] == [0, 1, 2, 3, 4, 5]


def test_asked_again_while_it_is_sent_it_does_not_begin_anew(gate: Gate) -> None:
    gate.ask()
    gate.sending.feed()
    gate.ask()
    gate.sending.feed()
    assert [piece.part for piece in gate.waiting()] == [0, 1]


def test_the_centre_may_ask_for_the_rest_only(gate: Gate) -> None:
    gate.ask(part=4)
    for _turn in range(4):
        gate.sending.feed()
    assert [piece.part for piece in gate.waiting()] == [4, 5]


def test_a_clip_that_is_not_kept_is_answered_with_why(gate: Gate) -> None:
    gate.ask("f" * 64)
    (answer,) = gate.waiting()
    assert (answer.sha256, answer.data) == ("f" * 64, b"")
    assert "keeps no such clip" in answer.gone


def test_a_film_that_was_changed_on_disk_is_not_sent(gate: Gate, tmp_path: Path) -> None:
    (tmp_path / "clips" / f"{SHA256}.mp4").write_bytes(b"another film")
    gate.ask()
    gate.sending.feed()
    (answer,) = gate.waiting()
    assert "changed" in answer.gone
    assert gate.kept.asked() == []


@pytest.mark.parametrize(("sha256", "part"), [(5, 0), (SHA256, "x"), (["x"], 0)])
def test_a_command_that_makes_no_sense_is_passed_over(gate: Gate, sha256: object, part: object) -> None:
    gate.ask(sha256, part)
    gate.sending.feed()
    assert gate.waiting() == []
