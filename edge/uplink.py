"""From the outbox to the broker: by lane priority, live before backlog, a window unconfirmed at most, again until answered."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final, Literal, NamedTuple

import msgspec
from pydantic import Field

from edge.given_up import GivenUpReports
from edge.outbox import Outbox
from edge.outbox_rows import Waiting
from lamplighter.contract.errors import Unavailable
from lamplighter.contract.records import DECODERS, ENCODER, Availability, RejectedNotice, Stored
from lamplighter.contract.topics import DOWN_LANES, DURABLE_LANES, Gateway, Topic, TopicError
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.logs import logger
from lamplighter.runtime.mqtt import BrokerSettings, Connection, Message, Will
from lamplighter.runtime.settings import Settings


class UplinkSettings(Settings):
    """How the outbox is sent."""

    window: dict[str, int] = Field(
        {"conditions": 100, "readings": 20, "evidence": 2}, description="messages of a lane that may be unconfirmed at once"
    )
    resend_first_s: float = Field(15.0, gt=0, description="an unanswered message is sent again after this")
    resend_most_s: float = Field(300.0, gt=0, description="and after twice as long each time, up to this")
    dead_after: int = Field(
        20, ge=1, description="a message unanswered after so many sendings, while others were answered, is put aside and reported"
    )
    held_s: float = Field(3600.0, gt=0, description="a message that the centre holds on its disk is sent again only after this")
    backlog_per_s: float = Field(50.0, gt=0, description="messages a second of the backlog; live messages are not held up")


class _Flight(NamedTuple):
    """A message sent and not answered; `sendings` counts those after which others of its lane were answered."""

    lane: str
    due_s: float
    wait_s: float
    sendings: int
    answers: int


_TICK_S: Final = 0.2


class Uplink:
    """A thread that empties the outbox. `stored` and `rejected` from the centre, and nothing else, let it forget."""

    def __init__(
        self,
        gateway: Gateway,
        outbox: Outbox,
        *,
        broker: BrokerSettings,
        settings: UplinkSettings,
        clock: Clock,
        on_server_time: Callable[[int, int, int], None] = lambda _sent_ms, _at_ms, _received_ms: None,
        on_command: Callable[[bytes], None] = lambda _payload: None,
    ) -> None:
        self._gateway = gateway
        self._outbox = outbox
        self._settings = settings
        self._clock = clock
        self._on_server_time = on_server_time
        self._on_command = on_command
        self._log = logger(gateway=gateway.gateway)
        self._lock = threading.Lock()
        self._flights: dict[int, _Flight] = {}
        self._held: dict[int, tuple[str, float]] = {}
        self._answers: Counter[str] = Counter()
        self._reports = GivenUpReports(gateway, outbox, clock)
        self._backlog_end = outbox.last_number()
        self._live_after = dict.fromkeys(DURABLE_LANES, self._backlog_end)
        self._backlog_after = dict.fromkeys(DURABLE_LANES, 0)
        self._backlog_credit = 0.0
        self._credit_at_s = clock.monotonic()
        self._wake = threading.Event()
        self._online = False
        self._stopping = False
        self._connection = Connection(
            broker,
            f"{gateway.district}.{gateway.school}.{gateway.gateway}",
            on_message=self._answered,
            on_state=self._state_changed,
            subscriptions=[gateway.topic(lane) for lane in DOWN_LANES],
            will=Will(gateway.topic("availability"), self._availability("offline")),
        )
        self._thread = threading.Thread(target=self._run, name="uplink", daemon=True)

    @property
    def up(self) -> bool:
        """Whether the broker is reached and what comes now counts as live."""
        return self._online

    def unconfirmed(self) -> list[int]:
        """Numbers of the messages sent and not answered yet."""
        with self._lock:
            return sorted(self._flights)

    def held(self) -> list[int]:
        """Numbers of the messages that the centre holds on its disk, not stored yet."""
        with self._lock:
            return sorted(self._held)

    def start(self) -> None:
        """Connect and begin sending; returns at once."""
        self._connection.start()
        self._thread.start()

    def wake(self) -> None:
        """Something was added to the outbox."""
        self._wake.set()

    def latest(self, lane: str, payload: bytes) -> None:
        """Publish a latest-only message; dropped while the broker is away."""
        try:
            self._connection.publish(self._gateway.topic(lane), payload)
        except Unavailable:
            return

    def stop(self) -> None:
        """Say goodbye and end; what waits stays in the outbox."""
        self._stopping = True
        self._wake.set()
        self._thread.join(5)
        self._connection.publish_and_wait(self._gateway.topic("availability"), self._availability("offline"), retain=True)
        self._connection.stop()

    def _availability(self, state: Literal["online", "offline"]) -> bytes:
        return ENCODER.encode(Availability(state=state, boot=self._outbox.boot, at_ms=self._clock.now_ms()))

    def _state_changed(self, up: bool) -> None:  # noqa: FBT001 - paho's callback shape, wrapped by Connection
        if up:  # what is accepted from now on is live
            self._backlog_end = self._outbox.last_number()
            self._live_after = dict.fromkeys(DURABLE_LANES, self._backlog_end)
            self._connection.publish(self._gateway.topic("availability"), self._availability("online"), retain=True)
        self._online = up
        self._wake.set()

    def _run(self) -> None:
        while not self._stopping:
            self._wake.wait(_TICK_S)
            self._wake.clear()
            if not self._connection.up:
                continue
            try:
                self._send_round()
            except Unavailable as error:
                self._log.warning("uplink_paused", reason=str(error))

    def _send_round(self) -> None:
        self._reports.tell()
        self._earn_credit()
        for lane in DURABLE_LANES:
            self._resend(lane)
            for live in (True, False):
                self._send_new(lane, live=live)

    def _earn_credit(self) -> None:
        now_s = self._clock.monotonic()
        rate = self._settings.backlog_per_s
        self._backlog_credit = min(rate, self._backlog_credit + (now_s - self._credit_at_s) * rate)
        self._credit_at_s = now_s

    def _room(self, lane: str) -> int:
        with self._lock:
            used = sum(1 for flight in self._flights.values() if flight.lane == lane)
        return max(0, self._settings.window.get(lane, 1) - used)

    def _send_new(self, lane: str, *, live: bool) -> None:
        room = self._room(lane) if live else min(self._room(lane), int(self._backlog_credit))
        if room == 0:
            return
        after = self._live_after if live else self._backlog_after
        up_to = None if live else self._backlog_end
        for waiting in self._outbox.waiting(lane, after=after[lane], limit=room, up_to=up_to):
            after[lane] = waiting.number
            if waiting.number in self._flights or waiting.number in self._held:
                continue  # sent live before the last reconnect, not answered yet
            self._send(waiting, self._settings.resend_first_s, sendings=0)
            if not live:
                self._backlog_credit -= 1

    def _resend(self, lane: str) -> None:
        now_s = self._clock.monotonic()
        with self._lock:
            for number in [number for number, (of, due_s) in self._held.items() if of == lane and due_s <= now_s]:
                del self._held[number]
                self._flights[number] = _Flight(lane, 0.0, self._settings.resend_first_s / 2, 0, self._answers[lane])
            late = [number for number, flight in self._flights.items() if flight.lane == lane and flight.due_s <= now_s]
        found = {waiting.number: waiting for waiting in self._outbox.numbered(late)}
        for number in late:
            with self._lock:
                flight = self._flights.pop(number, None)
            if flight is not None and number in found:
                self._send_again(found[number], flight)

    def _send_again(self, waiting: Waiting, flight: _Flight) -> None:
        sendings = flight.sendings + int(self._answers[flight.lane] > flight.answers)
        if sendings >= self._settings.dead_after:
            self._outbox.bury(waiting.number)
            self._log.error("message_unanswered", lane=waiting.lane, seq=waiting.seq, sendings=sendings)
            return
        self._send(waiting, min(self._settings.resend_most_s, flight.wait_s * 2), sendings=sendings)

    def _send(self, waiting: Waiting, wait_s: float, *, sendings: int) -> None:
        due_s = self._clock.monotonic() + wait_s
        with self._lock:  # noted before it is sent: the answer may come before publish returns
            flight = _Flight(waiting.lane, due_s, wait_s, sendings, self._answers[waiting.lane])
            self._flights[waiting.number] = flight
        try:
            # What an earlier start dated by a clock that nobody can tell of any more is not worth asking for again. Of this start
            # it may have become known since the row was read.
            earlier = waiting.boot != self._outbox.boot
            hopeless = earlier and waiting.ahead_ms is None and self._outbox.clock_known
            # By the clock that dated it, wherever that has jumped to since: a clock mended meanwhile must not vouch for it.
            sent_at_ms = waiting.clock_base_ms + round(self._clock.monotonic() * 1000)
            payload = waiting.payload(sent_at_ms=None if hopeless else sent_at_ms)
            self._connection.publish(self._gateway.topic(waiting.lane), payload)
        except Unavailable:
            with self._lock:  # due at once when the broker is back
                self._flights[waiting.number] = flight._replace(due_s=0.0)
            raise

    def _answered(self, message: Message) -> None:
        message.acknowledge()
        if message.topic == self._gateway.topic("command"):
            self._on_command(message.payload)
            return
        try:
            topic = Topic.parse(message.topic)
            record: Stored | RejectedNotice = DECODERS[topic.lane].decode(message.payload)
        except (TopicError, msgspec.MsgspecError) as error:
            self._log.warning("answer_not_understood", topic=message.topic, reason=str(error))
            return
        if topic.gateway != self._gateway:
            return
        try:
            if isinstance(record, RejectedNotice):
                self._log.error("message_rejected", lane=record.lane, seq=record.seq, reason=record.reason)
                self._forget(record, [(record.seq, record.seq)])
            else:
                self._take_stored(record)
        except Unavailable as error:  # the answer is given again when the message comes again
            self._log.warning("answer_not_noted", reason=str(error))
        self._wake.set()

    def _take_stored(self, record: Stored) -> None:
        if record.heard_ms is not msgspec.UNSET:
            received_ms = self._clock.now_ms()
            self._outbox.heard(record.heard_ms, record.at_ms, received_ms)
            self._on_server_time(record.heard_ms, record.at_ms, received_ms)
        self._forget(record, record.ranges)
        if record.held is not msgspec.UNSET:
            self._hold(self._numbers(record, record.held))
        if record.again is not msgspec.UNSET:
            self._ask_again(self._numbers(record, record.again))

    def _numbers(self, record: Stored, ranges: Sequence[tuple[int, int]]) -> list[int]:
        return self._outbox.numbers_of(boot=record.boot, boot_id=record.boot_id, lane=record.lane, ranges=ranges)

    def _forget(self, record: Stored | RejectedNotice, ranges: Sequence[tuple[int, int]]) -> None:
        gone = self._outbox.forget(boot=record.boot, boot_id=record.boot_id, lane=record.lane, ranges=ranges)
        with self._lock:
            self._answers[record.lane] += len(gone)
            for number in gone:
                self._flights.pop(number, None)
                self._held.pop(number, None)

    def _hold(self, numbers: Sequence[int]) -> None:
        """The centre has them on its disk: they leave the window, and are sent again only much later."""
        due_s = self._clock.monotonic() + self._settings.held_s
        with self._lock:
            for number in numbers:
                flight = self._flights.pop(number, None)
                if flight is not None:
                    self._held[number] = (flight.lane, due_s)

    def _ask_again(self, numbers: Sequence[int]) -> None:
        """The centre wants them again, with what we now know of our clock."""
        with self._lock:
            for number in numbers:
                if number in self._flights:
                    self._flights[number] = self._flights[number]._replace(due_s=0.0)
