"""Originals that only the holder of the private key can open, each opening on record."""

import hashlib
import json
from io import BytesIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.evidence.openings import Opening, open_sealed
from edge.evidence.sealed import MAGIC, make_keys, opened, read_private, read_public, seal
from lamplighter.contract.errors import SettingsError
from lamplighter.runtime.clock import FakeClock

pytestmark = pytest.mark.unit
KEY = X25519PrivateKey.generate()
CHUNK = 65_536
WHY = Opening("Wang Li", "No. 1 School", "case 8")


def content(sealed: bytes, key: X25519PrivateKey = KEY) -> bytes:
    return b"".join(opened(BytesIO(sealed), key, name="x.sealed"))


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_what_was_sealed_is_opened_again(size: int) -> None:
    data = bytes(number % 251 for number in range(size))
    assert content(seal(data, KEY.public_key())) == data


def test_nothing_of_it_shows_and_no_two_are_alike() -> None:
    data = b"a face" * 1000
    first, second = (seal(data, KEY.public_key()) for _turn in range(2))
    assert first != second
    assert b"a face" not in first


@settings(max_examples=60)
@given(st.integers(0, 2**20), st.integers(1, 255))
def test_one_changed_byte_is_noticed(place: int, change: int) -> None:
    sealed = bytearray(seal(b"picture" * 12_000, KEY.public_key()))
    sealed[place % len(sealed)] ^= change
    with pytest.raises(SettingsError):
        content(bytes(sealed))


@pytest.mark.parametrize("left", [0, 10, len(MAGIC) + 20, len(MAGIC) + 32, len(MAGIC) + 32 + CHUNK + 16])
def test_a_file_that_breaks_off_is_refused_also_between_chunks(left: int) -> None:
    with pytest.raises(SettingsError):
        content(seal(bytes(3 * CHUNK), KEY.public_key())[:left])


def test_chunks_cannot_be_exchanged() -> None:
    sealed, head, step = seal(bytes(range(256)) * 768, KEY.public_key()), len(MAGIC) + 32, CHUNK + 16
    first, second, rest = sealed[head : head + step], sealed[head + step : head + 2 * step], sealed[head + 2 * step :]
    with pytest.raises(SettingsError, match="damaged"):
        content(sealed[:head] + second + first + rest)


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(SettingsError, match="another key"):
        content(seal(b"x", KEY.public_key()), X25519PrivateKey.generate())


@pytest.fixture
def keys(tmp_path: Path) -> tuple[Path, Path]:
    make_keys(tmp_path / "a.key", tmp_path / "a.pub")
    return tmp_path / "a.key", tmp_path / "a.pub"


def test_the_private_key_is_for_its_owner_alone_and_never_written_over(keys: tuple[Path, Path]) -> None:
    private, public = keys
    assert private.stat().st_mode & 0o077 == 0
    assert b"PRIVATE" not in public.read_bytes()
    with pytest.raises(SettingsError, match="is there already") as refused:
        make_keys(private, public)
    assert len(refused.value.problems) == 2


def test_a_file_that_is_no_key_is_named(keys: tuple[Path, Path], tmp_path: Path) -> None:
    private, public = keys
    for read, wrong in ((read_public, private), (read_private, public), (read_public, tmp_path / "none")):
        with pytest.raises(SettingsError, match=wrong.name):
            read(wrong)


def test_every_opening_is_on_record_each_line_holding_the_one_before(keys: tuple[Path, Path], tmp_path: Path) -> None:
    private, public = keys
    sealed, log = tmp_path / "5.sealed", tmp_path / "log.jsonl"
    sealed.write_bytes(seal(b"film", read_public(public)))
    for number in range(2):
        out = tmp_path / f"{number}.mp4"
        open_sealed(sealed, key=private, out=out, log=log, opening=WHY, clock=FakeClock())
        assert out.read_bytes() == b"film"
    first, second = log.read_bytes().splitlines()
    line = json.loads(second)
    assert line["before"] == hashlib.sha256(first).hexdigest()
    assert (line["who"], line["unit"], line["why"], line["file"]) == (*WHY, "5.sealed")
    assert line["sha256"] == hashlib.sha256(sealed.read_bytes()).hexdigest()


def test_without_a_reason_or_a_place_to_write_it_nothing_is_opened(keys: tuple[Path, Path], tmp_path: Path) -> None:
    sealed, out = tmp_path / "5.sealed", tmp_path / "out.mp4"
    sealed.write_bytes(seal(b"film", read_public(keys[1])))
    with pytest.raises(SettingsError, match="--why"):
        open_sealed(sealed, key=keys[0], out=out, log=tmp_path / "log", opening=WHY._replace(why=" "), clock=FakeClock())
    with pytest.raises(SettingsError, match="no"):
        open_sealed(sealed, key=keys[0], out=out, log=tmp_path / "no" / "log", opening=WHY, clock=FakeClock())
    assert not out.exists()


def test_an_attempt_with_a_file_that_does_not_open_is_on_record_and_leaves_no_film(keys: tuple[Path, Path], tmp_path: Path) -> None:
    sealed, out, log = tmp_path / "5.sealed", tmp_path / "out.mp4", tmp_path / "log"
    sealed.write_bytes(seal(bytes(3 * CHUNK), read_public(keys[1]))[:-1])
    with pytest.raises(SettingsError, match="damaged"):
        open_sealed(sealed, key=keys[0], out=out, log=log, opening=WHY, clock=FakeClock())
    assert not out.exists()
    assert len(log.read_bytes().splitlines()) == 1
