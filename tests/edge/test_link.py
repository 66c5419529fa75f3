"""A camera that comes and goes."""

import pytest

from edge.link import Link
from edge.rules.protocol import Level
from lamplighter.runtime.clock import FakeClock

pytestmark = pytest.mark.unit

STEADY_S = 60.0


class Bench:
    """A link, its clock, and what was said."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.said: list[Level] = []
        self.link = Link("c1", lambda level, **_still: self.said.append(level), self.clock, steady_s=STEADY_S)

    def stay(self, seconds: float) -> None:
        """A frame a second for so long."""
        for _second in range(int(seconds)):
            self.clock.advance(1)
            self.link.found()

    def course(self) -> list[tuple[bool, object]]:
        """What was said, and how many losses it told of."""
        return [(level.active, level.evidence.get("losses")) for level in self.said]


def test_a_camera_that_was_never_lost_is_there_at_its_first_frame() -> None:
    bench = Bench()
    bench.stay(3)
    assert bench.course() == [(False, None)]


def test_flapping_is_one_condition_with_a_count() -> None:
    bench = Bench()
    bench.stay(1)
    for _loss in range(5):
        bench.link.lost("reset")
        bench.stay(20)
    assert bench.course() == [(False, None), *((True, count) for count in range(1, 6))]
    bench.stay(STEADY_S)
    assert bench.course()[-1] == (False, 5)


def test_a_camera_that_stays_away_is_lost_once() -> None:
    bench = Bench()
    for _try in range(5):
        bench.link.lost("no answer")
    assert bench.course() == [(True, 1)]


def test_losses_are_counted_anew_after_a_steady_time() -> None:
    bench = Bench()
    for _loss in range(2):
        bench.link.lost("reset")
        bench.stay(STEADY_S + 1)
    assert bench.course() == [(True, 1), (False, 1), (True, 1), (False, 1)]


def test_a_second_stream_is_told_apart_from_the_camera() -> None:
    said: list[Level] = []
    link = Link("c1", lambda level, **_still: said.append(level), FakeClock(), steady_s=STEADY_S, detail="evidence_stream")
    link.lost("no answer")
    (level,) = said
    assert (level.kind, level.name, level.source) == ("camera_offline", "evidence_stream", "c1")
    assert level.evidence == {"detail": "evidence_stream", "losses": 1, "reason": "no answer"}
