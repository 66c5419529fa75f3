"""Commands are answered once each, and nothing that comes in breaks the gateway."""

import queue
from collections.abc import Callable, Iterator
from threading import Event

import pytest

from edge.commands.desk import MOST_WAITING, Desk, Handler
from lamplighter.contract.errors import Unavailable
from lamplighter.contract.records import DECODERS, ENCODER, Answer, Command, Trial
from lamplighter.contract.topics import MAX_BYTES
from lamplighter.runtime.clock import FakeClock

pytestmark = pytest.mark.unit

DEADLINE_S = 10.0
Started = Callable[..., "Bench"]


class Bench:
    """A desk at work, and what it answered."""

    def __init__(self, handlers: dict[str, Handler]) -> None:
        self.clock = FakeClock()
        self.answers: queue.Queue[bytes] = queue.Queue()
        self.desk = Desk(handlers, answer=self.answers.put, clock=self.clock)
        self.desk.start()

    def ask(self, name: str, *, kind: str = "echo", age_ms: int = 0) -> None:
        """Hand a command in."""
        self.desk.hear(ENCODER.encode(Command(id=name, kind=kind, at_ms=self.clock.now_ms() - age_ms)))

    def answer(self) -> Answer:
        """The next answer."""
        found: Answer = DECODERS["answer"].decode(self.answers.get(timeout=DEADLINE_S))
        return found


def echo(command: Command) -> Answer:
    return Answer(command=command.id, at_ms=command.at_ms, trial=Trial(camera="c1"))


@pytest.fixture
def started() -> Iterator[Started]:
    benches: list[Bench] = []

    def start(**handlers: Handler) -> Bench:
        benches.append(Bench({"echo": echo, **handlers}))
        return benches[-1]

    yield start
    for bench in benches:
        bench.desk.stop()


def test_a_command_is_answered_once_though_the_broker_brings_it_twice(started: Started) -> None:
    bench = started()
    for name in ("a", "a", "b"):
        bench.ask(name)
    assert [bench.answer().command, bench.answer().command] == ["a", "b"]


@pytest.mark.parametrize("age_ms", [6 * 60_000, -6 * 60_000])
def test_a_command_of_another_time_is_refused(started: Started, age_ms: int) -> None:
    bench = started()
    bench.ask("a", age_ms=age_ms)
    assert "older than 5 minutes" in bench.answer().refused


def test_a_kind_that_is_not_known_is_refused_by_name(started: Started) -> None:
    bench = started()
    bench.ask("a", kind="open_doors")
    assert "'open_doors'" in bench.answer().refused


def test_what_does_not_decode_is_passed_over(started: Started) -> None:
    bench = started()
    for payload in (b"", b"{", b"[]", b"\xff\xfe", b'{"v":1}', b'{"v":2,"id":"x","kind":"echo","at_ms":0}', b"[" * 60_000):
        bench.desk.hear(payload)
        bench.ask(f"after {payload[:9]!r}")
        assert bench.answer().command == f"after {payload[:9]!r}"


def test_a_handler_that_cannot_says_why(started: Started) -> None:
    def fail(_command: Command) -> Answer:
        raise Unavailable("camera c1 gave no picture within 5 s")

    bench = started(fail=fail)
    bench.ask("a", kind="fail")
    assert bench.answer().refused == "camera c1 gave no picture within 5 s"


def test_more_than_can_wait_is_dropped_and_the_rest_answered(started: Started) -> None:
    entered, gate = Event(), Event()

    def slow(command: Command) -> Answer:
        entered.set()
        assert gate.wait(DEADLINE_S)
        return echo(command)

    bench = started(slow=slow)
    bench.ask("first", kind="slow")
    assert entered.wait(DEADLINE_S)
    for number in range(MOST_WAITING + 5):
        bench.ask(str(number))
    gate.set()
    found = [bench.answer().command for _ in range(MOST_WAITING + 1)]
    assert found == ["first", *(str(number) for number in range(MOST_WAITING))]
    bench.ask("later")
    assert bench.answer().command == "later"


def test_an_answer_too_large_for_its_lane_goes_without_the_file(started: Started) -> None:
    def large(command: Command) -> Answer:
        trial = Trial(camera="c1", settings="x" * MAX_BYTES["answer"], diff="y")
        return Answer(command=command.id, at_ms=0, trial=trial)

    def larger(command: Command) -> Answer:
        return Answer(command=command.id, at_ms=0, trial=Trial(camera="c1", diff="x" * MAX_BYTES["answer"]))

    bench = started(large=large, larger=larger)
    bench.ask("a", kind="large")
    trial = bench.answer().trial
    assert trial is not None
    assert (trial.settings, trial.diff) == ("", "y")
    bench.ask("b", kind="larger")
    assert bench.answer().refused == "the answer is too large to be sent"
