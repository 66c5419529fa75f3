"""The centre's answers to a gateway: what is safe, what is refused for good, what waits on our disk, what is wanted again."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

import msgspec

from lamplighter.contract.records import ENCODER, RejectedNotice, Stored
from lamplighter.contract.topics import Gateway

LaneName = Literal["conditions", "readings", "evidence"]
Ranges = list[tuple[int, int]]


class Confirmation(NamedTuple):
    """The answer for one start of one gateway; `stored` is cumulative from what the gateway still holds.

    `held`: on our disk, not stored yet. `again`: to be sent again with `clock_ahead_ms`. `heard_ms`: the newest message's own time
    of sending.
    """

    gateway: Gateway
    boot: int
    boot_id: str
    stored: Ranges
    rejected: list[tuple[int, str]]
    held: Ranges = []  # noqa: RUF012 - a NamedTuple's default; nobody changes it
    again: Ranges = []  # noqa: RUF012
    heard_ms: int | None = None


def answers_of(answer: Confirmation, lane: LaneName, at_ms: int) -> Iterator[tuple[str, bytes]]:
    """The messages that say it: topic and payload."""
    boot, boot_id = answer.boot, answer.boot_id
    if answer.stored or answer.held or answer.again:
        record = Stored(
            at_ms=at_ms,
            boot=boot,
            boot_id=boot_id,
            lane=lane,
            ranges=answer.stored,
            held=answer.held or msgspec.UNSET,
            again=answer.again or msgspec.UNSET,
            heard_ms=msgspec.UNSET if answer.heard_ms is None else answer.heard_ms,
        )
        yield answer.gateway.topic("stored"), ENCODER.encode(record)
    for seq, reason in answer.rejected:
        notice = RejectedNotice(at_ms=at_ms, boot=boot, boot_id=boot_id, lane=lane, seq=seq, reason=reason[:500])
        yield answer.gateway.topic("rejected"), ENCODER.encode(notice)
