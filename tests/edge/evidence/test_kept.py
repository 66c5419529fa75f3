"""Clips on the gateway's disk: kept as the policy says, the oldest first, never what is open or being sent."""

from pathlib import Path

import msgspec
import pytest
from pydantic import ValidationError

from edge.evidence.kept import Kept, KeptClips, Tidied
from edge.evidence.settings import EvidenceSettings
from lamplighter.contract.errors import Unavailable
from lamplighter.runtime.clock import FakeClock

pytestmark = pytest.mark.unit
DAY_S = 86_400
MB = 1_000_000
FREE = EvidenceSettings(jurisdiction="none", days=3, most_mb=10)


class Shelf:
    """A folder of clips on a fake clock; `open` are the conditions that hold."""

    def __init__(self, folder: Path, settings: EvidenceSettings = FREE) -> None:
        self.clock = FakeClock()
        self.folder = folder
        self.settings = settings
        self.kept = KeptClips(folder, settings, self.clock)
        self.open: set[tuple[str, int]] = set()

    def add(self, number: int, *, size: int = 1000, original: bytes = b"") -> Kept:
        """A clip of so many bytes."""
        film = number.to_bytes(4, "big") + bytes(size - 4)
        return self.kept.add(film, original, camera="c1", raised=[(f"intrusion:c1:{number}", number)])

    def tidy(self) -> Tidied:
        """Keep to the policy."""
        return self.kept.tidy(lambda condition, raised_ms: (condition, raised_ms) in self.open)

    def there(self, *rows: Kept) -> list[bool]:
        """Which of them are still kept."""
        return [self.kept.get(row.sha256) is not None for row in rows]


def test_a_clip_is_read_back_also_after_a_restart(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    row = shelf.add(1, original=b"sealed")
    again = KeptClips(tmp_path, FREE, shelf.clock)
    assert again.get(row.sha256) == row
    assert again.read(row.sha256)[:4] == b"\0\0\0\1"
    assert row.bytes == 1006
    assert (tmp_path / f"{row.sha256}.sealed").read_bytes() == b"sealed"


def test_what_is_older_than_its_days_goes_with_its_original(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    old = shelf.add(1, original=b"sealed")
    shelf.clock.advance(2 * DAY_S)
    young = shelf.add(2)
    shelf.clock.advance(1.5 * DAY_S)
    assert shelf.tidy() == Tidied(deleted=1, early=0, overdue=0)
    assert shelf.there(old, young) == [False, True]
    assert {path.name[:64] for path in tmp_path.iterdir()} == {young.sha256}


def test_beyond_its_room_the_oldest_go_first(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    rows = []
    for number in range(4):
        rows.append(shelf.add(number, size=4 * MB))
        shelf.clock.advance(60)
    assert not shelf.kept.has_room()
    assert shelf.tidy() == Tidied(deleted=2, early=0, overdue=0)
    assert shelf.there(*rows) == [False, False, True, True]
    assert shelf.kept.has_room()


def test_a_clip_of_a_condition_that_holds_stays_whatever_its_age(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    rows = [shelf.add(number, size=4 * MB) for number in range(4)]
    shelf.open = {("intrusion:c1:0", 0), ("intrusion:c1:1", 1)}
    shelf.clock.advance(4 * DAY_S)
    assert shelf.tidy() == Tidied(deleted=2, early=0, overdue=2)
    assert shelf.there(*rows) == [True, True, False, False]
    shelf.open = set()
    assert shelf.tidy().deleted == 2


def test_a_later_raise_of_the_same_condition_does_not_lock_the_earlier_clip(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    row = shelf.add(1)
    shelf.open = {("intrusion:c1:1", 999)}
    shelf.clock.advance(4 * DAY_S)
    shelf.tidy()
    assert shelf.there(row) == [False]


def test_a_clip_that_is_being_sent_stays(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    row = shelf.add(1)
    shelf.kept.put(msgspec.structs.replace(row, next_part=2))
    shelf.clock.advance(4 * DAY_S)
    shelf.tidy()
    assert shelf.there(row) == [True]
    assert [one.sha256 for one in shelf.kept.asked()] == [row.sha256]


def test_what_had_to_go_before_the_floor_of_the_law_is_counted(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, EvidenceSettings(jurisdiction="cn", days=30, most_mb=10))
    for number in range(3):
        shelf.add(number, size=4 * MB)
    assert shelf.tidy() == Tidied(deleted=1, early=1, overdue=0)


def test_full_of_locked_clips_there_is_no_room(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    for number in range(3):
        shelf.add(number, size=4 * MB)
        shelf.open.add((f"intrusion:c1:{number}", number))
    assert shelf.tidy().deleted == 0
    assert not shelf.kept.has_room()


@pytest.mark.parametrize(
    ("jurisdiction", "days", "said"), [("cn", 29, "below the 30"), ("cn-key-target", 60, "90"), ("eu", 4, "above the 3")]
)
def test_days_outside_of_what_the_law_says_are_refused_with_its_name(jurisdiction: str, days: float, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        EvidenceSettings.model_validate({"jurisdiction": jurisdiction, "days": days})


def test_a_film_that_was_changed_on_disk_is_not_handed_out(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    row = shelf.add(1)
    (tmp_path / f"{row.sha256}.mp4").write_bytes(b"another film")
    with pytest.raises(Unavailable, match="changed"):
        shelf.kept.read(row.sha256)


def test_what_was_left_half_written_does_not_count(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    row = shelf.add(1)
    (tmp_path / "x.mp4.part").write_bytes(b"half")
    (tmp_path / f"{'c' * 64}.mp4").write_bytes(b"the gateway died before its note")
    (tmp_path / f"{'a' * 64}.json").write_bytes(b"{")
    (tmp_path / f"{'b' * 64}.json").write_bytes(msgspec.json.encode(msgspec.structs.replace(row, sha256="b" * 64)))
    again = KeptClips(tmp_path, FREE, shelf.clock)
    assert not (tmp_path / "x.mp4.part").exists()
    assert not (tmp_path / f"{'c' * 64}.mp4").exists()
    assert [again.get(name) is not None for name in (row.sha256, "a" * 64, "b" * 64)] == [True, False, False]
