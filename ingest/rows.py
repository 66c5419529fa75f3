"""What a message of a durable lane is, and what makes the whole of it one to refuse: it cannot be read, or is another's."""

from typing import Any, Final, Literal, NamedTuple

import msgspec

from ingest.clips import fault_of_clips
from ingest.roster import Roster
from lamplighter.contract.conditions import CONDITION_KINDS
from lamplighter.contract.records import (
    DECODERS,
    Condition,
    Envelope,
    Readings,
    Rejected,
    Still,
)
from lamplighter.contract.topics import MAX_BYTES, Gateway, Topic, TopicError

FUTURE_MS: Final = 5 * 60_000
"""A reading from further ahead than this has a wrong clock."""
LATEST_MS: Final = 4_102_444_800_000
"""2100-01-01: a time beyond is none."""


class _Place(msgspec.Struct, frozen=True):
    """A message's place in the sequence, of whatever version it is and whatever else it carries."""

    boot: int
    boot_id: str
    seq: int


_PLACE: Final = msgspec.json.Decoder(_Place)
_UNREADABLE: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What decoding may end with; the last for values nested without end."""


class Decoded(NamedTuple):
    """A good message: whose it is and its envelope."""

    gateway: Gateway
    lane: str
    envelope: Envelope[Any]


def decode(topic: str, payload: bytes, roster: Roster) -> Decoded | Rejected:
    """Read a message of a durable lane, or say why the whole of it is quarantined."""
    try:
        name = Topic.parse(topic)
    except TopicError as error:
        return Rejected(topic=topic, reason=str(error), payload=payload)
    if len(payload) > MAX_BYTES[name.lane]:
        reason = f"{len(payload)} bytes is more than the lane {name.lane} carries ({MAX_BYTES[name.lane]})"
        return _whole(topic, reason, payload)
    try:
        if not payload.isascii():
            payload.decode()  # the decoder looks at the texts it needs, not at unknown ones
        envelope = DECODERS[name.lane].decode(payload)
    except _UNREADABLE as error:
        return _whole(topic, f"does not decode: {error}", payload)
    fault = (
        roster.fault_of_gateway(name.gateway) or _fault_of_envelope(envelope) or _fault_of_body(name.gateway, envelope.body, roster)
    )
    if fault is not None:
        return _whole(topic, fault, payload)
    return Decoded(name.gateway, name.lane, envelope)


def _whole(topic: str, reason: str, payload: bytes) -> Rejected:
    """Quarantine the message; its place in the sequence is told as far as it can be read."""
    try:
        place = _PLACE.decode(payload)
    except _UNREADABLE:
        return Rejected(topic=topic, reason=reason, payload=payload)
    return Rejected(topic=topic, reason=reason, payload=payload, boot=place.boot, boot_id=place.boot_id[:64], seq=place.seq)


def _fault_of_envelope(envelope: Envelope[Any]) -> str | None:
    if min(envelope.boot, envelope.seq, envelope.low) < 1 or max(envelope.boot, envelope.high) >= 2**62:
        return "boot, seq, low and high must be positive and below 2^62"
    if not envelope.low <= envelope.seq <= envelope.high:
        return f"seq {envelope.seq} does not lie within low {envelope.low}..high {envelope.high}"
    if not 1 <= len(envelope.boot_id) <= 64:
        return "boot_id must have 1 to 64 characters"
    if any(isinstance(ms, int) and abs(ms) >= 2**62 for ms in (envelope.sent_at_ms, envelope.clock_ahead_ms)):
        return "sent_at_ms and clock_ahead_ms must be below 2^62"
    return _fault_of_texts(envelope.boot_id)


def _fault_of_body(gateway: Gateway, body: object, roster: Roster) -> str | None:
    match body:
        case Readings(readings=readings):
            return roster.fault_of_foreign(gateway, [row.device for row in readings])
        case Condition():
            return _fault_of_condition(gateway, body, roster)
        case Still():
            fault = _fault_of_texts(body.condition, body.camera, body.sha256, body.gone) or _fault_of_times(body.at_ms)
            return fault or roster.fault_of_source(gateway, body.camera)
        case _:
            return None


def _fault_of_texts(*texts: str) -> str | None:
    """PostgreSQL's text cannot hold U+0000."""
    return "a text holds the character U+0000" if any("\0" in text for text in texts) else None


def _fault_of_times(*times_ms: int) -> str | None:
    wrong = next((at_ms for at_ms in times_ms if not 0 <= at_ms <= LATEST_MS), None)
    return None if wrong is None else f"at_ms or since_ms of {wrong} lies outside the years 1970 to 2100"


ClockState = Literal["right", "wrong", "unknown"]


def clock_of(envelope: Envelope[Any], now_ms: int) -> ClockState:
    """Whether the clock that dated a message was right.

    unknown: it seems wrong, but the message may as well have waited at the broker; the gateway can tell, and is asked to.
    """
    if isinstance(envelope.clock_ahead_ms, int):
        return "wrong" if abs(envelope.clock_ahead_ms) > FUTURE_MS else "right"
    if isinstance(envelope.sent_at_ms, int) and abs(envelope.sent_at_ms - now_ms) > FUTURE_MS:
        return "unknown"
    return "right"


def _fault_of_condition(gateway: Gateway, body: Condition, roster: Roster) -> str | None:
    if body.kind not in CONDITION_KINDS:
        return f"unknown condition kind {body.kind[:60]!r}"
    if len(body.id) > 255 or len(body.name) > 128 or len(body.space) > 48:
        return "id, name or space of the condition is too long (255, 128 and 48 characters)"
    fault = _fault_of_texts(body.id, body.name, body.source, body.space) or _fault_of_times(body.at_ms, body.since_ms)
    fault = fault or fault_of_clips(body)
    if fault is not None:
        return fault
    if body.source == gateway.gateway and CONDITION_KINDS[body.kind].origin == "system":
        return _fault_of_given_up(body)  # a gateway speaks for itself
    return roster.fault_of_source(gateway, body.source)


def _fault_of_given_up(body: Condition) -> str | None:
    for span in body.given_up:
        numbers = (span.boot, span.first, span.last, span.items, span.from_ms, span.to_ms)
        if not 1 <= span.first <= span.last or not all(-(2**62) < number < 2**62 for number in numbers):
            return f"a span given up from {span.first} to {span.last} cannot be"
        if not 1 <= len(span.boot_id) <= 64:
            return "boot_id of a span given up must have 1 to 64 characters"
    return _fault_of_texts(*(span.boot_id for span in body.given_up))


def ahead_ms(envelope: Envelope[Any]) -> int:
    """How far the clock that dated it was ahead of ours; 0 where the gateway does not say."""
    return envelope.clock_ahead_ms if isinstance(envelope.clock_ahead_ms, int) else 0
