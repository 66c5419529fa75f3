"""Of what rules publish at every picture, the gateway hears what it has not heard."""

import pytest

from edge.rules.protocol import Level
from edge.watchers.messages import Message, Said
from edge.watchers.process import Saying
from lamplighter.runtime.clock import FakeClock

pytestmark = pytest.mark.unit


class Heard:
    """Whoever listens, and how often a still was made."""

    def __init__(self) -> None:
        self.said: list[Said] = []
        self.stills = 0
        self.clock = FakeClock()
        self._saying = Saying(self._take, self.clock)

    def say(self, *, active: bool, count: int = 0) -> None:
        """Publish a level of one rule."""
        self._saying(Level("intrusion", "yard", "c1", active, 0, {"count": count}), still=self._still)

    def _take(self, message: Message) -> None:
        assert isinstance(message, Said)
        self.said.append(message)

    def _still(self) -> bytes:
        self.stills += 1
        return b"still"


def test_the_first_word_is_heard_even_if_nothing_holds_and_repeats_of_it_are_not() -> None:
    heard = Heard()
    for _picture in range(50):
        heard.say(active=False)
        heard.clock.advance(0.25)
    assert [(said.level.active, said.still) for said in heard.said] == [(False, None)]
    assert heard.stills == 0


def test_a_raise_comes_with_its_still_and_a_clear_without() -> None:
    heard = Heard()
    for active in (False, True, True, False):
        heard.say(active=active)
    assert [(said.level.active, said.still) for said in heard.said] == [(False, None), (True, b"still"), (False, None)]
    assert heard.stills == 1


def test_what_holds_is_refreshed_once_a_second_without_another_still() -> None:
    heard = Heard()
    for picture in range(16):
        heard.say(active=True, count=picture)
        heard.clock.advance(0.25)
    assert [said.level.evidence["count"] for said in heard.said] == [0, 4, 8, 12]
    assert heard.stills == 1
