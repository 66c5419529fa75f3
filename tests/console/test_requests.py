"""What the console asks of gateways is logged first, answered once, and never believed of another gateway."""

import pytest

from console.requests import ANSWER_WITHIN_S, MOST_KEPT, Requests
from lamplighter.contract.errors import Unavailable
from lamplighter.contract.records import DECODERS, ENCODER, Answer, Command
from lamplighter.contract.topics import MAX_BYTES, Gateway
from lamplighter.runtime.clock import FakeClock
from tests.console import seed

pytestmark = pytest.mark.unit

GATEWAY = seed.GATEWAY


class Bench:
    """Requests whose commands are taken down."""

    def __init__(self, school: seed.Seeded, clock: FakeClock) -> None:
        self.clock = clock
        self.sent: list[tuple[str, Command]] = []
        self.requests = Requests(school.sql, publish=self._publish, clock=clock)
        self.broken = False

    def _publish(self, topic: str, payload: bytes) -> None:
        if self.broken:
            raise Unavailable("not connected")
        self.sent.append((topic, DECODERS["command"].decode(payload)))

    def ask(self) -> str:
        """Ask for a view of a camera."""
        return self.requests.ask(GATEWAY, "camera_view", {"camera": "cam-yard"}, client="192.0.2.7")

    def answer(self, name: str, *, gateway: Gateway = GATEWAY, refused: str = "") -> None:
        """Let a gateway answer."""
        self.requests.hear(gateway.topic("answer"), ENCODER.encode(Answer(command=name, at_ms=1, refused=refused)))


@pytest.fixture
def asked(quiet_school: seed.Seeded, clock: FakeClock) -> Bench:
    return Bench(quiet_school, clock)


def test_a_request_goes_to_its_gateway_and_into_the_log(asked: Bench) -> None:
    name = asked.ask()
    ((topic, command),) = asked.sent
    assert topic == GATEWAY.topic("command")
    assert (command.id, command.kind, command.arguments) == (name, "camera_view", {"camera": "cam-yard"})
    assert command.at_ms == asked.clock.now_ms()
    (row,) = asked.requests.newest(GATEWAY.school)
    assert (row.id, row.gateway, row.camera, row.client, row.outcome) == (name, GATEWAY, "cam-yard", "192.0.2.7", "")
    assert asked.requests.look(name).state == "waiting"


def test_an_answer_is_kept_and_its_outcome_logged(asked: Bench) -> None:
    done, refused = asked.ask(), asked.ask()
    asked.answer(done)
    asked.answer(refused, refused="no such camera")
    asked.answer(refused, refused="said again")
    assert asked.requests.look(done).state == "answered"
    answer = asked.requests.look(refused).answer
    assert answer is not None
    assert answer.refused == "no such camera"
    assert {row.id: row.outcome for row in asked.requests.newest(GATEWAY.school)} == {done: "done", refused: "no such camera"}


def test_a_gateway_cannot_answer_for_another(asked: Bench) -> None:
    name = asked.ask()
    asked.answer(name, gateway=Gateway("haidian", "no1", "gw-2"))
    assert asked.requests.look(name).state == "waiting"


def test_a_gateway_that_does_not_answer_is_called_silent(asked: Bench) -> None:
    name = asked.ask()
    asked.clock.advance(ANSWER_WITHIN_S + 1)
    assert asked.requests.look(name).state == "silent"
    assert asked.requests.look("other").state == "unknown"


def test_a_request_that_could_not_be_sent_is_in_the_log_too(asked: Bench) -> None:
    asked.broken = True
    with pytest.raises(Unavailable):
        asked.ask()
    assert len(asked.requests.newest(GATEWAY.school)) == 1


def test_more_than_a_command_carries_is_not_sent(asked: Bench) -> None:
    with pytest.raises(ValueError, match="more than a command carries"):
        asked.requests.ask(GATEWAY, "try_rules", {"camera": "c", "draft": "x" * MAX_BYTES["command"]}, client="")
    assert asked.sent == []


def test_the_oldest_requests_are_forgotten_and_stay_in_the_log(asked: Bench) -> None:
    first = asked.ask()
    for _turn in range(MOST_KEPT):
        asked.ask()
    assert asked.requests.look(first).state == "unknown"
    assert len(asked.requests.newest(GATEWAY.school, limit=100)) == MOST_KEPT + 1


@pytest.mark.parametrize("payload", [b"", b"{", b"\xff", b"[" * 60_000, b'{"v":1}'])
def test_an_answer_that_does_not_decode_is_passed_over(asked: Bench, payload: bytes) -> None:
    name = asked.ask()
    asked.requests.hear(GATEWAY.topic("answer"), payload)
    asked.requests.hear("no/topic", payload)
    assert asked.requests.look(name).state == "waiting"
