"""Clips are made in a process of their own."""

import threading
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from edge.evidence.footage import Footage
from edge.evidence.sealed import opened
from edge.evidence.worker import Job, Workshop
from lamplighter.contract.errors import Unavailable
from lamplighter.runtime.clock import FakeClock, SystemClock
from tests.edge.evidence.filming import cut, yard_on_tape
from tests.servers.processes import wait_for

pytestmark = pytest.mark.services


@pytest.fixture
def shop() -> Iterator[Workshop]:
    with closing(Workshop(SystemClock())) as made:
        yield made


@pytest.fixture(scope="module")
def yard() -> Footage:
    tape, _stills = yard_on_tape(10.0)
    return cut(tape, 8.0, before_s=1.0, after_s=1.0)


def test_a_clip_comes_back_and_its_original_is_sealed(yard: Footage, shop: Workshop) -> None:
    key = X25519PrivateKey.generate()
    clip = shop.make(Job(yard, 5.0, key.public_key().public_bytes_raw()))
    assert clip.frames == 11
    assert b"ftyp" in clip.film[:12]
    assert b"ftyp" not in clip.original[:200]
    assert b"ftyp" in b"".join(opened(BytesIO(clip.original), key, name="x"))[:12]


def test_no_original_is_made_unless_it_is_sealed(yard: Footage, shop: Workshop) -> None:
    assert shop.make(Job(yard, 5.0, b"")).original == b""


def test_one_process_makes_many_clips_and_ends_when_none_come(yard: Footage) -> None:
    clock = FakeClock()
    shop = Workshop(clock, idle_s=60)
    shop.make(Job(yard, 5.0, b""))
    first = shop._process
    assert first is not None
    clock.advance(59)
    shop.rest()
    assert shop.make(Job(yard, 5.0, b"")).frames == 11
    assert shop._process is first
    clock.advance(60)
    shop.rest()
    assert first.returncode == -9
    assert shop.make(Job(yard, 5.0, b"")).frames == 11
    shop.close()


def test_what_goes_wrong_in_the_process_is_said_and_ends_nothing_else(yard: Footage, shop: Workshop) -> None:
    with pytest.raises(Unavailable, match="making the clip failed"):
        shop.make(Job(yard, 5.0, b"no key"))
    assert shop.make(Job(yard, 5.0, b"")).frames == 11


def test_a_process_that_takes_too_long_is_ended(yard: Footage) -> None:
    with closing(Workshop(SystemClock(), deadline_s=0.01)) as shop, pytest.raises(Unavailable, match=r"within 0\.01 s"):
        shop.make(Job(yard, 5.0, b""))


def test_closing_ends_the_process_at_once(yard: Footage, shop: Workshop) -> None:
    said = list[str]()

    def make() -> None:
        try:
            shop.make(Job(yard, 15.0, b""))
        except Unavailable as error:
            said.append(str(error))

    thread = threading.Thread(target=make)
    thread.start()
    wait_for(lambda: shop._process is not None, "the process has begun")
    shop.close()
    thread.join(10)
    assert said == ["the gateway stops"]
    with pytest.raises(Unavailable, match="stops"):
        shop.make(Job(yard, 5.0, b""))
