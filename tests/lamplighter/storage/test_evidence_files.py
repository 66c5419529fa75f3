"""Evidence is kept under the sha256 of its content, whole or not at all, and not for ever."""

import hashlib
import os
from pathlib import Path

import pytest

from lamplighter.contract.errors import SettingsError, Unavailable
from lamplighter.runtime.clock import FakeClock
from lamplighter.storage.evidence_files import EvidenceFiles

pytestmark = pytest.mark.unit

PICTURE = b"\xff\xd8 a picture"
SHA256 = hashlib.sha256(PICTURE).hexdigest()
NAMES_THAT_ARE_NONE = [
    "",
    "..",
    "../../etc/passwd",
    SHA256.upper(),
    SHA256[:-1],
    f"{SHA256}0",
    f"{SHA256}\n",
    f"../{SHA256}",
    "\0" * 64,
]


@pytest.fixture
def files(tmp_path: Path) -> EvidenceFiles:
    return EvidenceFiles(tmp_path / "evidence")


def everything(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in tmp_path.rglob("*") if path.is_file())


def test_a_file_is_found_by_the_sha256_of_its_content(files: EvidenceFiles) -> None:
    assert files.put(SHA256, PICTURE) is None
    path = files.get(SHA256)
    assert path is not None
    assert path.read_bytes() == PICTURE


def test_a_file_put_twice_is_there_once(files: EvidenceFiles, tmp_path: Path) -> None:
    for _ in range(2):
        assert files.put(SHA256, PICTURE) is None
    assert everything(tmp_path) == [f"{SHA256}.jpg"]


def test_data_with_another_sha256_is_refused_and_leaves_nothing(files: EvidenceFiles, tmp_path: Path) -> None:
    reason = files.put("0" * 64, PICTURE)
    assert reason is not None
    assert SHA256 in reason
    assert files.get("0" * 64) is None
    assert everything(tmp_path) == []


@pytest.mark.parametrize("name", NAMES_THAT_ARE_NONE)
def test_a_name_that_is_no_sha256_reaches_no_file(files: EvidenceFiles, tmp_path: Path, name: str) -> None:
    files.put(SHA256, PICTURE)
    reason = files.put(name, PICTURE)
    assert reason is not None
    assert "is not a sha256" in reason
    assert files.get(name) is None
    assert everything(tmp_path) == [f"{SHA256}.jpg"]


def test_a_file_nobody_put_is_none(files: EvidenceFiles) -> None:
    assert files.get(SHA256) is None


def test_files_older_than_the_days_are_deleted_and_younger_ones_kept(tmp_path: Path) -> None:
    clock = FakeClock()
    files = EvidenceFiles(tmp_path, clock=clock)
    young = hashlib.sha256(b"young").hexdigest()
    for sha256, data, age_days in ((SHA256, PICTURE, 31), (young, b"young", 29)):
        files.put(sha256, data)
        path = files.get(sha256)
        assert path is not None
        at_s = clock.now_ms() / 1000 - age_days * 86_400
        os.utime(path, (at_s, at_s))
    assert files.delete_older_than(30) == 1
    assert everything(tmp_path) == [f"{young}.jpg"]


def test_what_was_left_half_written_goes_with_the_old_files(tmp_path: Path) -> None:
    files = EvidenceFiles(tmp_path, clock=FakeClock())
    files.put(SHA256, PICTURE)
    path = files.get(SHA256)
    assert path is not None
    half = path.with_name("x.part")
    half.write_bytes(b"half")
    os.utime(half, (0, 0))
    files.delete_older_than(30)
    assert not half.exists()


def test_a_folder_that_cannot_be_made_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(SettingsError, match="choose a writable one"):
        EvidenceFiles(tmp_path / "file" / "below")


def test_a_disk_that_fails_is_unavailable(tmp_path: Path) -> None:
    files = EvidenceFiles(tmp_path)
    (tmp_path / SHA256[:2]).write_bytes(b"a file where a folder should be")
    with pytest.raises(Unavailable, match="evidence file"):
        files.put(SHA256, PICTURE)
