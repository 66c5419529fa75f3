"""A lane commits what it took, answers after the commit, and ends in good order."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from ingest.answers import Confirmation
from ingest.lane import Lane
from ingest.metrics import IngestMetrics
from ingest.roster import Roster
from ingest.settings import BatchSettings, IngestSettings, PressureSettings
from lamplighter.contract.errors import Unavailable
from lamplighter.contract.topics import Gateway
from lamplighter.runtime.clock import SystemClock
from lamplighter.runtime.mqtt import BrokerSettings, Connection, Message
from lamplighter.storage.sql.engine import SqlSettings
from lamplighter.storage.timeseries.duckdb import DuckDbSettings
from tests.servers.processes import wait_for

pytestmark = pytest.mark.unit
GATEWAY = Gateway("d1", "s1", "gw1")


class Log:
    """What happened, in order."""

    def __init__(self) -> None:
        self.events: list[str] = []

    def message(self, number: int) -> Message:
        """A message that notes its acknowledgement."""
        return Message(GATEWAY.topic("readings"), b"%d" % number, lambda: self.events.append(f"acknowledged {number}"))

    def commit(self, messages: Sequence[Message]) -> list[Confirmation]:
        """Store them at once."""
        self.events += [f"stored {message.payload.decode()}" for message in messages]
        return [Confirmation(GATEWAY, 7, "u", [(1, 9)], [])]


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Log:
    found = Log()
    monkeypatch.setattr(Connection, "publish", lambda _self, _topic, _payload, **_how: found.events.append("answered"))
    return found


@pytest.fixture
def lane_of(tmp_path: Path) -> Callable[[Callable[[Sequence[Message]], list[Confirmation]]], Lane]:
    """A lane with this commit; its connection goes nowhere."""

    def make(commit: Callable[[Sequence[Message]], list[Confirmation]]) -> Lane:
        settings = IngestSettings(
            data_dir=tmp_path,
            broker=BrokerSettings(url="mqtt://127.0.0.1:1"),
            store=DuckDbSettings(path=tmp_path / "x.duckdb"),
            sql=SqlSettings(url=f"sqlite:///{tmp_path / 'x.sqlite'}"),
            batch=BatchSettings(most_messages=1, wait_s=0, committers=1),
            pressure=PressureSettings(spool_mb=0),
        )
        metrics = IngestMetrics().lane("readings")
        return Lane("readings", settings, commit=commit, roster=Roster([]), clock=SystemClock(), metrics=metrics)

    return make


def test_a_message_is_acknowledged_only_after_it_was_stored_and_answered(log: Log, lane_of: Callable[..., Lane]) -> None:
    lane = lane_of(log.commit)
    lane._threads[0].start()
    lane._intake.put(log.message(1))
    wait_for(lambda: len(log.events) == 3, "it is done with")
    assert log.events == ["stored 1", "answered", "acknowledged 1"]
    lane.stop()


def test_a_stop_commits_what_was_taken_in(log: Log, lane_of: Callable[..., Lane]) -> None:
    busy = threading.Event()
    go_on = threading.Event()

    def slow(messages: Sequence[Message]) -> list[Confirmation]:
        busy.set()
        assert go_on.wait(20)
        return log.commit(messages)

    lane = lane_of(slow)
    lane._threads[0].start()
    for number in (1, 2, 3):
        lane._intake.put(log.message(number))
    assert busy.wait(20)
    stopping = threading.Thread(target=lane.stop)
    stopping.start()
    wait_for(lane._stopping.is_set, "the stop has begun")
    lane._intake.put(log.message(4))
    go_on.set()
    stopping.join(20)
    assert [event for event in log.events if event.startswith("acknowledged")] == [f"acknowledged {n}" for n in (1, 2, 3)]
    assert "stored 4" not in log.events, "what comes later is left to the broker"


def test_a_stop_while_the_store_is_away_leaves_the_messages_to_the_broker(log: Log, lane_of: Callable[..., Lane]) -> None:
    tried = threading.Event()

    def away(_messages: Sequence[Message]) -> list[Confirmation]:
        tried.set()
        raise Unavailable("away")

    lane = lane_of(away)
    lane._threads[0].start()
    lane._intake.put(log.message(1))
    assert tried.wait(20)
    lane.stop()
    assert log.events == []


def test_the_store_is_tried_again_until_it_takes_the_batch(log: Log, lane_of: Callable[..., Lane]) -> None:
    failures = iter([Unavailable("away", retry_after_s=0.01)] * 3)

    def sometimes(messages: Sequence[Message]) -> list[Confirmation]:
        error = next(failures, None)
        if error is not None:
            raise error
        return log.commit(messages)

    lane = lane_of(sometimes)
    lane._threads[0].start()
    lane._intake.put(log.message(1))
    wait_for(lambda: "acknowledged 1" in log.events, "it is stored")
    assert log.events.count("stored 1") == 1
    lane.stop()
