"""Pieces of clips: in any order, as often as they like, across restarts, and nothing but the whole right file counts."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lamplighter.storage.clip_files import MOST_PARTS, ClipFiles, Progress

pytestmark = pytest.mark.unit
PIECES = [b"one", b"two", b"three"]
FILM = b"".join(PIECES)
SHA256 = hashlib.sha256(FILM).hexdigest()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.lists(st.integers(0, 2), max_size=8), st.permutations(range(3)))
def test_the_film_is_there_once_every_piece_has_come(
    tmp_path_factory: pytest.TempPathFactory, early: list[int], order: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("clips")
    for part in [*early, *order]:
        ClipFiles(folder).put(SHA256, part, 3, PIECES[part])
    path = ClipFiles(folder).get(SHA256)
    assert path is not None
    assert path.read_bytes() == FILM
    assert not (folder / "pieces" / SHA256).exists()


def test_progress_counts_each_piece_once_and_names_the_first_missing(tmp_path: Path) -> None:
    files = ClipFiles(tmp_path)
    assert files.put(SHA256, 0, 3, b"one") == files.put(SHA256, 0, 3, b"one") == Progress(1, 3)
    assert files.put(SHA256, 2, 3, b"three") == Progress(2, 3)
    assert files.first_missing(SHA256) == 1
    assert files.get(SHA256) is None
    assert files.put(SHA256, 1, 3, b"two").whole
    assert files.put(SHA256, 1, 3, b"two").whole


def test_a_film_of_another_sha256_is_refused_and_can_be_sent_anew(tmp_path: Path) -> None:
    files = ClipFiles(tmp_path)
    files.put(SHA256, 0, 2, b"one")
    spoiled = files.put(SHA256, 1, 2, b"wrong")
    assert not spoiled.whole
    assert spoiled.fault is not None
    assert SHA256 in spoiled.fault
    assert files.get(SHA256) is None
    for part, data in enumerate(PIECES):
        files.put(SHA256, part, 3, data)
    assert files.get(SHA256) is not None


@pytest.mark.parametrize(
    ("sha256", "part", "parts"), [("../../x", 0, 1), (SHA256, 3, 3), (SHA256, -1, 3), (SHA256, 0, MOST_PARTS + 1)]
)
def test_a_piece_that_cannot_be_is_refused_and_leaves_nothing(tmp_path: Path, sha256: str, part: int, parts: int) -> None:
    assert ClipFiles(tmp_path).put(sha256, part, parts, b"x").fault is not None
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
