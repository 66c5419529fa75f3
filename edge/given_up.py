"""What the outbox gave up is told to the centre, to the last reading: as spans, on the lane that is never shed."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from edge.outbox import Outbox
from lamplighter.contract.records import ENCODER, Condition, GivenUp
from lamplighter.contract.topics import Gateway
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.logs import logger

_EVERY_S: Final = 2.0
_CALM_S: Final = 300.0
_MOST_SPANS: Final = 40
_KINDS: Final = {"shed": "outbox_shedding", "dead": "message_unanswered"}


class _Told(NamedTuple):
    active: bool
    since_ms: int
    said_at_s: float


class GivenUpReports:
    """Turns spans given up into messages: one a look while it goes on, and a last one when it has been calm for a while."""

    def __init__(self, gateway: Gateway, outbox: Outbox, clock: Clock) -> None:
        self._gateway = gateway
        self._outbox = outbox
        self._clock = clock
        self._log = logger(gateway=gateway.gateway)
        self._next_s = 0.0
        known = outbox.levels()
        self._told = {why: _Told(*known.get(self._id(kind), (False, 0)), clock.monotonic()) for why, kind in _KINDS.items()}

    def _id(self, kind: str) -> str:
        return f"{kind}:{self._gateway.gateway}:"

    def tell(self) -> None:
        """Accept the messages that are due; raises Unavailable when the disk refuses even those."""
        now_s = self._clock.monotonic()
        if now_s < self._next_s:
            return
        self._next_s = now_s + _EVERY_S
        spans = self._outbox.untold(_MOST_SPANS)
        for why in _KINDS:
            chosen = [span for span in spans if span.why == why]
            told = self._told[why]
            if chosen:
                self._say(why, active=True, spans=chosen)
            elif told.active and now_s - told.said_at_s > _CALM_S:
                self._say(why, active=False, spans=[])

    def _say(self, why: str, *, active: bool, spans: Sequence[GivenUp]) -> None:
        told, kind, now_ms = self._told[why], _KINDS[why], self._clock.now_ms()
        changed = active != told.active
        since_ms = now_ms if changed else told.since_ms
        condition = Condition(
            id=self._id(kind),
            kind=kind,
            name="",
            source=self._gateway.gateway,
            active=active,
            at_ms=now_ms,
            since_ms=since_ms,
            repeat=not changed,
            evidence={"items": sum(span.items for span in spans)} if spans else {},
            given_up=list(spans),
        )
        level = (condition.id, active, since_ms)
        self._outbox.add_level(ENCODER.encode(condition), level=level, counts={f"told:{kind}": 1}, still=None, told=spans)
        self._told[why] = _Told(active, since_ms, self._clock.monotonic())
        if changed:
            self._log.warning(kind, active=active)
