"""A large stream comes after the small one, is tried again as seldom as that, and is missed once."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from edge.cameras.protocol import Codec, CodedStream, Packet
from edge.evidence.large import LargeTape
from edge.evidence.stream import DETAIL, EvidenceStream
from edge.link import SILENT_S, Link
from edge.passwords import REFUSED_PASSWORD_RETRY_S
from edge.rules.protocol import Level
from lamplighter.contract.errors import Unavailable
from lamplighter.runtime.backoff import Backoff
from lamplighter.runtime.clock import FakeClock
from tests.edge.watching import wait_until

pytestmark = pytest.mark.unit

STEADY_S = 5.0
START_S = FakeClock().now_ms() / 1000


class Small:
    """The stream that is looked at."""

    def __init__(self, clock: FakeClock) -> None:
        self.online = True
        self._clock = clock

    def line_s(self) -> float:
        """The test's own clock is its line."""
        return self._clock.monotonic()


class Sent:
    """A large stream of ten packets a second, for so long."""

    codec = Codec("h264")
    size_px = (1920, 1080)

    def __init__(self, clock: FakeClock, lasts_s: float) -> None:
        self._clock = clock
        self._until_s = clock.monotonic() + lasts_s
        self._closed = threading.Event()

    def pieces(self) -> Iterator[tuple[Packet, float | None]]:
        """Key frames only."""
        number = 0
        while not self._closed.is_set() and self._clock.monotonic() < self._until_s:
            self._clock.pause(0.1)
            yield Packet(b"x", number, number, key=True), number / 10
            number += 1
        if not self._closed.is_set():
            raise Unavailable("the camera ended the stream")

    def close(self) -> None:
        """End."""
        self._closed.set()


class Bench:
    """A camera's two streams: `tries` are the moments at which the large one was asked for, `said` the levels."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.small = Small(self.clock)
        self.tape = LargeTape(length_s=20.0, most_bytes=1_000)
        self.tries: list[float] = []
        self.said: list[Level] = []

    @contextmanager
    def running(self, answer: Callable[[float], CodedStream]) -> Iterator[None]:
        """The stream at work; `answer` is what the camera does when asked at that moment."""

        def connect() -> CodedStream:
            self.tries.append(self.clock.monotonic())
            return answer(self.tries[-1])

        link = Link("c1", lambda level, **_still: self.said.append(level), self.clock, steady_s=STEADY_S, detail=DETAIL)
        backoff = Backoff(1.0, 1.0)
        stream = EvidenceStream(
            "evidence c1", connect, tape=self.tape, watch=self.small, link=link, clock=self.clock, backoff=backoff
        )
        stream.start()
        try:
            yield
        finally:
            stream.stop()

    def wait_for_s(self, at_s: float) -> None:
        """Until so much time has passed; it does so by itself, since waiting moves the clock."""
        wait_until(lambda: self.clock.monotonic() >= at_s)

    def course(self) -> list[tuple[str, str, object, bool]]:
        """What was said."""
        return [(level.kind, level.name, level.evidence.get("detail"), level.active) for level in self.said]


def refuse(_at_s: float) -> CodedStream:
    raise Unavailable("the camera refuses user or password", retry_after_s=REFUSED_PASSWORD_RETRY_S)


def fail(_at_s: float) -> CodedStream:
    raise Unavailable("connection refused")


def test_while_the_small_stream_is_away_nothing_is_asked_and_nothing_is_missed() -> None:
    bench = Bench()
    bench.small.online = False
    with bench.running(fail):
        bench.wait_for_s(100)
        assert not bench.tries
        assert not bench.said
        bench.small.online = True
        wait_until(lambda: len(bench.tries) >= 2)
        bench.small.online = False
        asked, since_s = len(bench.tries), bench.clock.monotonic()
        bench.wait_for_s(since_s + 100)
    assert len(bench.tries) <= asked + 1  # one may have been under way


def test_a_refused_password_is_tried_again_after_five_minutes_and_said_once() -> None:
    bench = Bench()
    with bench.running(refuse):
        wait_until(lambda: len(bench.tries) >= 3)
    apart_s = [later - sooner for sooner, later in zip(bench.tries, bench.tries[1:], strict=False)]
    assert min(apart_s) >= REFUSED_PASSWORD_RETRY_S
    assert bench.course() == [("camera_offline", DETAIL, DETAIL, True)]
    assert "refuses user or password" in str(bench.said[0].evidence["reason"])


def test_a_stream_is_missed_after_as_long_as_a_camera_and_back_once_it_stays() -> None:
    bench = Bench()
    away = (20.0, 60.0)

    def answer(at_s: float) -> CodedStream:
        if away[0] <= at_s < away[1]:
            raise Unavailable("connection refused")
        return Sent(bench.clock, away[0] if at_s < away[0] else 1000.0)

    with bench.running(answer):
        wait_until(lambda: len(bench.said) >= 3)
    name = ("camera_offline", DETAIL, DETAIL)
    assert bench.course() == [(*name, False), (*name, True), (*name, False)]
    raised_s, cleared_s = (level.at_ms / 1000 - START_S for level in bench.said[1:])
    assert away[0] + SILENT_S <= raised_s <= away[0] + SILENT_S + 2
    assert away[1] + STEADY_S <= cleared_s <= away[1] + STEADY_S + 3


def test_a_short_loss_says_nothing() -> None:
    bench = Bench()
    with bench.running(lambda _at_s: Sent(bench.clock, 5.0)):
        wait_until(lambda: len(bench.tries) >= 20)
    assert bench.course() == [("camera_offline", DETAIL, DETAIL, False)]


def test_what_comes_is_on_tape() -> None:
    bench = Bench()
    with bench.running(lambda _at_s: Sent(bench.clock, 1000.0)):
        wait_until(lambda: bench.tape.bytes >= 100)
    assert bench.tape.bytes <= 1_000
